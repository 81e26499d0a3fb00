//! What surrounds a run: connections, integrations, variables, other functions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::encoding::json;
use crate::{ConnectionId, FunctionName, IntegrationId};

/// Which connection is asked for, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionQuery {
    /// The integration; `None` means the run's own.
    pub provider_config_key: Option<IntegrationId>,
    /// The connection; `None` means the run's own.
    pub connection_id: Option<ConnectionId>,
    /// When its access token is refreshed (Nango's `forceRefresh`).
    #[serde(default)]
    pub refresh: TokenRefresh,
    /// Whether its refresh tokens are wanted (Nango's `refreshToken`).
    #[serde(default)]
    pub refresh_tokens: RefreshTokens,
}

impl ConnectionQuery {
    /// Whether it asks for the run's own connection without naming it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.provider_config_key.is_none() && self.connection_id.is_none()
    }
}

/// When the access token of a connection that is read is refreshed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenRefresh {
    /// When it is about to expire.
    #[default]
    WhenDue,
    /// Now, however long it lasts.
    Now,
}

/// Whether a connection is shown with what its access token is refreshed with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokens {
    /// Without.
    #[default]
    LeftOut,
    /// With it.
    Included,
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
