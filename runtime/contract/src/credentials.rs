//! Credentials of a connection, in Nango's field names, and which of them are secret.

use std::fmt;
use std::sync::LazyLock;

use onevent_redaction::{Kept, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;

use crate::{JsonObject, Secret};

/// How a provider authenticates, by Nango's names.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[non_exhaustive]
pub enum AuthMode {
    /// OAuth 2 with a user's consent (RFC 6749, section 4.1).
    #[serde(rename = "OAUTH2")]
    #[strum(serialize = "OAUTH2")]
    OAuth2,
    /// OAuth 2 client credentials (RFC 6749, section 4.4).
    #[serde(rename = "OAUTH2_CC")]
    #[strum(serialize = "OAUTH2_CC")]
    OAuth2ClientCredentials,
    /// A key that the provider issued.
    #[serde(rename = "API_KEY")]
    #[strum(serialize = "API_KEY")]
    ApiKey,
    /// User name and password (RFC 7617).
    #[serde(rename = "BASIC")]
    #[strum(serialize = "BASIC")]
    Basic,
    /// No authentication.
    #[serde(rename = "NONE")]
    #[strum(serialize = "NONE")]
    None,
}

impl AuthMode {
    /// Every mode, in Nango's spelling.
    pub const ALL: &'static [AuthMode] = Self::VARIANTS;

    /// Nango's spelling: `OAUTH2`, `OAUTH2_CC`, `API_KEY`, `BASIC`, `NONE`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The mode of that spelling, if it is supported.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Why a JSON value is not a set of credentials.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The value is not an object.
    #[error("credentials must be a JSON object like {{\"type\": \"OAUTH2\", \"access_token\": \"…\"}}")]
    NotAnObject,
    /// `type` is missing and no default was given.
    #[error("credentials lack `type`: one of OAUTH2, OAUTH2_CC, API_KEY, BASIC, NONE")]
    MissingType,
    /// `type` names a mode that does not exist or is not supported.
    #[error("credentials of type `{got}` are not supported: use OAUTH2, OAUTH2_CC, API_KEY, BASIC or NONE")]
    UnsupportedType {
        /// The value of `type`.
        got: String,
    },
    /// A field that this type needs is missing, empty, or not a text.
    #[error("credentials of type {mode} need the text field `{field}`")]
    MissingField {
        /// The credentials' type.
        mode: &'static str,
        /// The field's name.
        field: &'static str,
    },
    /// There is neither a token nor what one is fetched with.
    #[error("credentials of type OAUTH2_CC need the text fields `client_id` and `client_secret`, or `token`")]
    NoClient,
}

/// One connection's credentials, in Nango's field names (see Nango's API reference, "import a connection").
///
/// They are kept as the JSON object that came in, so that no field is lost; the typed accessors read it.
#[derive(Clone, PartialEq)]
pub struct Credentials {
    mode: AuthMode,
    fields: JsonObject,
}

impl Credentials {
    /// Reads credentials from JSON. `default_mode` is used where `type` is absent: the provider's auth mode.
    ///
    /// # Errors
    /// [`CredentialsError`] names the field that is missing or wrong; it never holds a value of the input
    /// other than `type`.
    pub fn from_json(value: Value, default_mode: Option<AuthMode>) -> Result<Self, CredentialsError> {
        let Value::Object(mut fields) = value else { return Err(CredentialsError::NotAnObject) };
        let mode = match fields.shift_remove("type") {
            None => default_mode.ok_or(CredentialsError::MissingType)?,
            Some(Value::String(name)) => {
                AuthMode::from_name(&name).ok_or(CredentialsError::UnsupportedType { got: name })?
            }
            Some(other) => return Err(CredentialsError::UnsupportedType { got: other.to_string() }),
        };
        let required: &[&'static str] = match mode {
            AuthMode::OAuth2 => &["access_token"],
            // A token, or a client to fetch one with.
            AuthMode::OAuth2ClientCredentials | AuthMode::None => &[],
            AuthMode::ApiKey => &["apiKey"],
            AuthMode::Basic => &["username"],
        };
        // Nango's API accepts `api_key` beside `apiKey`; one spelling is stored.
        if mode == AuthMode::ApiKey
            && let Some(key) = fields.shift_remove("api_key")
        {
            fields.entry("apiKey").or_insert(key);
        }
        let has =
            |field: &str| fields.get(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if let Some(field) = required.iter().find(|field| !has(field)) {
            return Err(CredentialsError::MissingField { mode: mode.as_str(), field });
        }
        let fetches = has("client_id") && has("client_secret");
        if mode == AuthMode::OAuth2ClientCredentials && !has("token") && !fetches {
            return Err(CredentialsError::NoClient);
        }
        Ok(Self { mode, fields })
    }

    /// Credentials for a provider that needs none.
    #[must_use]
    pub fn none() -> Self {
        Self { mode: AuthMode::None, fields: JsonObject::new() }
    }

    /// How these credentials authenticate.
    #[must_use]
    pub fn mode(&self) -> AuthMode {
        self.mode
    }

    /// A text field, by Nango's name (`access_token`, `apiKey`, …).
    #[must_use]
    pub fn text(&self, field: &str) -> Option<Secret> {
        self.fields.get(field).and_then(Value::as_str).map(Secret::new)
    }

    /// A field of the OAuth client that the connection has instead of its integration's (Nango's `config_override`).
    #[must_use]
    pub fn client_override(&self, field: &str) -> Option<Secret> {
        self.fields.get("config_override")?.get(field)?.as_str().map(Secret::new)
    }

    /// A field, by Nango's name.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// The same credentials with other values of these fields; `null` takes a field away.
    ///
    /// # Errors
    /// As [`Credentials::from_json`].
    pub fn with(&self, changes: JsonObject) -> Result<Self, CredentialsError> {
        let mut fields = self.fields.clone();
        for (name, value) in changes {
            match value {
                Value::Null => fields.shift_remove(&name),
                value => fields.insert(name, value),
            };
        }
        Self::from_json(Value::Object(fields), Some(self.mode))
    }

    /// The token that `Authorization: Bearer` carries, where the mode has one.
    #[must_use]
    pub fn bearer_token(&self) -> Option<Secret> {
        match self.mode {
            AuthMode::OAuth2 => self.text("access_token"),
            AuthMode::OAuth2ClientCredentials => self.text("token"),
            AuthMode::ApiKey | AuthMode::Basic | AuthMode::None => None,
        }
    }

    /// Whether they are a client's, and no token was fetched with them yet.
    #[must_use]
    pub fn lacks_token(&self) -> bool {
        let has = self.text("token").is_some_and(|token| !token.reveal().is_empty());
        self.mode == AuthMode::OAuth2ClientCredentials && !has
    }

    /// Whether they hold what a new token is fetched with.
    #[must_use]
    pub fn is_renewable(&self) -> bool {
        let has =
            |field: &str| self.field(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        match self.mode {
            AuthMode::OAuth2 => has("refresh_token"),
            AuthMode::OAuth2ClientCredentials => has("client_id") && has("client_secret"),
            AuthMode::ApiKey | AuthMode::Basic | AuthMode::None => false,
        }
    }

    /// The whole object with `type`, secrets included: for encryption at rest, and for a function that asked.
    #[must_use]
    pub fn reveal(&self) -> Value {
        let mut object = JsonObject::new();
        if self.mode != AuthMode::None {
            object.insert("type".into(), json!(self.mode.as_str()));
        }
        object.extend(self.fields.clone());
        Value::Object(object)
    }

    /// The object as people may see it: what is secret by the rule of [`Kept`] is replaced.
    #[must_use]
    pub fn redacted(&self, fields: FieldTemplates<'_>) -> Value {
        let mut object = JsonObject::new();
        object.insert("type".into(), json!(self.mode.as_str()));
        object.extend(self.fields.clone());
        Kept::Credentials.redact(&mut object, fields.credentials);
        Value::Object(object)
    }

    /// What is secret in the credentials, nested ones included, by the rule of [`Kept`].
    #[must_use]
    pub fn secrets(&self, fields: FieldTemplates<'_>) -> Vec<Secret> {
        fields.secrets_of_credentials(&self.fields)
    }
}

/// What a provider's template says about the fields of its connections: `credentials` and `connection_config` of Nango's
/// `providers.yaml`, by name.
#[derive(Debug, Clone, Copy)]
pub struct FieldTemplates<'t> {
    /// The credentials' fields.
    pub credentials: &'t JsonObject,
    /// The settings.
    pub connection_config: &'t JsonObject,
}

impl<'t> FieldTemplates<'t> {
    /// Of a provider whose template is not known.
    #[must_use]
    pub fn unknown() -> Self {
        static NONE: LazyLock<JsonObject> = LazyLock::new(JsonObject::new);
        Self { credentials: &NONE, connection_config: &NONE }
    }

    /// What is secret in credentials, by the rule of [`Kept`].
    #[must_use]
    pub fn secrets_of_credentials(self, credentials: &JsonObject) -> Vec<Secret> {
        own(Kept::Credentials.secrets(credentials, self.credentials))
    }

    /// What is secret in a connection's settings, by the rule of [`Kept`].
    #[must_use]
    pub fn secrets_of_settings(self, settings: &JsonObject) -> Vec<Secret> {
        own(Kept::Settings.secrets(settings, self.connection_config))
    }
}

fn own(secrets: Vec<SecretString>) -> Vec<Secret> {
    secrets.into_iter().map(Secret::from).collect()
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("mode", &self.mode).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_name_what_they_lack_and_never_print_what_they_hold() {
        let error = Credentials::from_json(json!({"type": "OAUTH2", "access_token": ""}), None);
        assert_eq!(error, Err(CredentialsError::MissingField { mode: "OAUTH2", field: "access_token" }));
        let credentials =
            Credentials::from_json(json!({"access_token": "tok-123"}), Some(AuthMode::OAuth2)).unwrap();
        assert!(!format!("{credentials:?}").contains("tok-123"));
        assert!(!credentials.redacted(FieldTemplates::unknown()).to_string().contains("tok-123"));
        assert_eq!(credentials.reveal(), json!({"type": "OAUTH2", "access_token": "tok-123"}));
    }

    #[test]
    fn both_spellings_of_an_api_key_are_read() {
        let credentials = Credentials::from_json(json!({"type": "API_KEY", "api_key": "k-1"}), None).unwrap();
        assert_eq!(credentials.text("apiKey"), Some(Secret::new("k-1")));
    }
}
