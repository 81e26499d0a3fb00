//! Environments: names in other tables' rows.

use async_trait::async_trait;

use crate::StoreError;

#[async_trait]
pub(crate) trait EnvironmentTable {
    /// Those of connections, a Nango's included, and of events that wait, each once.
    async fn environment_names(&mut self) -> Result<Vec<String>, StoreError>;
}
