//! Credentials as somebody hands them in: of the type that the provider needs, and with dates that are some.

use jiff::Timestamp;
use onevent_contract::{AuthMode, Credentials, InvalidExpiry, Warning, WarningCode};
use thiserror::Error;

/// Why credentials cannot be those of an account. It never holds one of their values, except their type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CredentialsRefused {
    /// The provider needs others.
    #[error("credentials of type {got}, but {provider} needs {needed}")]
    WrongType {
        /// The provider template.
        provider: String,
        /// What it needs.
        needed: &'static str,
        /// What was given.
        got: &'static str,
    },
    /// `expires_at` is no date.
    #[error(transparent)]
    InvalidDate(#[from] InvalidExpiry),
}

/// Checks credentials before anything is done with them. `needed` is the provider's auth mode, where it is one that
/// onevent knows.
///
/// # Errors
/// [`CredentialsRefused`].
pub fn check_credentials(
    credentials: &Credentials,
    provider: &str,
    needed: Option<AuthMode>,
) -> Result<(), CredentialsRefused> {
    if let Some(needed) = needed.filter(|needed| *needed != credentials.mode()) {
        return Err(CredentialsRefused::WrongType {
            provider: provider.to_owned(),
            needed: needed.as_str(),
            got: credentials.mode().as_str(),
        });
    }
    Ok(credentials.expires_at().map(drop)?)
}

/// A warning about credentials that have expired, and that nothing renews. They are used all the same: providers have
/// their own clocks, and it is for validation to say no.
#[must_use]
pub fn warn_of_expired(credentials: &Credentials, now: Timestamp) -> Option<Warning> {
    let at = credentials.expires_at().ok().flatten().filter(|at| *at <= now)?;
    if credentials.is_renewable() {
        return None;
    }
    let message =
        format!("the credentials expired at {at} (`expires_at`), and hold nothing to refresh them with");
    Some(Warning::new(WarningCode::CredentialsExpired, message))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(expires_at: Value) -> Credentials {
        let value = json!({"type": "OAUTH2", "access_token": "tok-1", "expires_at": expires_at});
        Credentials::from_json(value, None).unwrap()
    }

    #[test]
    fn credentials_of_another_type_are_refused() {
        let key = json!({"type": "API_KEY", "apiKey": "key-1"});
        for (value, got) in [(key, "API_KEY"), (json!({"type": "NONE"}), "NONE")] {
            let credentials = Credentials::from_json(value, None).unwrap();
            let refused = check_credentials(&credentials, "hubspot", Some(AuthMode::OAuth2)).unwrap_err();
            let provider = "hubspot".to_owned();
            assert_eq!(refused, CredentialsRefused::WrongType { provider, needed: "OAUTH2", got });
            // What a provider needs that onevent does not know, nobody can check.
            assert_eq!(check_credentials(&credentials, "hubspot", None), Ok(()));
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let checked = |date| check_credentials(&with(date), "hubspot", Some(AuthMode::OAuth2));
        assert_eq!(checked(json!(null)), Ok(()));
        assert_eq!(checked(json!("yesterday")), Err(CredentialsRefused::InvalidDate(InvalidExpiry)));
    }

    #[test]
    fn expired_credentials_are_a_warning() {
        let now = "2029-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(warn_of_expired(&with(json!("2030-01-01T00:00:00Z")), now), None);
        assert_eq!(warn_of_expired(&with(json!(null)), now), None);
        let warning = warn_of_expired(&with(json!("2029-12-31T23:59:59Z")), now).unwrap();
        assert_eq!(warning.code, WarningCode::CredentialsExpired);
        assert!(warning.message.contains("2029-12-31T23:59:59Z"), "{}", warning.message);
        let renewable = json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r",
            "expires_at": "2029-12-31T23:59:59Z"});
        assert_eq!(warn_of_expired(&Credentials::from_json(renewable, None).unwrap(), now), None);
    }
}
