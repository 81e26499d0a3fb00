//! What a child is asked to do.

use std::sync::Arc;

use onevent_contract::encoding::{json, shared};
use onevent_contract::{CallOrigin, EnvironmentName, Limits, ModuleSource, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A function to run, and what it is called with. No credentials are in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunOrder {
    /// Who asks.
    pub origin: CallOrigin,
    /// The environment of the connection.
    pub environment: EnvironmentName,
    /// What the run may use.
    pub limits: Limits,
    /// The function's modules.
    #[serde(with = "shared")]
    pub modules: Arc<[Arc<ModuleSource>]>,
    /// Whether the function is known to declare schemas.
    pub declares_schemas: bool,
    /// What it declares of metadata. The parent checks it as well.
    pub metadata_schema: Option<Schema>,
    /// What the SDK calls `exec` with.
    #[serde(with = "json")]
    pub facts: Value,
    /// Whether another run waits for this one.
    pub nested: bool,
}

/// Modules to be evaluated, and asked what they declare.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DescribeOrder {
    /// What the code outside `exec` may use.
    pub limits: Limits,
    /// The function's modules.
    #[serde(with = "shared")]
    pub modules: Arc<[Arc<ModuleSource>]>,
}
