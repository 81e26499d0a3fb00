//! An id for every request, in its answer and in every line of the log.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A caller's own id is taken up to this many characters.
const MAX_CHARS: usize = 128;

/// The id of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        // It was checked to be text, or made here.
        self.0.to_str().unwrap_or_default()
    }
}

/// Gives a request its id: the caller's, where it has one that can stand in a line of a log, else a new one. An answer
/// that comes from further away keeps the id that it was given there.
pub(crate) async fn identify(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(X_REQUEST_ID).filter(|id| is_plain(id)).cloned();
    let id = given.or_else(|| HeaderValue::from_str(&Uuid::now_v7().to_string()).ok());
    let Some(id) = id else { return next.run(request).await };
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    response.headers_mut().entry(X_REQUEST_ID).or_insert(id);
    response
}

fn is_plain(id: &HeaderValue) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    !id.is_empty() && id.len() <= MAX_CHARS && id.as_bytes().iter().all(plain)
}
