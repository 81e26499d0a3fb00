//! Which path of a provider tells whose account it is.

use onevent_contract::JsonObject;
use serde_json::Value;

/// Paths of built-in providers, from their public documentation.
const KNOWN: [(&str, &str); 14] = [
    ("asana", "/api/1.0/users/me"),
    ("calendly", "/users/me"),
    ("github", "/user"),
    ("hubspot", "/account-info/v3/details"),
    ("jira", "/rest/api/3/myself"),
    ("notion", "/v1/users/me"),
    ("pipedrive", "/v1/users/me"),
    ("salesforce", "/services/oauth2/userinfo"),
    ("salesforce-sandbox", "/services/oauth2/userinfo"),
    ("slack", "/auth.test"),
    ("stripe", "/v1/account"),
    ("stripe-api-key", "/v1/account"),
    ("zendesk", "/api/v2/users/me.json"),
    ("zoom", "/users/me"),
];
/// What is asked for where nobody knows.
const GUESS: &str = "/me";

/// The path that a validation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// The provider has it.
    Known(String),
    /// It may have it.
    Guessed(String),
}

impl Endpoint {
    /// What the template says about verifying credentials, else what is known of the provider.
    pub(super) fn of(provider: &str, template: &JsonObject) -> Self {
        let stated = template.get("proxy").and_then(|proxy| proxy.pointer("/verification/endpoints/0"));
        let known = || KNOWN.iter().find(|(name, _)| *name == provider).map(|(_, path)| *path);
        match stated.and_then(Value::as_str).or_else(known) {
            Some(path) => Self::Known(path.to_owned()),
            None => Self::Guessed(GUESS.to_owned()),
        }
    }

    /// The path.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Known(path) | Self::Guessed(path) => path,
        }
    }
}

#[cfg(test)]
mod tests {
    use onevent_proxy::Providers;

    use super::*;

    #[test]
    fn every_path_is_of_a_provider_that_there_is_and_what_a_template_says_comes_first() {
        let providers = Providers::builtin().unwrap();
        for (name, path) in KNOWN {
            assert_eq!(
                Endpoint::of(name, providers.template(name).unwrap()),
                Endpoint::Known(path.to_owned())
            );
        }
        let of = |name| Endpoint::of(name, providers.template(name).unwrap());
        assert_eq!(of("openai"), Endpoint::Known("/v1/models".to_owned()));
        assert_eq!(of("linear"), Endpoint::Guessed(GUESS.to_owned()));
    }
}
