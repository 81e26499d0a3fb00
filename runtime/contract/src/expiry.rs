//! When credentials end.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use thiserror::Error;

use crate::credentials::Credentials;

/// When an access token ends, by Nango's name.
const EXPIRES_AT: &str = "expires_at";

/// `expires_at` of credentials is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`expires_at` is no date: use one like \"2030-01-01T00:00:00Z\"")]
pub struct InvalidExpiry;

impl Credentials {
    /// When they end, in every spelling that Nango reads: a date as text, or seconds since 1970. `None` where they do
    /// not say.
    ///
    /// # Errors
    /// [`InvalidExpiry`].
    pub fn expires_at(&self) -> Result<Option<Timestamp>, InvalidExpiry> {
        match self.field(EXPIRES_AT) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => time_of(value).map(Some).ok_or(InvalidExpiry),
        }
    }
}

/// A time as JSON has it: a date, or seconds since 1970.
fn time_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => date(text.trim()),
        Value::Number(seconds) => seconds
            .as_f64()
            .and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok())
            .and_then(|since_1970| Timestamp::from_duration(since_1970).ok()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
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

    fn expiry(expires_at: &Value) -> Result<Option<Timestamp>, InvalidExpiry> {
        let value = json!({"type": "OAUTH2", "access_token": "tok-1", "expires_at": expires_at});
        Credentials::from_json(value, None).unwrap().expires_at()
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
            assert_eq!(expiry(&date), Ok(Some("2030-01-01T00:00:00Z".parse().unwrap())), "{date}");
        }
        assert_eq!(expiry(&json!(null)), Ok(None));
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
            assert_eq!(expiry(&wrong), Err(InvalidExpiry), "{wrong}");
        }
    }
}
