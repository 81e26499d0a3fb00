//! A body of JSON, as strict as Nango reads it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::issue::issue;
use crate::error::{ApiError, FieldError};
use crate::state::ServerState;

/// A body of JSON. Of every object that it means to be, it may have no field more.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ServerState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        check_content(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        read(&bytes).map(Self)
    }
}

/// What a body of these bytes means.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let invalid = |error: FieldError| ApiError::invalid("invalid_body", vec![error]);
    // Twice, so that a text which is no JSON is told from JSON which is not what was asked for: serde stops at the first
    // mistake of either kind.
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        let message = format!("the body is not JSON: line {}, column {}", error.line(), error.column());
        return Err(invalid(FieldError::new("custom", message, Vec::new())));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut json).map_err(|error| invalid(issue(&error)))
}

/// Reads a field that may be missing, and must not be `null`: zod's `optional()`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Only JSON in UTF-8, not packed.
fn check_content(headers: &HeaderMap) -> Result<(), ApiError> {
    let refused =
        |message: &str| ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_content_type", message);
    let line = headers.get(CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let mut parts = line.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
        return Err(refused("the body must be JSON: Content-Type: application/json"));
    }
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let utf8 = |charset: &str| ["utf-8", "utf8"].iter().any(|name| charset.eq_ignore_ascii_case(name));
    if charset.is_some_and(|(_, charset)| !utf8(charset.trim_matches('"'))) {
        return Err(refused("the body must be JSON in UTF-8"));
    }
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(refused("the body must not be packed: no Content-Encoding"))
        }
        _ => Ok(()),
    }
}

fn unread(rejection: &BytesRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "the body is too large")
        }
        _ => {
            let error = FieldError::new("custom", "the body did not arrive as a whole", Vec::new());
            ApiError::invalid("invalid_body", vec![error])
        }
    }
}
