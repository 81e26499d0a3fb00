//! A webhook of Nango's about a connection.

use onevent_contract::{ConnectionId, IntegrationId};
use serde_json::{Value, json};

use crate::AuthFailure;

/// What a webhook says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookKind {
    /// A connection was made.
    Creation,
    /// A connection got new credentials.
    Override,
    /// Something that is the app's alone to handle.
    Other,
}

/// A webhook whose signature was verified.
#[derive(Debug, Clone)]
pub struct NangoWebhook {
    body: String,
    json: Value,
}

impl NangoWebhook {
    /// Reads it; `None` where it is not JSON.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let body = String::from_utf8(body.to_vec()).ok()?;
        let json = serde_json::from_str(&body).ok()?;
        Some(Self { body, json })
    }

    /// What it says. An attempt that failed has made no connection.
    #[must_use]
    pub fn kind(&self) -> WebhookKind {
        let text = |field: &str| self.json.get(field).and_then(Value::as_str);
        let succeeded = self.json.get("success") == Some(&Value::Bool(true));
        match (text("type"), text("operation")) {
            (Some("auth"), Some("creation")) if succeeded => WebhookKind::Creation,
            (Some("auth"), Some("override")) if succeeded => WebhookKind::Override,
            _ => WebhookKind::Other,
        }
    }

    /// The environment that it names.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.json.get("environment").and_then(Value::as_str)
    }

    /// The connection that it is about.
    #[must_use]
    pub fn connection(&self) -> Option<(IntegrationId, ConnectionId)> {
        let text = |field: &str| self.json.get(field).and_then(Value::as_str);
        let integration = IntegrationId::new(text("providerConfigKey")?).ok()?;
        Some((integration, ConnectionId::new(text("connectionId")?).ok()?))
    }

    /// What the app gets: the same bytes, or the same with the reason why it failed.
    pub(super) fn told(&self, failure: Option<AuthFailure>) -> String {
        let Some(AuthFailure { kind, description }) = failure else { return self.body.clone() };
        let mut json = self.json.clone();
        json["success"] = Value::Bool(false);
        json["error"] = json!({ "type": kind, "description": description });
        json.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_succeeded_is_about_a_connection() {
        for (body, kind) in [
            (r#"{"type":"auth","operation":"creation","success":true}"#, WebhookKind::Creation),
            (r#"{"type":"auth","operation":"override","success":true}"#, WebhookKind::Override),
            (r#"{"type":"auth","operation":"override","success":false}"#, WebhookKind::Other),
            (r#"{"type":"auth","operation":"refresh","success":true}"#, WebhookKind::Other),
            (r#"{"type":"forward","operation":"creation","success":true}"#, WebhookKind::Other),
            ("[]", WebhookKind::Other),
        ] {
            assert_eq!(NangoWebhook::read(body.as_bytes()).unwrap().kind(), kind, "{body}");
        }
        assert!(NangoWebhook::read(b"no json").is_none());
    }

    #[test]
    fn what_goes_on_is_the_same_bytes_unless_it_failed() {
        let body = r#"{ "type":"auth", "success" : true,"n":1.50 }"#;
        let webhook = NangoWebhook::read(body.as_bytes()).unwrap();
        assert_eq!(webhook.told(None), body);
        let failure = AuthFailure { kind: "connection_validation_failed".into(), description: "no".into() };
        let told: Value = serde_json::from_str(&webhook.told(Some(failure))).unwrap();
        let error = json!({ "type": "connection_validation_failed", "description": "no" });
        assert_eq!(told, json!({ "type": "auth", "success": false, "n": 1.5, "error": error }));
    }
}
