//! Deployments as columns.

use async_trait::async_trait;
use onevent_contract::{EnvironmentName, FunctionKey};

use crate::StoreError;

/// A module.
#[derive(Debug)]
pub(crate) struct ModuleRow {
    pub(crate) hash: String,
    pub(crate) path: String,
    pub(crate) format: String,
    pub(crate) code: String,
    pub(crate) source_map: Option<Vec<u8>>,
    pub(crate) imports: String,
}

/// Which function of a deployment has which module.
#[derive(Debug)]
pub(crate) struct ModuleUse {
    pub(crate) integration: String,
    pub(crate) function: String,
    pub(crate) module_hash: String,
}

/// A version of a function.
#[derive(Debug)]
pub(crate) struct FunctionVersionRow {
    pub(crate) integration: String,
    pub(crate) function: String,
    pub(crate) version: i64,
    pub(crate) hash: String,
    pub(crate) kind: String,
    pub(crate) description: Option<String>,
    pub(crate) path: String,
    pub(crate) metadata_schema: Option<String>,
    pub(crate) source: String,
    pub(crate) created_at: i64,
}

/// An entry of the history.
#[derive(Debug)]
pub(crate) struct HistoryRow {
    pub(crate) position: i64,
    pub(crate) deployment_id: String,
    pub(crate) act: String,
    pub(crate) at: i64,
    pub(crate) author: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) client: String,
}

/// Deployments, and the functions in them.
#[async_trait]
pub(crate) trait DeploymentTable {
    async fn insert_deployment_row(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<(), StoreError>;
    async fn deployment_created_at(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<Option<i64>, StoreError>;
    async fn insert_deployment_function(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        key: &FunctionKey,
        version: i64,
    ) -> Result<(), StoreError>;
    /// Nothing where it is there already.
    async fn insert_module_row(
        &mut self,
        environment: &EnvironmentName,
        row: ModuleRow,
    ) -> Result<(), StoreError>;
    async fn version_of(
        &mut self,
        environment: &EnvironmentName,
        key: &FunctionKey,
        hash: &str,
    ) -> Result<Option<i64>, StoreError>;
    /// As the next version of the function, which is the answer.
    async fn insert_function_version(
        &mut self,
        environment: &EnvironmentName,
        key: &FunctionKey,
        row: FunctionVersionRow,
        module_hashes: &[String],
    ) -> Result<i64, StoreError>;
    /// Of a deployment, by integration and name.
    async fn function_version_rows(
        &mut self,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<FunctionVersionRow>, StoreError>;
    /// Of a deployment, each once.
    async fn module_rows(
        &mut self,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<ModuleRow>, StoreError>;
    /// Of a deployment, in the order of each function's modules.
    async fn module_uses(
        &mut self,
        environment: &EnvironmentName,
        deployment: &str,
    ) -> Result<Vec<ModuleUse>, StoreError>;
    /// As the last entry; its own position does not count.
    async fn insert_history_row(
        &mut self,
        environment: &EnvironmentName,
        row: HistoryRow,
    ) -> Result<HistoryRow, StoreError>;
    /// The newest first.
    async fn history_rows(
        &mut self,
        environment: &EnvironmentName,
        limit: i64,
    ) -> Result<Vec<HistoryRow>, StoreError>;
    /// All but those that were active last, so many, and those that a waiting event names.
    async fn delete_deployments_but(
        &mut self,
        environment: &EnvironmentName,
        newest: i64,
    ) -> Result<u64, StoreError>;
    async fn delete_unused_function_versions(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<u64, StoreError>;
    async fn delete_unused_modules(&mut self, environment: &EnvironmentName) -> Result<u64, StoreError>;
}
