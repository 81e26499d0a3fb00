//! Bodies that are looked into.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::http::StatusCode;

use crate::error::ApiError;

/// How long a body may take: nobody holds its memory for ever.
const READ_TIMEOUT: Duration = Duration::from_secs(2 * 60);

/// All of a body.
///
/// # Errors
/// 413 `request_too_large`, 408 `request_timeout`.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let too_large = || {
        let message = "the body is too large, or did not arrive as a whole";
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", message)
    };
    // Where its length is told, nobody waits for it.
    let least = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if least > limit {
        return Err(too_large());
    }
    let read = tokio::time::timeout(READ_TIMEOUT, to_bytes(body, limit)).await;
    let read = read.map_err(|_| {
        let message = format!("the body has not arrived after {} seconds", READ_TIMEOUT.as_secs());
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", message)
    })?;
    read.map_err(|_| too_large())
}
