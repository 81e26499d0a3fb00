//! The SQL of the locks that runs take by name.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::row::get;
use super::{SqlConnection, SqlTables, after, now, query};
use crate::StoreError;
use crate::database::RunLockTable;

const SWEEP: &str = "DELETE FROM run_locks WHERE expires_at <= $1";

const TAKE: &str = "
    INSERT INTO run_locks (environment, name, run_id, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (environment, name) DO UPDATE SET run_id = excluded.run_id, expires_at = excluded.expires_at
    WHERE run_locks.run_id = excluded.run_id OR run_locks.expires_at <= $5";

const COUNT: &str = "SELECT COUNT(*) AS held FROM run_locks WHERE run_id = $1";

const RELEASE: &str = "DELETE FROM run_locks WHERE environment = $1 AND name = $2 AND run_id = $3";

const RELEASE_ALL: &str = "DELETE FROM run_locks WHERE run_id = $1";

#[async_trait]
impl<C: SqlConnection> RunLockTable for SqlTables<C> {
    async fn sweep_run_locks(&mut self) -> Result<(), StoreError> {
        self.execute(query(SWEEP).bind(now())).await?;
        Ok(())
    }

    async fn take_run_lock(
        &mut self,
        environment: &EnvironmentName,
        name: &str,
        run_id: &str,
        time_to_live: Duration,
    ) -> Result<bool, StoreError> {
        let query = query(TAKE)
            .bind(environment.as_str().to_owned())
            .bind(name.to_owned())
            .bind(run_id.to_owned())
            .bind(after(time_to_live))
            .bind(now());
        self.changes(query).await
    }

    async fn count_run_locks(&mut self, run_id: &str) -> Result<i64, StoreError> {
        let row = self.row(query(COUNT).bind(run_id.to_owned())).await?;
        row.map_or(Ok(0), |row| get(&row, "held"))
    }

    async fn release_run_lock(
        &mut self,
        environment: &EnvironmentName,
        name: &str,
        run_id: &str,
    ) -> Result<bool, StoreError> {
        let query = query(RELEASE)
            .bind(environment.as_str().to_owned())
            .bind(name.to_owned())
            .bind(run_id.to_owned());
        self.changes(query).await
    }

    async fn release_run_locks(&mut self, run_id: &str) -> Result<(), StoreError> {
        self.execute(query(RELEASE_ALL).bind(run_id.to_owned())).await?;
        Ok(())
    }
}
