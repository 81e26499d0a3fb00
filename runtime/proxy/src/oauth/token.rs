//! A token as it was answered, and the credentials that it makes.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse};
use onevent_contract::{AuthMode, Credentials, JsonObject};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::template::TokenTemplate;

/// The answer of a token endpoint. Providers leave out what the standard requires, and spell numbers as texts: the token
/// alone has to be there.
pub(super) struct Token {
    access_token: AccessToken,
    refresh_token: Option<RefreshToken>,
    token_type: BasicTokenType,
    fields: JsonObject,
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = JsonObject::deserialize(deserializer)?;
        let text = |name: &str| {
            fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let access_token = text("access_token").ok_or_else(|| D::Error::missing_field("access_token"))?;
        Ok(Self {
            access_token: AccessToken::new(access_token),
            refresh_token: text("refresh_token").map(RefreshToken::new),
            token_type: BasicTokenType::Bearer,
            fields,
        })
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

impl TokenResponse for Token {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        number(self.fields.get("expires_in")?).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl Token {
    /// The credentials with this token in the place of the one that they had. A refresh token that the provider does
    /// not replace stays.
    pub(super) fn into_credentials(
        self,
        old: &Credentials,
        template: TokenTemplate<'_>,
        now: Timestamp,
    ) -> Option<Credentials> {
        let token = self.access_token.secret().clone();
        let mut changes = JsonObject::new();
        match old.mode() {
            AuthMode::OAuth2ClientCredentials => changes.insert("token".into(), token.into()),
            _ => changes.insert("access_token".into(), token.into()),
        };
        if let Some(refresh_token) = self.refresh_token() {
            changes.insert("refresh_token".into(), refresh_token.secret().clone().into());
        }
        changes.insert("expires_at".into(), self.expires_at(template, now));
        changes.insert("raw".into(), self.fields.into());
        old.with(changes).ok()
    }

    /// When the token ends; `null` where nobody knows.
    fn expires_at(&self, template: TokenTemplate<'_>, now: Timestamp) -> Value {
        let told = self.expires_in().filter(|lifetime| !lifetime.is_zero());
        let told = told.map(|lifetime| lifetime.mul_f64(template.lifetime_unit().as_secs_f64()));
        let date = self.fields.get("expires_at").filter(|_| told.is_none()).cloned();
        if let Some(date) = date.filter(|date| !date.is_null()) {
            return date;
        }
        let end = told.or(template.usual_lifetime()).and_then(|lifetime| now.checked_add(lifetime).ok());
        end.map_or(Value::Null, |end| json!(end.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()))
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use crate::Providers;

    use super::*;

    fn renewed(fields: &str, answer: Value) -> Value {
        let yaml = format!("p:\n  auth_mode: OAUTH2\n{fields}");
        let provider = Providers::from_yaml(&yaml, "test").unwrap().get("p").unwrap();
        let old = json!({
            "type": "OAUTH2", "access_token": "a-1", "refresh_token": "r-1", "expires_at": "2026-01-01T00:00:00Z",
            "config_override": {"client_id": "c"},
        });
        let old = Credentials::from_json(old, None).unwrap();
        let token: Token = serde_json::from_value(answer).unwrap();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        token.into_credentials(&old, TokenTemplate(&provider), now).unwrap().reveal()
    }

    #[test]
    fn a_refresh_token_stays_until_another_one_comes() {
        let kept = renewed("", json!({"access_token": "a-2", "expires_in": 3600}));
        assert_eq!(
            kept,
            json!({
                "type": "OAUTH2", "access_token": "a-2", "refresh_token": "r-1",
                "expires_at": "2026-01-01T01:00:00.000Z", "config_override": {"client_id": "c"},
                "raw": {"access_token": "a-2", "expires_in": 3600},
            })
        );
        let rotated = renewed("", json!({"access_token": "a-2", "refresh_token": "r-2"}));
        assert_eq!(rotated["refresh_token"], "r-2");
        assert_eq!(rotated.get("expires_at"), None, "{rotated}");
    }

    #[test]
    fn the_end_is_read_in_every_spelling_that_providers_have() {
        let end = |fields: &str, answer: Value| {
            let mut answer = answer;
            answer["access_token"] = "a-2".into();
            renewed(fields, answer)["expires_at"].clone()
        };
        assert_eq!(end("", json!({"expires_in": "60"})), "2026-01-01T00:01:00.000Z");
        assert_eq!(
            end("  expires_in_unit: milliseconds\n", json!({"expires_in": 60_000})),
            "2026-01-01T00:01:00.000Z"
        );
        assert_eq!(end("", json!({"expires_at": "2026-01-02T00:00:00Z"})), "2026-01-02T00:00:00Z");
        assert_eq!(end("  token_expires_in_ms: 60000\n", json!({})), "2026-01-01T00:01:00.000Z");
        for never in [json!(0), json!(-5), json!("soon"), json!(null), json!(1e300)] {
            assert_eq!(end("", json!({"expires_in": never.clone()})), Value::Null, "{never}");
        }
    }

    #[test]
    fn an_answer_without_a_token_is_none() {
        for answer in [json!({}), json!({"access_token": ""}), json!({"access_token": 7}), json!([])] {
            assert!(serde_json::from_value::<Token>(answer.clone()).is_err(), "{answer}");
        }
    }
}
