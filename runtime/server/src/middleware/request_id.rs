//! An id for every request, in its answer, in every line of the log, and in what it leads to.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use onevent_contract::RequestId;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request its id: the caller's, where it has one that can stand in a line of a log, else a new one. An answer
/// that comes from further away keeps the id that it was given there.
pub(crate) async fn identify(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(X_REQUEST_ID).and_then(|id| RequestId::new(id.to_str().ok()?));
    let id = given.unwrap_or_else(RequestId::generate);
    let header = HeaderValue::from_str(id.as_str());
    request.extensions_mut().insert(id);
    let mut response = next.run(request).await;
    if let Ok(header) = header {
        response.headers_mut().entry(X_REQUEST_ID).or_insert(header);
    }
    response
}
