//! Which program asks, as it names itself.

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

/// The longest name of a program that is kept, in characters.
const MAX_CLIENT_CHARS: usize = 200;

/// The first word of `User-Agent`: `nango-cli/0.71.10`.
pub(crate) fn client(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|line| line.to_str().ok()).unwrap_or_default();
    match agent.split(' ').next() {
        None | Some("") => "unknown".to_owned(),
        Some(first) => first.chars().take(MAX_CLIENT_CHARS).collect(),
    }
}
