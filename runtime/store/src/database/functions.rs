//! Functions that were deployed, as columns.

use async_trait::async_trait;
use onevent_contract::{EnvironmentName, FunctionKey};

use crate::StoreError;

/// What tells a function from every other one of its environment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionIdentity<'a> {
    pub(crate) key: &'a FunctionKey,
    /// Nango's name of its kind.
    pub(crate) function_type: &'static str,
}

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
    pub(crate) function_type: String,
    pub(crate) module_hash: String,
}

/// A version of a function.
#[derive(Debug)]
pub(crate) struct FunctionVersionRow {
    pub(crate) integration: String,
    pub(crate) function: String,
    pub(crate) function_type: String,
    pub(crate) version: i64,
    pub(crate) hash: String,
    pub(crate) kind: String,
    pub(crate) description: Option<String>,
    pub(crate) path: String,
    pub(crate) metadata_schema: Option<String>,
    pub(crate) source: String,
    pub(crate) created_at: i64,
}

/// Versions of functions, and the modules that they are made of.
#[async_trait]
pub(crate) trait FunctionTable {
    /// Nothing where it is there already.
    async fn insert_module_row(
        &mut self,
        environment: &EnvironmentName,
        row: ModuleRow,
    ) -> Result<(), StoreError>;
    async fn version_of(
        &mut self,
        environment: &EnvironmentName,
        function: FunctionIdentity<'_>,
        hash: &str,
    ) -> Result<Option<i64>, StoreError>;
    /// As the next version of the function, which is the answer.
    async fn insert_function_version(
        &mut self,
        environment: &EnvironmentName,
        function: FunctionIdentity<'_>,
        row: FunctionVersionRow,
        module_hashes: &[String],
    ) -> Result<i64, StoreError>;
    /// Of a deployment, in its order.
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
    async fn delete_unused_function_versions(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<u64, StoreError>;
    async fn delete_unused_modules(&mut self, environment: &EnvironmentName) -> Result<u64, StoreError>;
}
