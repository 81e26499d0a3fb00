//! What a Nango API says no with, as errors that say what to do.

use onevent_contract::{ConnectionId, HostError, IntegrationId};
use serde_json::Value;
use thiserror::Error;

/// The code of an error whose body has none.
const UNKNOWN_ERROR: &str = "nango_error";

/// Why a Nango API could not be used. No message holds the secret key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The secret key cannot be sent.
    #[error("the secret key in {key_name} is no key: it is empty, or holds characters that no key has")]
    InvalidKey {
        /// Where the key was found.
        key_name: String,
    },
    /// A name that cannot stand in a URL.
    #[error("`{name}` cannot be asked for at a Nango API")]
    InvalidName {
        /// The name.
        name: String,
    },
    /// No answer came.
    #[error("the Nango API at {host} cannot be reached: {message}")]
    Unreachable {
        /// Its base URL.
        host: String,
        /// The system's code.
        code: String,
        /// In words.
        message: String,
    },
    /// It answered with an error.
    #[error("{message}")]
    Answer {
        /// The status.
        status: u16,
        /// Nango's code.
        code: String,
        /// What was asked, and what the API said.
        message: String,
        /// What to do about it.
        advice: Option<String>,
    },
    /// It answered with a redirect, which is not followed: the key is for its own origin.
    #[error("the Nango API at {host} redirects to {to}, and a secret key is not sent to another address")]
    Redirect {
        /// Its base URL.
        host: String,
        /// Where to.
        to: String,
    },
    /// What answered is no Nango API.
    #[error("{host} does not answer as a Nango API does: {what}")]
    NotNango {
        /// Its base URL.
        host: String,
        /// What was wrong with the answer.
        what: String,
    },
}

impl RemoteError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidKey { .. } => "invalid_secret_key",
            Self::InvalidName { .. } => "invalid_name",
            Self::Unreachable { .. } => "nango_unreachable",
            Self::Answer { status: 401, .. } => "nango_unauthorized",
            Self::Answer { status: 403, .. } => "nango_forbidden",
            Self::Answer { status: 404, code, .. } if code == "not_found" => "unknown_connection",
            Self::Answer { code, .. } if code == "unknown_connection" => "unknown_connection",
            Self::Answer { code, .. } if code == "unknown_provider_config" => "unknown_integration",
            Self::Answer { status: 424, .. } => "connection_needs_reconnect",
            Self::Answer { status: 429, .. } => "nango_rate_limited",
            Self::Answer { .. } => "nango_error",
            Self::Redirect { .. } => "nango_redirects",
            Self::NotNango { .. } => "not_a_nango_api",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InvalidKey { .. } => Some("copy it anew from the environment's settings in Nango".into()),
            Self::InvalidName { .. } => None,
            Self::Unreachable { .. } => Some("is it running? NANGO_HOSTPORT says where it is".into()),
            Self::Answer { advice, .. } => advice.clone(),
            Self::Redirect { to, .. } => Some(format!("if that is your Nango: NANGO_HOSTPORT={to}")),
            Self::NotNango { .. } => {
                Some("NANGO_HOSTPORT is the URL of the API, such as http://localhost:3003".into())
            }
        }
    }

    /// The error of an answer of the API, whose body may say more. `operation` is what was asked for.
    pub(super) fn answered(
        host: &str,
        key_name: &str,
        operation: &ApiOperation<'_>,
        status: u16,
        body: &[u8],
    ) -> Self {
        let (code, said) = said(body).unwrap_or_else(|| (UNKNOWN_ERROR.into(), String::new()));
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        let (message, advice) = match (status, code.as_str()) {
            (401, _) => (
                format!(
                    "the Nango API at {host} does not accept the secret key in {key_name} ({code}){said}"
                ),
                Some(format!("copy the environment's secret key from Nango's settings into {key_name}")),
            ),
            (403, _) => (
                format!("the key in {key_name} may not {} at {host} ({code}){said}", operation.what()),
                Some(format!("give it the scope {} in Nango", operation.scope())),
            ),
            (404, "not_found") | (_, "unknown_connection") => (
                operation.missing(host),
                Some("names are Nango's own; NANGO_HOSTPORT and the key choose the environment".into()),
            ),
            (_, "unknown_provider_config") => (
                format!("the Nango environment at {host} has no integration `{}`", operation.integration()),
                Some("the integration's id in Nango is the name of the functions' folder".into()),
            ),
            (424, _) => (
                format!("Nango cannot use {} ({code}){said}", operation.subject()),
                Some("its credentials have expired or were revoked: connect it again in Nango".into()),
            ),
            (429, _) => (
                format!("the Nango API at {host} takes no more requests for now ({code}){said}"),
                Some("try again later".into()),
            ),
            _ => (
                format!("the Nango API at {host} answered {status} ({code}) to {}{said}", operation.what()),
                // An error that Nango did not write may be of something else that answers there.
                (code == UNKNOWN_ERROR).then(|| "is NANGO_HOSTPORT the URL of Nango's API?".into()),
            ),
        };
        Self::Answer { status, code, message, advice }
    }
}

/// The code and message of an error's body, in both of Nango's shapes.
pub(super) fn said(body: &[u8]) -> Option<(String, String)> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error")?;
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("code")?, text("message").unwrap_or_default()))
}

impl From<RemoteError> for HostError {
    /// As the function sees it. What is wrong with the key is not for it to handle.
    fn from(error: RemoteError) -> Self {
        let stable = error.code();
        let message = error.to_string();
        match error {
            RemoteError::Unreachable { code, .. } => Self::Network { code, message },
            RemoteError::Answer { status, code, .. } if !matches!(status, 401 | 403) => {
                Self::Api { status, code, message }
            }
            _ => Self::Configuration { code: stable.into(), message },
        }
    }
}

/// What an API was asked for: it decides what its errors mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ApiOperation<'a> {
    Connection { integration: &'a IntegrationId, connection: &'a ConnectionId },
    Connections { connection: &'a ConnectionId },
    AllConnections,
    Deletion { integration: &'a IntegrationId, connection: &'a ConnectionId },
    Integration { integration: &'a IntegrationId },
    Variables,
    MetadataWrite { integration: &'a IntegrationId, connection: &'a ConnectionId },
    Action { integration: &'a IntegrationId, connection: &'a ConnectionId, name: &'a str },
    Proxy { integration: &'a IntegrationId, connection: &'a ConnectionId },
}

impl ApiOperation<'_> {
    /// The end of a sentence: the key may not ….
    fn what(&self) -> &'static str {
        match self {
            Self::Connection { .. } => "read a connection",
            Self::Connections { .. } | Self::AllConnections => "list connections",
            Self::Deletion { .. } => "delete a connection",
            Self::Integration { .. } => "read an integration",
            Self::Variables => "read environment variables",
            Self::MetadataWrite { .. } => "write metadata",
            Self::Action { .. } => "trigger an action",
            Self::Proxy { .. } => "make a call",
        }
    }

    /// The scope that a key needs.
    fn scope(&self) -> &'static str {
        match self {
            Self::Connection { .. } => "environment:connections:read_credentials",
            Self::Connections { .. } | Self::AllConnections => "environment:connections:list",
            Self::Deletion { .. } => "environment:connections:delete",
            Self::Integration { .. } => "environment:integrations:read",
            Self::Variables => "environment:variables:read",
            Self::MetadataWrite { .. } => "environment:connections:update",
            Self::Action { .. } => "environment:actions:execute",
            Self::Proxy { .. } => "environment:proxy",
        }
    }

    fn integration(&self) -> &str {
        match self {
            Self::Connection { integration, .. }
            | Self::Integration { integration }
            | Self::MetadataWrite { integration, .. }
            | Self::Deletion { integration, .. }
            | Self::Action { integration, .. }
            | Self::Proxy { integration, .. } => integration.as_str(),
            Self::Connections { .. } | Self::AllConnections | Self::Variables => "",
        }
    }

    /// Whatever the request was about.
    fn subject(&self) -> String {
        match self {
            Self::Connection { integration, connection }
            | Self::Deletion { integration, connection }
            | Self::MetadataWrite { integration, connection }
            | Self::Action { integration, connection, .. }
            | Self::Proxy { integration, connection } => {
                format!("connection `{connection}` of `{integration}`")
            }
            Self::Connections { connection } => format!("connection `{connection}`"),
            Self::AllConnections => "connections".into(),
            Self::Integration { integration } => format!("integration `{integration}`"),
            Self::Variables => "environment variables".into(),
        }
    }

    fn missing(&self, host: &str) -> String {
        match self {
            Self::Action { name, integration, .. } => {
                format!("the Nango environment at {host} has no action `{name}` of `{integration}`")
            }
            _ => format!("the Nango environment at {host} has no {}", self.subject()),
        }
    }
}
