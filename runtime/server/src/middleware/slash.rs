//! Slashes at the end of a path, which Nango's clients send and Nango does not mind.

use axum::extract::Request;
use axum::http::Uri;

/// The path whose slashes belong to somebody else.
const PROXY: &str = "/proxy/";

/// The same request with a path that does not end with a slash; the proxy's paths stay as they are.
pub(crate) fn without_trailing_slash(mut request: Request) -> Request {
    let path = request.uri().path();
    let trimmed = path.trim_end_matches('/');
    if trimmed.len() == path.len() || trimmed.is_empty() || path.starts_with(PROXY) {
        return request;
    }
    let wanted = match request.uri().query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    if let Ok(wanted) = wanted.parse() {
        parts.path_and_query = Some(wanted);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}
