//! What the caller gets of a provider's answer, or instead of it.

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use http::header::{CONNECTION, CONTENT_DISPOSITION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use onevent_contract::HostError;
use onevent_proxy::StreamedAnswer;
use serde_json::json;
use tracing::Span;

use crate::error::ApiError;

/// Headers that every answer keeps. What a body is packed with belongs to it.
const KEPT: [&str; 5] =
    ["content-encoding", "content-type", "mcp-session-id", "x-correlation-id", "x-request-id"];

/// Headers that are between the provider and the server (RFC 9110, section 7.6.1), whatever `connection` names beside
/// them. The length is set anew.
const NEVER: [&str; 11] = [
    "connection",
    "content-length",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Which pages may read an answer is for the server to say.
const CORS: &str = "access-control-";

/// The provider's answer, with its body still on its way.
pub(super) fn passed_on(answer: StreamedAnswer, method: &Method) -> Response {
    let StreamedAnswer { status, headers, body } = answer;
    let whole = !status.is_success() || is_streamed(&headers, body.length()) || is_file(&headers);
    let mut kept = if whole { between_ends(&headers) } else { always(&headers) };
    // An answer to HEAD says how long another one would be.
    let length = match (method, status) {
        (&Method::HEAD, _) | (_, StatusCode::NOT_MODIFIED) => headers.get(CONTENT_LENGTH).cloned(),
        (_, StatusCode::NO_CONTENT) => None,
        _ => body.length().map(HeaderValue::from),
    };
    kept.extend(length.map(|length| (CONTENT_LENGTH, length)));
    let span = Span::current();
    // The connection breaks then: an answer that just ended would be taken for a whole one.
    let body = body.inspect_err(move |error| {
        tracing::warn!(parent: &span, code = error.code(), %error, "the provider's answer broke off");
    });
    (status, kept, Body::from_stream(body)).into_response()
}

/// Whether nobody knows yet how long it is.
fn is_streamed(headers: &HeaderMap, length: Option<u64>) -> bool {
    headers.contains_key(TRANSFER_ENCODING) || length.is_none()
}

fn is_file(headers: &HeaderMap) -> bool {
    let disposition = headers.get(CONTENT_DISPOSITION).map(HeaderValue::as_bytes).unwrap_or_default();
    let kind = disposition.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    kind.eq_ignore_ascii_case(b"attachment") || kind.eq_ignore_ascii_case(b"inline")
}

fn always(headers: &HeaderMap) -> HeaderMap {
    filtered(headers, |name| KEPT.contains(&name))
}

fn between_ends(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    filtered(headers, |name| {
        !NEVER.contains(&name) && !name.starts_with(CORS) && !named.iter().any(|named| named == name)
    })
}

fn filtered(headers: &HeaderMap, passes: impl Fn(&str) -> bool) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| passes(name.as_str())) {
        kept.append(name.clone(), value.clone());
    }
    kept
}

/// No answer of the provider's came.
pub(super) fn failed(error: HostError, method: &Method) -> Result<Response, ApiError> {
    let text = error.to_string();
    Err(match error {
        HostError::Network { code, message } => {
            let failure = json!({
                "message": message,
                "code": code,
                "status": null,
                "method": method.as_str(),
            });
            return Ok((StatusCode::INTERNAL_SERVER_ERROR, Json(failure)).into_response());
        }
        HostError::Configuration { code, message } => ApiError::new(StatusCode::BAD_REQUEST, code, message),
        HostError::Api { status, code, message } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            ApiError::new(status, code, message)
        }
        _ => ApiError::internal(&text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_file_is_told_by_its_disposition() {
        for (value, expected) in [
            ("attachment", true),
            ("ATTACHMENT; filename=a", true),
            ("inline ; x", true),
            ("attachments", false),
            ("form-data; name=a", false),
        ] {
            assert_eq!(is_file(&headers(&[("content-disposition", value)])), expected, "{value}");
        }
        assert!(!is_file(&HeaderMap::new()));
    }

    #[test]
    fn what_is_between_two_neighbours_stays_there() {
        let kept = between_ends(&headers(&[
            ("connection", "close, X-Near"),
            ("x-near", "1"),
            ("x-far", "1"),
            ("set-cookie", "a"),
            ("set-cookie", "b"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("access-control-allow-origin", "*"),
        ]));
        assert_eq!(kept, headers(&[("x-far", "1"), ("set-cookie", "a"), ("set-cookie", "b")]));
    }
}
