//! Who asks.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::refusal::refusal;
use super::state::Shared;

/// The longest name of an account, in characters.
const MAX_ACCOUNT_CHARS: usize = 40;

/// The token of a request.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").filter(|token| !token.is_empty())
}

/// The account that a request is about: tokens `demo.1` and `demo.2` are two of the account `demo`.
pub(super) fn account_of(shared: &Shared, headers: &HeaderMap) -> Result<String, Box<Response>> {
    let unauthorized = |message| Box::new(refusal(StatusCode::UNAUTHORIZED, message));
    let token = token(headers).ok_or_else(|| unauthorized("there is no `Authorization: Bearer TOKEN`"))?;
    if shared.lock().refused.contains(token) {
        return Err(unauthorized("this token is not accepted any more"));
    }
    let name = token.split('.').next().unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(MAX_ACCOUNT_CHARS).collect();
    if name.is_empty() { Err(unauthorized("this token is of no account")) } else { Ok(name) }
}
