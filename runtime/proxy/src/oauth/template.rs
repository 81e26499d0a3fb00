//! What a provider's template says about its token endpoint, by Nango's names of fields.

use std::time::Duration;

use onevent_contract::{AuthMode, JsonObject};
use serde_json::Value;

use super::grant::Grant;
use crate::Provider;

/// Parameters of an exchange that belong to a user's consent: of `token_params`, a refresh has no use for them.
const OF_CONSENT: [&str; 3] = ["grant_type", "code", "redirect_uri"];

/// The fields of a template that are about tokens. They are read when they are needed, so that a field which nobody
/// needs cannot spoil a file of templates.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenTemplate<'p>(pub(super) &'p Provider);

/// How a client says at a token endpoint who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuthentication {
    /// `client_id` and `client_secret` in the body.
    Body,
    /// As user name and password (RFC 6749, section 2.3.1), each of them encoded as in a form.
    Header,
    /// As user name and password, as they are.
    Basic,
    /// `username` and `password` in the body.
    Custom,
}

/// Where the parameters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFormat {
    /// Into the body, as a form.
    Form,
    /// Into the body, as JSON.
    Json,
    /// Into the URL.
    Query,
}

impl<'p> TokenTemplate<'p> {
    fn text(self, field: &str) -> Option<&'p str> {
        text(self.0.other.get(field)?)
    }

    /// The endpoint of a grant; a template. `token_url` is one for all modes, or one for each.
    pub(super) fn url(self, grant: Grant, mode: AuthMode) -> Option<&'p str> {
        let refresh = match grant {
            Grant::RefreshToken => self.text("refresh_url"),
            Grant::ClientCredentials => None,
        };
        refresh.or_else(|| match self.0.other.get("token_url")? {
            Value::Object(urls) => text(urls.get(mode.as_str())?),
            url => text(url),
        })
    }

    /// The parameters that a grant has beside the standard ones: names and templates.
    pub(super) fn parameters(self, grant: Grant) -> Vec<(&'p str, String)> {
        let object = |field: &str| self.0.other.get(field).and_then(Value::as_object);
        match (grant, object("refresh_params")) {
            (Grant::RefreshToken, Some(own)) => pairs(own),
            (Grant::RefreshToken, None) => {
                let exchange = object("token_params").map(pairs).unwrap_or_default();
                exchange.into_iter().filter(|(name, _)| !OF_CONSENT.contains(name)).collect()
            }
            (Grant::ClientCredentials, _) => object("token_params").map(pairs).unwrap_or_default(),
        }
    }

    /// How the client says who it is. Where nothing is said, it is in the body, as at Nango.
    pub(super) fn client_authentication(self) -> ClientAuthentication {
        match (self.text("token_request_auth_method"), self.text("authorization_method")) {
            (Some("basic"), _) => ClientAuthentication::Basic,
            (Some("custom"), _) => ClientAuthentication::Custom,
            (_, Some("header")) => ClientAuthentication::Header,
            _ => ClientAuthentication::Body,
        }
    }

    pub(super) fn body_format(self) -> BodyFormat {
        match self.text("body_format") {
            Some("json") => BodyFormat::Json,
            Some("query") => BodyFormat::Query,
            _ => BodyFormat::Form,
        }
    }

    /// What stands between scopes.
    pub(super) fn scope_separator(self) -> &'p str {
        self.text("scope_separator").unwrap_or(" ")
    }

    /// Where in an answer the token stands that has none at its top (Slack's `authed_user`).
    pub(super) fn other_token_path(self) -> Option<&'p str> {
        self.text("alternate_access_token_response_path")
    }

    /// What `expires_in` of an answer counts.
    pub(super) fn lifetime_unit(self) -> Duration {
        match self.text("expires_in_unit") {
            Some("milliseconds") => Duration::from_millis(1),
            _ => Duration::from_secs(1),
        }
    }

    /// How long a token lasts of which the answer does not say it.
    pub(super) fn usual_lifetime(self) -> Option<Duration> {
        number(self.0.other.get("token_expires_in_ms")?).map(Duration::from_millis)
    }

    /// How long before its end a token is refreshed.
    pub(super) fn expiration_buffer(self) -> Option<Duration> {
        number(self.0.other.get("token_expiration_buffer")?).map(Duration::from_secs)
    }
}

impl Provider {
    /// How long before its end a token is refreshed; `None` where the template does not say it.
    #[must_use]
    pub fn token_expiration_buffer(&self) -> Option<Duration> {
        TokenTemplate(self).expiration_buffer()
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| text(value)?.parse().ok())
}

fn pairs(object: &JsonObject) -> Vec<(&str, String)> {
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    object.iter().filter_map(|(name, value)| Some((name.as_str(), scalar(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use crate::Providers;

    use super::*;

    fn provider(fields: &str) -> std::sync::Arc<Provider> {
        let yaml = format!("p:\n  auth_mode: OAUTH2\n{fields}");
        Providers::from_yaml(&yaml, "test").unwrap().get("p").unwrap()
    }

    #[test]
    fn a_url_is_one_for_all_modes_or_one_for_each() {
        let urls = |fields: &str| {
            let provider = provider(fields);
            [
                (Grant::RefreshToken, AuthMode::OAuth2),
                (Grant::ClientCredentials, AuthMode::OAuth2ClientCredentials),
            ]
            .map(|(grant, mode)| TokenTemplate(&provider).url(grant, mode).map(str::to_owned))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(urls("  token_url: https://a\n"), [some("https://a"), some("https://a")]);
        assert_eq!(
            urls("  token_url: https://a\n  refresh_url: https://r\n"),
            [some("https://r"), some("https://a")]
        );
        assert_eq!(
            urls("  token_url:\n    OAUTH2: https://a\n    OAUTH2_CC: https://b\n"),
            [some("https://a"), some("https://b")]
        );
        assert_eq!(urls("  token_url:\n    OAUTH2_CC: https://b\n"), [None, some("https://b")]);
        assert_eq!(urls("  token_url: ' '\n"), [None, None]);
        assert_eq!(urls(""), [None, None]);
    }

    #[test]
    fn a_refresh_has_its_own_parameters_or_those_of_the_exchange_without_the_consent() {
        let exchange = "  token_params:\n    grant_type: authorization_code\n    audience: a\n    n: 1\n";
        let of = |fields: &str| {
            let provider = provider(fields);
            let found = TokenTemplate(&provider).parameters(Grant::RefreshToken);
            found.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        assert_eq!(of(exchange), ["audience=a", "n=1"]);
        assert_eq!(
            of(&format!("{exchange}  refresh_params:\n    grant_type: refresh_token\n")),
            ["grant_type=refresh_token"]
        );
        let provider = provider(exchange);
        assert_eq!(TokenTemplate(&provider).parameters(Grant::ClientCredentials).len(), 3);
    }

    #[test]
    fn the_builtin_templates_say_where_tokens_are_refreshed() {
        let providers = Providers::builtin().unwrap();
        let mut without = Vec::new();
        for provider in providers.iter() {
            let mode = match AuthMode::from_name(&provider.auth_mode) {
                Some(mode @ (AuthMode::OAuth2 | AuthMode::OAuth2ClientCredentials)) => mode,
                _ => continue,
            };
            match TokenTemplate(provider).url(Grant::RefreshToken, mode) {
                Some(url) => assert!(url.split(" || ").all(|url| url.starts_with("https://")), "{url}"),
                None => without.push(provider.name.as_str()),
            }
        }
        assert_eq!(without, ["aircall", "brightcrowd", "greenhouse"]);
    }

    #[test]
    fn numbers_are_read_as_files_have_them() {
        let buffer =
            |text: &str| provider(&format!("  token_expiration_buffer: {text}\n")).token_expiration_buffer();
        assert_eq!(buffer("60"), Some(Duration::from_secs(60)));
        assert_eq!(buffer("'60'"), Some(Duration::from_secs(60)));
        assert_eq!(buffer("-1"), None);
        assert_eq!(provider("").token_expiration_buffer(), None);
    }
}
