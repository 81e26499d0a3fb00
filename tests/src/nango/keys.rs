//! Which requests a secret key may make.

use axum::http::{HeaderMap, header};

use super::answers::Refusal;
use super::state::{Environment, Scope};

/// Whether the request's key may do this; what it may do else.
pub(super) fn allowed(state: &Environment, headers: &HeaderMap, scope: Scope) -> Result<Vec<Scope>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(Refusal::new(
            401,
            "missing_auth_header",
            "Authentication failed. The request is missing the Authorization header.",
        ));
    };
    let key = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Err(Refusal::new(401, "malformed_auth_header", "the Authorization header is malformed"));
    };
    if !is_uuid_v4(key) {
        return Err(Refusal::new(401, "invalid_secret_key_format", "the secret key is not a UUID v4"));
    }
    let Some(scopes) = state.keys.get(key) else {
        return Err(Refusal::new(401, "unknown_account", "the secret key matches no account"));
    };
    if !scopes.contains(&scope) {
        return Err(Refusal::new(403, "forbidden", "the key lacks a scope"));
    }
    Ok(scopes.clone())
}

fn is_uuid_v4(key: &str) -> bool {
    key.len() == 36
        && key.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            14 => c == '4',
            19 => matches!(c.to_ascii_lowercase(), '8' | '9' | 'a' | 'b'),
            _ => c.is_ascii_hexdigit(),
        })
}
