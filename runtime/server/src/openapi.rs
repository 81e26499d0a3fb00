//! The description of the HTTP API, in OpenAPI.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodRouter, get};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::error::{ApiError, FieldError};
use crate::routes;
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

/// An answer that is an error.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: errors are built field by field")]
pub(crate) struct ErrorBody {
    error: ErrorFields,
}

/// What went wrong.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: errors are built field by field")]
struct ErrorFields {
    /// A stable code.
    code: String,
    /// In words.
    message: Option<String>,
    /// What is wrong with which field.
    errors: Option<Vec<FieldError>>,
    /// What else there is to know.
    #[schema(value_type = Option<Object>)]
    payload: Option<serde_json::Value>,
}

/// The description of every route, as JSON text.
///
/// # Errors
/// Never: it is made of texts.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    text(&routes::open().merge(routes::with_key()).into_openapi())
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

fn text(document: &utoipa::openapi::OpenApi) -> Result<String, serde_json::Error> {
    document.to_pretty_json().map(|text| text + "\n")
}
