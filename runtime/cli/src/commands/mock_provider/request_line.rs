//! One line for each request.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use onevent_contract::{Clock, SystemClock};
use serde::Serialize;

use crate::output::{BAD, DIM, Format, GOOD, clean, paint, print_line, took};

/// The most that is shown of a path with its query, in characters.
const MAX_PATH_CHARS: usize = 200;

/// A request that was answered.
#[derive(Debug, Serialize)]
struct Answered {
    method: String,
    path: String,
    status: u16,
    duration_ms: f64,
}

/// Lets the request be answered, and says so.
pub(super) async fn print(State(format): State<Format>, request: Request, next: Next) -> Response {
    let start = SystemClock.monotonic();
    let method = request.method().to_string();
    let path = shown(request.uri().path_and_query().map_or("/", |path| path.as_str()));
    let response = next.run(request).await;
    let status = response.status();
    let duration_ms = SystemClock.elapsed(start).as_secs_f64() * 1000.0;
    let style = if status.is_success() { GOOD } else { BAD };
    let text = format!(
        "{} {} {}  {}\n",
        paint(style, status.as_str()),
        clean(&method),
        clean(&path),
        paint(DIM, &took(duration_ms))
    );
    let answered = Answered { method, path, status: status.as_u16(), duration_ms };
    // Whoever reads these lines may go away; whoever asks is answered all the same.
    let _ = print_line(format, &answered, &text);
    response
}

/// A path as it is printed: short, and a token in it stays between those who know it.
fn shown(path: &str) -> String {
    if path.starts_with("/tokens/") {
        return "/tokens/…".to_owned();
    }
    let mut shown: String = path.chars().take(MAX_PATH_CHARS).collect();
    if shown.len() < path.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_hold_no_token() {
        assert_eq!(shown("/account?fail=503"), "/account?fail=503");
        assert_eq!(shown("/tokens/demo.1"), "/tokens/…");
        assert_eq!(shown(&"x".repeat(MAX_PATH_CHARS + 1)).chars().count(), MAX_PATH_CHARS + 1);
    }
}
