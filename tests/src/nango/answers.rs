//! Nango's answers: their shapes, and its errors.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::state::{Connection, Integration};

/// An error in Nango's newer shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        answer(self.status, &json!({ "error": { "code": self.code, "message": self.message } }))
    }
}

pub(super) fn answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}

/// `Simple` of Nango's reference: an entry of the list.
pub(super) fn simple(integration: (&str, &Integration), id: &str, connection: &Connection) -> Value {
    json!({
        "id": connection.number,
        "connection_id": id,
        "provider_config_key": integration.0,
        "provider": integration.1.provider,
        "errors": [],
        "end_user": null,
        "tags": {},
        "metadata": connection.metadata,
        "created": connection.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
    })
}

/// `Full` of Nango's reference.
pub(super) fn full(
    integration: (&str, &Integration),
    id: &str,
    connection: &Connection,
    with_credentials: bool,
) -> Value {
    json!({
        "id": connection.number,
        "connection_id": id,
        "provider_config_key": integration.0,
        "provider": integration.1.provider,
        "errors": [],
        "end_user": null,
        "tags": {},
        "metadata": connection.metadata,
        "connection_config": connection.config,
        "webhook_url_override": null,
        "created_at": connection.created_at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string(),
        "updated_at": connection.updated_at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string(),
        "last_fetched_at": null,
        "credentials": if with_credentials { connection.credentials.clone() } else { json!({}) },
    })
}

pub(super) fn integration(key: &str, found: &Integration, include: &[&str], host: &str) -> Value {
    let mut data = json!({
        "unique_key": key,
        "provider": found.provider,
        "display_name": key,
        "logo": format!("{host}/images/template-logos/{}.svg", found.provider),
        "forward_webhooks": true,
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
    });
    if include.contains(&"webhook") {
        data["webhook_url"] = json!(format!("{host}/webhook/6c2d5a9e-2f0e-4c0d-9f5e-3b1f0d1c2b3a/{key}"));
    }
    if include.contains(&"credentials") {
        data["credentials"] = json!({
            "type": "OAUTH2", "client_id": "client-1", "client_secret": "client-secret-1", "scopes": "api", "webhook_secret": null,
        });
    }
    json!({ "data": data })
}
