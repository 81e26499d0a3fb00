//! Whether an import may find the connection there already. Nango's clients say nothing about it, and mean both.

use std::fmt::Display;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};

use crate::error::{ApiError, FieldError};
use crate::state::ServerState;

/// What the caller wants to be so, decided together with the operation: between a look and an import somebody else may
/// create or delete the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// Nothing: it is created, or gets new credentials.
    None,
    /// `If-None-Match: *`: it is created.
    IsNew,
    /// `If-Match: *`: it gets new credentials.
    IsThere,
}

impl Precondition {
    /// What the headers say.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let (is_new, is_there) = (is_given(headers, IF_NONE_MATCH)?, is_given(headers, IF_MATCH)?);
        match (is_new, is_there) {
            (false, false) => Ok(Self::None),
            (true, false) => Ok(Self::IsNew),
            (false, true) => Ok(Self::IsThere),
            (true, true) => Err(invalid(IF_MATCH, "this header contradicts if-none-match")),
        }
    }

    /// 412.
    pub(crate) fn failed(code: &'static str, error: &dyn Display) -> ApiError {
        ApiError::new(StatusCode::PRECONDITION_FAILED, code, error.to_string())
    }
}

/// Whether a header is there. Connections have no entity tags, so it cannot name one.
fn is_given(headers: &HeaderMap, name: HeaderName) -> Result<bool, ApiError> {
    match headers.get(&name) {
        None => Ok(false),
        Some(value) if value.as_bytes().trim_ascii() == b"*" => Ok(true),
        Some(_) => Err(invalid(name, "this header can only be `*`")),
    }
}

fn invalid(name: HeaderName, message: &str) -> ApiError {
    ApiError::invalid("invalid_headers", vec![FieldError::of(name.as_str(), "invalid_value", message)])
}

impl FromRequestParts<ServerState> for Precondition {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &ServerState) -> Result<Self, ApiError> {
        Self::read(&parts.headers)
    }
}
