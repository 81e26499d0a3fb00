//! What a Nango API says no with, as errors that say what to do.

use onevent_contract::HostError;
use serde_json::Value;
use thiserror::Error;

use super::api_name::{ApiKind, ApiName};
use super::operation::ApiOperation;

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
    #[error("{api} cannot be reached: {message}")]
    Unreachable {
        /// Who was asked.
        api: ApiName,
        /// The system's code.
        code: String,
        /// In words.
        message: String,
    },
    /// It answered with an error.
    #[error("{message}")]
    Answer {
        /// Who answered.
        api: ApiKind,
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
    #[error("{api} redirects to {to}, and a secret key is not sent to another address")]
    Redirect {
        /// Who answered.
        api: ApiName,
        /// Where to.
        to: String,
    },
    /// What answered is no Nango API.
    #[error("{host} does not answer as a Nango API does: {what}", host = .api.host)]
    NotNango {
        /// Who should have answered.
        api: ApiName,
        /// What was wrong with the answer.
        what: String,
    },
}

impl RemoteError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        let of = |kind: ApiKind, nango, server| match kind {
            ApiKind::Nango => nango,
            ApiKind::Server => server,
        };
        match self {
            Self::InvalidKey { .. } => "invalid_secret_key",
            Self::InvalidName { .. } => "invalid_name",
            Self::Unreachable { api, .. } => of(api.kind, "nango_unreachable", "server_unreachable"),
            Self::Answer { status: 401, api, .. } => of(*api, "nango_unauthorized", "server_unauthorized"),
            Self::Answer { status: 403, api, .. } => of(*api, "nango_forbidden", "server_forbidden"),
            Self::Answer { status: 404, code, .. } if code == "not_found" => "unknown_connection",
            Self::Answer { code, .. } if code == "unknown_connection" => "unknown_connection",
            Self::Answer { code, .. } if code == "unknown_provider_config" => "unknown_integration",
            Self::Answer { status: 424, .. } => "connection_needs_reconnect",
            Self::Answer { status: 429, api, .. } => of(*api, "nango_rate_limited", "server_rate_limited"),
            Self::Answer { api, .. } => of(*api, "nango_error", "server_error"),
            Self::Redirect { api, .. } => of(api.kind, "nango_redirects", "server_redirects"),
            Self::NotNango { api, .. } => of(api.kind, "not_a_nango_api", "no_server"),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let of = |kind: ApiKind, nango: &str, server: &str| match kind {
            ApiKind::Nango => Some(nango.to_owned()),
            ApiKind::Server => Some(server.to_owned()),
        };
        match self {
            Self::InvalidKey { .. } => Some("copy it anew: it was cut, or something was added to it".into()),
            Self::InvalidName { .. } => None,
            Self::Unreachable { api, .. } => of(
                api.kind,
                "is it running? NANGO_HOSTPORT says where it is",
                "start it with `onevent serve`",
            ),
            Self::Answer { advice, .. } => advice.clone(),
            Self::Redirect { api, to } => of(
                api.kind,
                &format!("if that is your Nango: NANGO_HOSTPORT={to}"),
                &format!("if that is your server: --server {to}"),
            ),
            Self::NotNango { api, .. } => of(
                api.kind,
                "NANGO_HOSTPORT is the URL of the API, such as http://localhost:3003",
                "--server is the URL that `onevent serve` shows, such as http://127.0.0.1:3003",
            ),
        }
    }

    /// The error of an answer of the API, whose body may say more. `operation` is what was asked for.
    pub(super) fn answered(
        api: &ApiName,
        key_name: &str,
        operation: &ApiOperation<'_>,
        status: u16,
        body: &[u8],
    ) -> Self {
        let (code, said) = said(body).unwrap_or_else(|| (UNKNOWN_ERROR.into(), String::new()));
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        let message = match (status, code.as_str()) {
            (401, _) => format!("{api} does not accept the secret key in {key_name} ({code}){said}"),
            (403, _) => {
                format!("the key in {key_name} may not {} at {} ({code}){said}", operation.what(), api.host)
            }
            (404, "not_found") | (_, "unknown_connection") => operation.missing(api),
            (_, "unknown_provider_config") => {
                format!("{} has no integration `{}`", api.environment(), operation.integration())
            }
            (424, _) => format!("{} cannot use {} ({code}){said}", api.who(), operation.subject()),
            (429, _) => format!("{api} takes no more requests for now ({code}){said}"),
            _ => format!("{api} answered {status} ({code}) to {}{said}", operation.what()),
        };
        let advice = match api.kind {
            ApiKind::Nango => nangos_advice(status, &code, key_name, operation),
            ApiKind::Server => servers_advice(status, &code, operation),
        };
        Self::Answer { api: api.kind, status, code, message, advice }
    }
}

fn nangos_advice(status: u16, code: &str, key_name: &str, operation: &ApiOperation<'_>) -> Option<String> {
    Some(match (status, code) {
        (401, _) => format!("copy the environment's secret key from Nango's settings into {key_name}"),
        (403, _) => format!("give it the scope {} in Nango", operation.scope()),
        (404, "not_found") | (_, "unknown_connection") => {
            "names are Nango's own; NANGO_HOSTPORT and the key choose the environment".into()
        }
        (_, "unknown_provider_config") => {
            "the integration's id in Nango is the name of the functions' folder".into()
        }
        (424, _) => "its credentials have expired or were revoked: connect it again in Nango".into(),
        (429, _) => "try again later".into(),
        // An error that Nango did not write may be of something else that answers there.
        (_, UNKNOWN_ERROR) => "is NANGO_HOSTPORT the URL of Nango's API?".into(),
        _ => return None,
    })
}

fn servers_advice(status: u16, code: &str, operation: &ApiOperation<'_>) -> Option<String> {
    Some(match (status, code) {
        (401, _) => "`onevent keys create`, beside the server's database, makes a key".into(),
        (403, _) => format!("`onevent keys create --scope {}` makes one that may", operation.scope()),
        (404, "not_found") | (_, "unknown_connection") => {
            "`onevent connection list` with the same --server shows what there is; the key chooses the environment"
                .into()
        }
        (_, "unknown_provider_config") => "the integration is the name of the functions' folder".into(),
        (424, _) => "`onevent connection reconnect` gives it new credentials".into(),
        (429, _) => "try again later".into(),
        (_, UNKNOWN_ERROR) => "is --server the URL of `onevent serve`?".into(),
        _ => return None,
    })
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
