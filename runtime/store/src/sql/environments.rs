//! The SQL of environments.

use async_trait::async_trait;

use super::{SqlConnection, SqlTables, get, query};
use crate::StoreError;
use crate::database::EnvironmentTable;

const SELECT: &str = "
    SELECT environment FROM connections
    UNION SELECT environment FROM upstream_connections
    UNION SELECT environment FROM events WHERE state = 'waiting'
    ORDER BY environment";

#[async_trait]
impl<C: SqlConnection> EnvironmentTable for SqlTables<C> {
    async fn environment_names(&mut self) -> Result<Vec<String>, StoreError> {
        self.rows(query(SELECT)).await?.iter().map(|row| get(row, "environment")).collect()
    }
}
