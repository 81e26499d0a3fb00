//! The body of an `auth` webhook, as Nango sends it: the keys sorted, what is not there left out.

use std::collections::BTreeMap;

use onevent_contract::{ConnectionDetails, EndUser, Operation};
use onevent_store::ConnectionKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Why an operation did not succeed, as a webhook says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthFailure {
    /// Nango's code: `connection_validation_failed`, `refresh_token_external_error`.
    pub kind: String,
    /// In words: what the function said.
    pub description: String,
}

/// An `auth` webhook.
#[derive(Debug, Clone)]
pub struct AuthWebhook<'a> {
    /// The connection.
    pub key: &'a ConnectionKey,
    /// The provider's authentication mode.
    pub auth_mode: &'a str,
    /// The provider template's name.
    pub provider: &'a str,
    /// What was done.
    pub operation: Operation,
    /// Whose connection it is.
    pub details: &'a ConnectionDetails,
    /// Why it did not succeed; `None` where it did.
    pub failure: Option<AuthFailure>,
}

impl AuthWebhook<'_> {
    /// The bytes that are signed and sent.
    #[must_use]
    pub fn body(&self) -> String {
        let mut body = BTreeMap::from([
            ("authMode", json!(self.auth_mode)),
            ("connectionId", json!(self.key.connection_id)),
            ("environment", json!(self.key.environment)),
            ("from", json!("nango")),
            ("operation", json!(self.operation.as_str())),
            ("provider", json!(self.provider)),
            ("providerConfigKey", json!(self.key.integration)),
            ("success", json!(self.failure.is_none())),
            ("type", json!("auth")),
        ]);
        if let Some(AuthFailure { kind, description }) = &self.failure {
            body.insert("error", json!({"description": description, "type": kind}));
        }
        if !self.details.tags.is_empty() {
            body.insert("tags", sorted(&json!(self.details.tags)));
        }
        if let Some(end_user) = &self.details.end_user {
            body.insert("endUser", end_user_of(end_user));
        }
        json!(body).to_string()
    }
}

fn end_user_of(end_user: &EndUser) -> Value {
    let mut shown = BTreeMap::from([("endUserId", json!(end_user.id))]);
    if let Some(email) = &end_user.email {
        shown.insert("endUserEmail", json!(email));
    }
    if let Some(organization) = &end_user.organization {
        shown.insert("organizationId", json!(organization.id));
    }
    shown.insert("tags", end_user.tags.as_ref().map_or_else(|| json!({}), |tags| sorted(&json!(tags))));
    json!(shown)
}

fn sorted(object: &Value) -> Value {
    let entries = object.as_object().into_iter().flatten();
    json!(entries.collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_nangos() {
        let key =
            ConnectionKey::new("prod".parse().unwrap(), "hubspot".parse().unwrap(), "acme".parse().unwrap());
        let details = ConnectionDetails {
            end_user: Some(
                serde_json::from_value(json!({"id": "u1", "email": "a@b.c", "organization": {"id": "o1"}}))
                    .unwrap(),
            ),
            tags: [("z".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())].into_iter().collect(),
            webhook_url_override: None,
        };
        let mut webhook = AuthWebhook {
            key: &key,
            auth_mode: "OAUTH2",
            provider: "hubspot",
            operation: Operation::Creation,
            details: &details,
            failure: None,
        };
        assert_eq!(
            webhook.body(),
            r#"{"authMode":"OAUTH2","connectionId":"acme","endUser":{"endUserEmail":"a@b.c","endUserId":"u1","organizationId":"o1","tags":{}},"environment":"prod","from":"nango","operation":"creation","provider":"hubspot","providerConfigKey":"hubspot","success":true,"tags":{"a":"2","z":"1"},"type":"auth"}"#
        );
        webhook.operation = Operation::Override;
        webhook.failure =
            Some(AuthFailure { kind: "connection_validation_failed".into(), description: "no".into() });
        let body: Value = serde_json::from_str(&webhook.body()).unwrap();
        assert_eq!(body["error"], json!({"type": "connection_validation_failed", "description": "no"}));
        assert_eq!((&body["success"], &body["operation"]), (&json!(false), &json!("override")));
    }
}
