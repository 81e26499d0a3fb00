//! A connection as a function sees it.

use jiff::Timestamp;
use onevent_redaction::Kept;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ConnectionDetails, ConnectionId, Credentials, FieldTemplates, IntegrationId, JsonObject, Secret,
};

/// A problem that a connection has, as `errors[]` of Nango's connection object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionError {
    /// `auth` for an authentication error.
    #[serde(rename = "type")]
    pub kind: String,
    /// The run that found it.
    pub log_id: String,
}

/// A connection as `nango.getConnection()` shows it (Nango's API reference, "get connection").
#[derive(Debug, Clone)]
pub struct Connection {
    /// The store's number of this connection.
    pub id: i64,
    /// The id that the product chose.
    pub connection_id: ConnectionId,
    /// The integration's unique key.
    pub provider_config_key: IntegrationId,
    /// The provider template's name.
    pub provider: String,
    /// What is wrong with it; empty when nothing is.
    pub errors: Vec<ConnectionError>,
    /// What the product keeps with the connection; `None` until it is first written.
    pub metadata: Option<JsonObject>,
    /// Settings of the account, such as `instance_url`.
    pub connection_config: JsonObject,
    /// Whose it is, and what else the product says of it.
    pub details: ConnectionDetails,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When the product last read it.
    pub last_fetched_at: Option<Timestamp>,
    /// Its credentials.
    pub credentials: Credentials,
}

impl Connection {
    /// The JSON that the function sees, credentials included: Nango's `Full` shape.
    #[must_use]
    pub fn reveal(&self) -> Value {
        self.shape(self.credentials.reveal())
    }

    /// The same with every secret replaced, in the credentials and in the settings.
    #[must_use]
    pub fn redacted(&self, fields: FieldTemplates<'_>) -> Value {
        let mut settings = self.connection_config.clone();
        Kept::Settings.redact(&mut settings, fields.connection_config);
        let shown = Self { connection_config: settings, ..self.clone() };
        shown.shape(self.credentials.redacted(fields))
    }

    /// What is secret in the credentials and the settings, by the rule of [`Kept`].
    #[must_use]
    pub fn secrets(&self, fields: FieldTemplates<'_>) -> Vec<Secret> {
        let mut secrets = self.credentials.secrets(fields);
        secrets.extend(fields.secrets_of_settings(&self.connection_config));
        secrets
    }

    fn shape(&self, credentials: Value) -> Value {
        json!({
            "id": self.id,
            "connection_id": self.connection_id,
            "provider_config_key": self.provider_config_key,
            "provider": self.provider,
            "errors": self.errors,
            "end_user": self.details.end_user,
            "tags": self.details.tags,
            "metadata": self.metadata,
            "connection_config": self.connection_config,
            "webhook_url_override": self.details.webhook_url_override,
            "created_at": nango_time(self.created_at),
            "updated_at": nango_time(self.updated_at),
            "last_fetched_at": self.last_fetched_at.map(nango_time),
            "credentials": credentials,
        })
    }
}

/// Nango writes the times of a connection that was read with `+00:00`, milliseconds included.
fn nango_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}
