//! Credentials as somebody hands them in: of the type that the provider needs, and with dates that are some.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use onevent_contract::{AuthMode, Credentials, Warning, WarningCode};
use serde_json::Value;
use thiserror::Error;

/// When an access token ends, by Nango's name.
const EXPIRES_AT: &str = "expires_at";

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
    #[error("`expires_at` is no date: use one like \"2030-01-01T00:00:00Z\"")]
    InvalidDate,
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
    expires_at(credentials).map(|_| ())
}

/// A warning about credentials that have expired. They are used all the same: providers have their own clocks, and it
/// is for validation to say no.
#[must_use]
pub fn warn_of_expired(credentials: &Credentials, now: Timestamp) -> Option<Warning> {
    let at = expires_at(credentials).ok().flatten().filter(|at| *at <= now)?;
    let message = format!("the credentials expired at {at} (`expires_at`); onevent does not renew them");
    Some(Warning::new(WarningCode::CredentialsExpired, message))
}

/// When the credentials end, in every spelling that Nango reads: a date as text, or seconds since 1970.
fn expires_at(credentials: &Credentials) -> Result<Option<Timestamp>, CredentialsRefused> {
    let value = credentials.reveal();
    let at = match value.get(EXPIRES_AT) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => date(text.trim()),
        Some(Value::Number(seconds)) => seconds
            .as_f64()
            .and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok())
            .and_then(|since_1970| Timestamp::from_duration(since_1970).ok()),
        Some(_) => None,
    };
    at.map(Some).ok_or(CredentialsRefused::InvalidDate)
}

/// A date without an offset is in UTC.
fn date(text: &str) -> Option<Timestamp> {
    let utc = |local: DateTime| local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let iso = text.parse::<Timestamp>().ok().or_else(|| text.parse::<DateTime>().ok().and_then(utc));
    iso.or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(expires_at: Value) -> Credentials {
        let value = json!({"type": "OAUTH2", "access_token": "tok-1", "expires_at": expires_at});
        Credentials::from_json(value, None).unwrap()
    }

    fn checked(expires_at: Value) -> Result<(), CredentialsRefused> {
        check_credentials(&with(expires_at), "hubspot", Some(AuthMode::OAuth2))
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
    fn a_date_is_one_in_every_spelling_that_nango_reads() {
        for date in [
            json!("2030-01-01T00:00:00Z"),
            json!("2030-01-01T00:00:00.000+00:00"),
            json!("2030-01-01T02:00:00+02:00"),
            json!("2030-01-01T00:00:00"),
            json!("2030-01-01"),
            json!("Tue, 01 Jan 2030 00:00:00 GMT"),
            json!(1_893_456_000),
            json!(1_893_456_000.0),
        ] {
            let at = expires_at(&with(date.clone())).unwrap().unwrap();
            assert_eq!(at, "2030-01-01T00:00:00Z".parse().unwrap(), "{date}");
        }
        assert_eq!(checked(json!(null)), Ok(()));
        for wrong in [
            json!("yesterday"),
            json!(""),
            json!("2030-13-01"),
            json!("30/01/2030"),
            json!(1e300),
            json!(-1e300),
            json!(true),
            json!({}),
            json!(["2030-01-01"]),
        ] {
            assert_eq!(checked(wrong.clone()), Err(CredentialsRefused::InvalidDate), "{wrong}");
        }
    }

    #[test]
    fn expired_credentials_are_a_warning() {
        let now = "2029-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(warn_of_expired(&with(json!("2030-01-01T00:00:00Z")), now), None);
        assert_eq!(warn_of_expired(&with(json!(null)), now), None);
        let warning = warn_of_expired(&with(json!("2029-12-31T23:59:59Z")), now).unwrap();
        assert_eq!(warning.code, WarningCode::CredentialsExpired);
        assert!(warning.message.contains("2029-12-31T23:59:59Z"), "{}", warning.message);
    }
}
