//! What surrounds a run: connections, integrations, variables, other functions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::encoding::json;
use crate::{ConnectionId, FunctionName, IntegrationId};

/// Which connection is asked for; `None` means the run's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionQuery {
    /// The integration.
    pub provider_config_key: Option<IntegrationId>,
    /// The connection.
    pub connection_id: Option<ConnectionId>,
}

/// A call of an action, by `nango.triggerAction`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionCall {
    /// The integration whose action it is.
    pub provider_config_key: IntegrationId,
    /// The connection it runs for.
    pub connection_id: ConnectionId,
    /// The action's name.
    pub name: FunctionName,
    /// What it is called with; `null` for nothing.
    #[serde(with = "json")]
    pub input: Value,
}

/// One of the environment's variables, as `nango.getEnvironmentVariables` lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Which more of an integration is wanted (Nango's `include`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationInclude {
    /// The URL for the provider's webhooks.
    Webhook,
    /// Client id, client secret and scopes.
    Credentials,
}
