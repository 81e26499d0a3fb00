//! A connection from a file, for a dry run without a stored one.

use std::fmt;
use std::path::Path;

use onevent_contract::{Clock, Connection, ConnectionDetails, JsonObject, SystemClock};
use onevent_proxy::Integration;
use onevent_store::ConnectionKey;
use serde_json::Value;

use crate::credentials::credentials;
use crate::failure::Failure;
use crate::input;
use onevent_app::suggest;

/// What is read of the file. Nango's API answers with more fields; those are ignored.
const FIELDS: [&str; 5] = ["credentials", "connection_config", "metadata", "provider", "provider_config_key"];

/// A connection as a person, or Nango's API, wrote it down.
#[derive(Clone)]
pub(crate) struct GivenConnection {
    /// The integration that it is of, where the file says so.
    pub(crate) integration: Option<String>,
    /// The provider template, where the file says so.
    pub(crate) provider: Option<String>,
    credentials: Option<Value>,
    connection_config: JsonObject,
    metadata: Option<JsonObject>,
}

impl GivenConnection {
    /// Reads the value of `--connection`: `@FILE` or `@-`.
    ///
    /// # Errors
    /// Not a file, no JSON, or a field of the wrong kind. No message holds a value.
    pub(crate) async fn read(value: &str, directory: &Path) -> Result<Self, Failure> {
        Self::from_json(input::secret_file("--connection", value, directory).await?)
    }

    fn from_json(value: Value) -> Result<Self, Failure> {
        let Value::Object(mut fields) = value else {
            return Err(invalid("must be a JSON object").hint("{\"credentials\": {…}, \"metadata\": {…}}"));
        };
        for name in fields.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
            // Nango's other fields are far from ours; what is near is a slip.
            if let Some(meant) = suggest::nearest(name, FIELDS) {
                let failure = invalid(&format!("has an unknown field `{name}`"));
                return Err(failure.hint(format!("did you mean `{meant}`?")));
            }
        }
        Ok(Self {
            integration: text(&mut fields, "provider_config_key")?,
            provider: text(&mut fields, "provider")?,
            credentials: fields.shift_remove("credentials").filter(|value| !value.is_null()),
            connection_config: object(&mut fields, "connection_config")?.unwrap_or_default(),
            metadata: object(&mut fields, "metadata")?,
        })
    }

    /// The connection of this name.
    ///
    /// # Errors
    /// The credentials are not of a kind that can be used.
    pub(crate) fn into_connection(
        self,
        key: ConnectionKey,
        integration: &Integration,
    ) -> Result<Connection, Failure> {
        let now = SystemClock.now();
        Ok(Connection {
            id: 0,
            connection_id: key.connection_id,
            provider_config_key: key.integration,
            provider: integration.provider.name.clone(),
            errors: Vec::new(),
            metadata: self.metadata,
            connection_config: self.connection_config,
            details: ConnectionDetails::default(),
            created_at: now,
            updated_at: now,
            last_fetched_at: None,
            credentials: credentials(self.credentials, integration, "--connection")?,
        })
    }
}

/// Without the credentials.
impl fmt::Debug for GivenConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenConnection").field("integration", &self.integration).finish_non_exhaustive()
    }
}

fn text(fields: &mut JsonObject, name: &str) -> Result<Option<String>, Failure> {
    match fields.shift_remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(&format!("needs a text in `{name}`"))),
    }
}

fn object(fields: &mut JsonObject, name: &str) -> Result<Option<JsonObject>, Failure> {
    match fields.shift_remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(invalid(&format!("needs an object in `{name}`"))),
    }
}

fn invalid(what: &str) -> Failure {
    Failure::usage("invalid_connection", format!("the file of --connection {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nangos_own_form_is_read_as_it_is() {
        let nango = json!({
            "id": 7, "connection_id": "acme", "provider_config_key": "salesforce", "provider": "salesforce",
            "errors": [], "end_user": null, "tags": {}, "metadata": null, "connection_config": {"a": 1},
            "created_at": "x", "updated_at": "x", "last_fetched_at": null, "webhook_url_override": null,
            "credentials": {"type": "OAUTH2", "access_token": "t", "raw": {}},
        });
        let given = GivenConnection::from_json(nango).unwrap();
        assert_eq!(given.integration.as_deref(), Some("salesforce"));
        assert_eq!(given.metadata, None);
        assert_eq!(given.connection_config.len(), 1);
    }

    #[test]
    fn a_slip_is_told_without_its_value() {
        let failure =
            GivenConnection::from_json(json!({"connectionConfig": {"key": "hunter2"}})).unwrap_err();
        assert_eq!(failure.hint.as_deref(), Some("did you mean `connection_config`?"));
        assert!(!format!("{failure:?}").contains("hunter2"));
        assert_eq!(
            GivenConnection::from_json(json!({"metadata": 1})).unwrap_err().code,
            "invalid_connection"
        );
    }
}
