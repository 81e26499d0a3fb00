//! The description of the HTTP API, in OpenAPI.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodRouter, get};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::error::{ApiError, ErrorBody};
use crate::state::ServerState;

/// The path under which the server shows it.
pub(crate) const PATH: &str = "/openapi.json";

/// What the routes do not say themselves.
#[derive(OpenApi)]
#[openapi(
    info(title = "onevent", description = "Nango's HTTP API, as onevent answers it"),
    components(schemas(ErrorBody)),
    security(("key" = [])),
    modifiers(&SecretKey)
)]
pub(crate) struct Document;

struct SecretKey;

impl Modify for SecretKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("key", scheme);
    }
}

/// A route that answers with this description.
pub(crate) fn route(document: &utoipa::openapi::OpenApi) -> MethodRouter<ServerState> {
    match text(document) {
        Ok(text) => {
            let text = Bytes::from(text);
            get(async move || ([(CONTENT_TYPE, "application/json")], text))
        }
        Err(error) => {
            let message = error.to_string();
            get(async move || ApiError::internal(&message))
        }
    }
}

/// A description as JSON text.
pub(crate) fn text(document: &utoipa::openapi::OpenApi) -> Result<String, serde_json::Error> {
    document.to_pretty_json().map(|text| text + "\n")
}
