//! Checkpoints: read, and written by compare-and-set.

use onevent_contract::{Checkpoint, FunctionKey, JsonObject};
use sqlx::Row as _;

use crate::connections::{decode, encode, query_of};
use crate::{ConnectionKey, Store, StoreError, Visibility};

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

impl Store {
    /// What a function remembers of a connection; nothing, with version 0, where it never wrote.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn checkpoint(
        &self,
        key: &ConnectionKey,
        function: &FunctionKey,
    ) -> Result<Checkpoint, StoreError> {
        let mut transaction = self.read().await?;
        let row = query_of!(SELECT, key).bind(function.to_string()).fetch_optional(transaction.sql()).await?;
        let Some(row) = row else { return Ok(Checkpoint::default()) };
        let value: Option<&str> = row.try_get("value")?;
        let version = u64::try_from(row.try_get::<i64, _>("version")?)
            .map_err(|_| StoreError::corrupt("checkpoint version"))?;
        Ok(Checkpoint { value: value.map(|text| decode(text, "checkpoint")).transpose()?, version })
    }

    /// Writes a checkpoint, or clears it with `None`, if its version is still `expected_version` (0 where there is
    /// none). The answer is the new version; `None` where the stored one was another: then nothing was written.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], [`StoreError::ReadOnly`], [`StoreError::Busy`] or
    /// [`StoreError::Database`].
    pub async fn write_checkpoint(
        &self,
        key: &ConnectionKey,
        function: &FunctionKey,
        value: Option<&JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, StoreError> {
        let mut transaction = self.begin().await?;
        if transaction.provider(key, Visibility::IncludingPending).await?.is_none() {
            return Err(StoreError::UnknownConnection { key: key.clone() });
        }
        // A version that no row can have is simply another one.
        let Ok(expected) = i64::try_from(expected_version) else { return Ok(None) };
        let write = query_of!(if expected == 0 { INSERT } else { UPDATE }, key)
            .bind(function.to_string())
            .bind(value.map(encode).transpose()?)
            .bind(transaction.now().as_millisecond());
        let write = if expected == 0 { write } else { write.bind(expected) };
        let written = write.execute(transaction.sql()).await?;
        transaction.commit().await?;
        Ok((written.rows_affected() == 1).then_some(expected_version + 1))
    }
}
