//! The SQL of checkpoints.

use async_trait::async_trait;

use super::row::get;
use super::{SqlConnection, SqlTables, query_of};
use crate::database::{CheckpointRow, CheckpointTable};
use crate::{ConnectionKey, StoreError};

const SELECT: &str = "
    SELECT value, version FROM checkpoints
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND function = $4";

const INSERT: &str = "
    INSERT INTO checkpoints (environment, integration, connection_id, function, value, version, updated_at)
    VALUES ($1, $2, $3, $4, $5, 1, $6)
    ON CONFLICT (environment, integration, connection_id, function) DO NOTHING";

const UPDATE: &str = "
    UPDATE checkpoints SET value = $5, version = version + 1, updated_at = $6
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND function = $4 AND version = $7";

#[async_trait]
impl<C: SqlConnection> CheckpointTable for SqlTables<C> {
    async fn checkpoint_row(
        &mut self,
        key: &ConnectionKey,
        function: &str,
    ) -> Result<Option<CheckpointRow>, StoreError> {
        let row = self.row(query_of!(SELECT, key).bind(function.to_owned())).await?;
        row.map(|row| Ok(CheckpointRow { value: get(&row, "value")?, version: get(&row, "version")? }))
            .transpose()
    }

    async fn insert_checkpoint(
        &mut self,
        key: &ConnectionKey,
        function: &str,
        value: Option<String>,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.changes(query_of!(INSERT, key).bind(function.to_owned()).bind(value).bind(now)).await
    }

    async fn update_checkpoint(
        &mut self,
        key: &ConnectionKey,
        function: &str,
        value: Option<String>,
        expected_version: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let query =
            query_of!(UPDATE, key).bind(function.to_owned()).bind(value).bind(now).bind(expected_version);
        self.changes(query).await
    }
}
