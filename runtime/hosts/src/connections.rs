//! Finding the connection that a call means, and making it the target of a request.

use std::sync::Arc;

use indexmap::IndexMap;
use onevent_contract::{
    CallContext, Connection, ConnectionFacts, ConnectionId, EnvironmentName, FieldTemplates, HostError,
    IntegrationId, RefreshTokens, Secret,
};
use onevent_proxy::{Integration, Target};
use onevent_store::{ConnectionKey, Store, StoredConnection, Visibility};
use serde_json::Value;

use crate::Access;
use crate::answers::{NangoEndpoint, internal, needs_reconnect, unknown_connection, unknown_integration};
use crate::refresh_tokens::without_refresh_tokens;
use crate::sealed::keep_credentials;

/// The configured integrations, by unique key.
pub type Integrations = IndexMap<IntegrationId, Arc<Integration>>;

/// The integrations and stored connections of one environment.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pub(crate) environment: EnvironmentName,
    pub(crate) integrations: Arc<Integrations>,
    /// `None` where nothing is stored: a dry run with a connection given as data.
    pub(crate) store: Option<Store>,
}

impl Connections {
    pub(crate) fn key(&self, integration: IntegrationId, connection: ConnectionId) -> ConnectionKey {
        ConnectionKey::new(self.environment.clone(), integration, connection)
    }

    /// A configured integration. The template is always that of the integration that is called, also where a call
    /// names another one than the run's own.
    pub(crate) fn integration(
        &self,
        endpoint: NangoEndpoint,
        key: &IntegrationId,
    ) -> Result<Arc<Integration>, HostError> {
        self.integrations.get(key).cloned().ok_or_else(|| unknown_integration(endpoint, key))
    }

    /// A stored connection, if it may be used.
    pub(crate) async fn stored(
        &self,
        endpoint: NangoEndpoint,
        key: &ConnectionKey,
        visibility: Visibility,
        access: Access,
    ) -> Result<StoredConnection, HostError> {
        // Which of the two is missing is a different answer.
        self.integration(endpoint, &key.integration)?;
        let found = match &self.store {
            Some(store) => store.connection(key, visibility).await.map_err(|error| internal(&error))?,
            None => None,
        };
        let found =
            found.ok_or_else(|| unknown_connection(endpoint, &key.integration, &key.connection_id))?;
        usable(endpoint, found, access)
    }

    /// What a run for a connection can read about it without a call.
    pub(crate) fn facts(
        &self,
        integration: &IntegrationId,
        connection: &ConnectionId,
    ) -> Result<ConnectionFacts, HostError> {
        let provider = self.integration(NangoEndpoint::Action, integration)?.provider.name.clone();
        Ok(ConnectionFacts { connection_id: connection.clone(), integration: integration.clone(), provider })
    }

    /// A connection as a function sees it. From here on the function holds its credentials, so its logs and errors may
    /// carry them.
    pub(crate) fn shown(
        &self,
        call: &CallContext,
        connection: &Connection,
        refresh_tokens: RefreshTokens,
    ) -> Result<Value, HostError> {
        call.effects.hide(self.secrets(connection));
        let integration = self.integration(NangoEndpoint::Connection, &connection.provider_config_key)?;
        let mut shown = connection.reveal();
        if let (RefreshTokens::LeftOut, Value::Object(shown)) = (refresh_tokens, &mut shown) {
            for field in ["credentials", "connection_config"] {
                shown.get_mut(field).into_iter().for_each(without_refresh_tokens);
            }
        }
        if let (Some(_), Value::Object(shown)) = (&integration.seal, &mut shown) {
            keep_credentials(&integration.key, Some(&integration.provider), shown);
        }
        Ok(shown)
    }

    /// What of a connection must not show up in a report: its secrets by its provider's template.
    pub(crate) fn secrets(&self, connection: &Connection) -> Vec<Secret> {
        let integration = self.integrations.get(&connection.provider_config_key);
        let fields = integration.map_or_else(FieldTemplates::unknown, |own| own.provider.field_templates());
        connection.secrets(fields)
    }

    /// A connection as the target of a request.
    pub(crate) fn target(&self, connection: Connection) -> Result<Target, HostError> {
        Ok(Target {
            integration: self.integration(NangoEndpoint::Proxy, &connection.provider_config_key)?,
            connection_id: connection.connection_id,
            connection_config: connection.connection_config,
            credentials: connection.credentials,
        })
    }
}

/// A connection as it may be used, if it may.
pub(crate) fn usable(
    endpoint: NangoEndpoint,
    found: StoredConnection,
    access: Access,
) -> Result<StoredConnection, HostError> {
    let Some(error) = found.auth_error.clone() else { return Ok(found) };
    let refused = |connection: &ConnectionId| needs_reconnect(endpoint, connection, &error);
    match access {
        Access::Normal => Err(refused(&found.connection.connection_id)),
        Access::DespiteAuthError => Ok(found),
        Access::LastAccepted => {
            let connection = found.connection.connection_id.clone();
            found.as_last_accepted().ok_or_else(|| refused(&connection))
        }
    }
}
