//! Whom a call goes to, and as whom.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{ConnectionId, Credentials, HostError, IntegrationId, JsonObject, Secret};

use crate::{EgressRules, Provider, Seal, WebhookAddress};

/// One configured provider.
#[derive(Debug, Clone)]
pub struct Integration {
    /// Its unique key.
    pub key: IntegrationId,
    /// The provider's template.
    pub provider: Arc<Provider>,
    /// Replaces the template's base URL; may hold the same placeholders.
    pub base_url: Option<String>,
    /// The OAuth client's id.
    pub client_id: Option<String>,
    /// The OAuth client's secret.
    pub client_secret: Option<Secret>,
    /// Where its calls may go, beside what holds for the whole installation.
    pub egress: EgressRules,
    /// Where the key goes, for providers whose template leaves that to the integration (`integration_config`).
    pub key_placement: Option<KeyPlacement>,
    /// Whether its credentials are sealed, and for which hosts.
    pub seal: Option<Seal>,
    /// Where its provider's webhooks are received; `None` where nobody said.
    pub webhook: Option<WebhookAddress>,
    /// What its provider's webhooks are signed with.
    pub webhook_secret: Option<Secret>,
}

impl Integration {
    /// An integration that is as its provider's template says.
    #[must_use]
    pub fn new(key: IntegrationId, provider: Arc<Provider>) -> Self {
        Self {
            key,
            provider,
            base_url: None,
            client_id: None,
            client_secret: None,
            egress: EgressRules::default(),
            key_placement: None,
            seal: None,
            webhook: None,
            webhook_secret: None,
        }
    }
}

/// Where an integration of one's own API wants its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlacement {
    /// In a header.
    Header {
        /// The header's name.
        name: String,
        /// The value, with `${apiKey}` where the key goes.
        value: String,
    },
    /// In the query.
    Query {
        /// The parameter's name.
        name: String,
        /// The value, with `${apiKey}` where the key goes.
        value: String,
    },
}

/// Whom a call goes to, and as whom.
#[derive(Debug, Clone)]
pub struct Target {
    /// The integration.
    pub integration: Arc<Integration>,
    /// The connection's id; for templates and messages.
    pub connection_id: ConnectionId,
    /// The connection's settings.
    pub connection_config: JsonObject,
    /// The connection's credentials.
    pub credentials: Credentials,
}

impl Target {
    /// Every text of this target that must not show up in a report.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let fields = self.integration.provider.field_templates();
        let mut secrets = self.credentials.secrets(fields);
        secrets.extend(fields.secrets_of_settings(&self.connection_config));
        secrets.extend(self.integration.client_secret.clone());
        secrets.extend(self.integration.webhook_secret.clone());
        secrets
    }
}

/// Where the target of each attempt comes from. Credentials may change between two attempts of one call: after an
/// answer 401 the call asks again, and tries again only once with the same credentials.
#[async_trait]
pub trait TargetSource: Send + Sync {
    /// The target as it is now.
    async fn target(&self) -> Result<Target, HostError>;

    /// The same with another token, after a call with `refused` was answered 401. It is asked once for each call, and
    /// the call is made once more with what it gives. `None`: there is no other.
    async fn renewed(&self, refused: &Target) -> Option<Target> {
        let _ = refused;
        None
    }
}

/// A target that stays as it is.
#[async_trait]
impl TargetSource for Target {
    async fn target(&self) -> Result<Target, HostError> {
        Ok(self.clone())
    }
}
