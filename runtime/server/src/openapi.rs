//! The description of the HTTP API, in OpenAPI.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodRouter, get};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Deprecated, OpenApi as OpenApiDocument, PathItem, Ref, ResponseBuilder,
};
use utoipa::{Modify, OpenApi};

use crate::error::{ApiError, ErrorBody};
use crate::state::ServerState;

/// The path under which the server shows it.
pub(crate) const PATH: &str = "/openapi.json";

/// What the routes do not say themselves.
#[derive(OpenApi)]
#[openapi(
    info(title = "onevent", description = "Nango's HTTP API, as onevent answers it"),
    paths(described),
    components(schemas(ErrorBody)),
    security(("key" = [])),
    modifiers(&SecretKey)
)]
pub(crate) struct Document;

/// The route that shows the description is made of it, so it is described by itself.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "openapi",
    tag = "server",
    summary = "This description",
    security(()),
    responses((status = 200, description = "Done", body = Object)),
)]
#[expect(dead_code, reason = "only its description is used")]
fn described() {}

struct SecretKey;

impl Modify for SecretKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("key", scheme);
    }
}

/// Describes what a path means that is the same as another one: the older spelling.
pub(crate) fn describe_again(document: &mut OpenApiDocument, path: &str, old: &str) {
    let Some(mut item) = document.paths.paths.get(path).cloned() else { return };
    for operation in operations(&mut item) {
        operation.deprecated = Some(Deprecated::True);
        operation.operation_id = operation.operation_id.take().map(|id| format!("{id}Old"));
    }
    document.paths.paths.insert(old.to_owned(), item);
}

/// Describes what every route has: its refusals and failures, in the shape of an error.
pub(crate) fn with_errors(mut document: OpenApiDocument) -> OpenApiDocument {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            for (status, description) in [("4XX", "Refused"), ("5XX", "onevent failed, or what it asked did")]
            {
                let error = Ref::from_schema_name("ErrorBody");
                let content = ContentBuilder::new().schema(Some(error)).build();
                let response =
                    ResponseBuilder::new().description(description).content("application/json", content);
                let all = &mut operation.responses.responses;
                all.entry(status.to_owned()).or_insert_with(|| response.build().into());
            }
        }
    }
    document
}

/// The operations of a path, by method.
pub(crate) fn named_operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, options, head, patch, trace, .. } = item;
    let all = [
        ("Get", get),
        ("Put", put),
        ("Post", post),
        ("Delete", delete),
        ("Options", options),
        ("Head", head),
        ("Patch", patch),
        ("Trace", trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    named_operations(item).map(|(_, operation)| operation)
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
