//! Credentials that a flag gives, checked against what the provider takes.

use onevent_contract::{AuthMode, Credentials};
use onevent_lifecycle::check_credentials;
use onevent_proxy::Integration;
use serde_json::Value;

use crate::failure::Failure;

/// Credentials as JSON; a provider without authentication needs none.
///
/// # Errors
/// They are missing, or not of a kind that can be used.
pub(crate) fn credentials(
    given: Option<Value>,
    integration: &Integration,
    flag: &str,
) -> Result<Credentials, Failure> {
    let mode = integration.provider.supported_auth_mode();
    match given {
        Some(value) => {
            let invalid = |error: String| Failure::usage("invalid_credentials", format!("{flag}: {error}"));
            let credentials =
                Credentials::from_json(value, mode).map_err(|error| invalid(error.to_string()))?;
            let checked = check_credentials(&credentials, &integration.provider.name, mode);
            checked.map_err(|error| invalid(error.to_string()))?;
            Ok(credentials)
        }
        None if mode == Some(AuthMode::None) => Ok(Credentials::none()),
        None => Err(missing(flag, integration)),
    }
}

/// Credentials that are needed and were not given.
fn missing(flag: &str, integration: &Integration) -> Failure {
    let provider = &integration.provider;
    let message = format!("{flag}: {} needs credentials ({})", provider.name, provider.auth_mode);
    Failure::usage("missing_credentials", message)
        .hint("a JSON object like {\"type\": \"OAUTH2\", \"access_token\": \"…\"}, from a file")
}
