//! A connection as a Nango API gives it, and as a run has it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use onevent_contract::{ConnectionFacts, ConnectionId, FieldTemplates, IntegrationId, JsonObject, Secret};
use onevent_proxy::Providers;
use serde_json::Value;

use super::metadata::RemoteMetadata;

/// A connection of a Nango API, as it was when the run began. Its credentials may be of any kind that Nango knows.
#[derive(Clone)]
pub struct RemoteConnection {
    facts: ConnectionFacts,
    connection_config: JsonObject,
    metadata: Option<JsonObject>,
    credentials: JsonObject,
}

impl RemoteConnection {
    /// From the answer to `GET /connections/:id`; `None` where that names no provider.
    pub(super) fn from_json(
        integration: &IntegrationId,
        connection: &ConnectionId,
        mut json: JsonObject,
    ) -> Option<Self> {
        let provider = json.get("provider")?.as_str()?.to_owned();
        let facts =
            ConnectionFacts { connection_id: connection.clone(), integration: integration.clone(), provider };
        let mut object = |field: &str| match json.shift_remove(field) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        let (connection_config, metadata) =
            (object("connection_config").unwrap_or_default(), object("metadata"));
        let credentials = object("credentials").unwrap_or_default();
        Some(Self { facts, connection_config, metadata, credentials })
    }

    /// What a run for it can read without a call.
    #[must_use]
    pub fn facts(&self) -> &ConnectionFacts {
        &self.facts
    }

    /// The same with other metadata to start from.
    #[must_use]
    pub fn with_metadata(mut self, metadata: JsonObject) -> Self {
        self.metadata = Some(metadata);
        self
    }
}

/// Without credentials, and without settings, which may hold some.
impl fmt::Debug for RemoteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteConnection").field("facts", &self.facts).finish_non_exhaustive()
    }
}

/// The run's own connection, shared with the actions that are triggered for it.
pub(super) struct Own {
    pub(super) facts: ConnectionFacts,
    pub(super) connection_config: JsonObject,
    pub(super) secrets: Vec<Secret>,
    metadata: Mutex<RemoteMetadata>,
}

impl Own {
    /// The connection with what is secret of it, by its provider's template where there is one here.
    pub(super) fn new(connection: RemoteConnection, providers: &Providers) -> Self {
        let RemoteConnection { facts, connection_config, metadata, credentials } = connection;
        let provider = providers.get(&facts.provider);
        let fields = provider.as_ref().map_or_else(FieldTemplates::unknown, |own| own.field_templates());
        let mut secrets = fields.secrets_of_credentials(&credentials);
        secrets.extend(fields.secrets_of_settings(&connection_config));
        Self { facts, connection_config, secrets, metadata: Mutex::new(RemoteMetadata::new(metadata)) }
    }

    pub(super) fn is(&self, integration: &IntegrationId, connection: &ConnectionId) -> bool {
        self.facts.integration == *integration && self.facts.connection_id == *connection
    }

    pub(super) fn metadata(&self) -> MutexGuard<'_, RemoteMetadata> {
        // Every change is one step: what a panic leaves behind is whole.
        self.metadata.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
