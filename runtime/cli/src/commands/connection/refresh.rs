//! What `onevent connection get` says about the refreshes of a token.

use onevent_store::{RefreshState, StoredConnection};
use serde::Serialize;

use crate::output::{clean, when};

/// What came of the last refreshes of its access token.
#[derive(Debug, Serialize)]
pub(super) struct RefreshDocument<'a> {
    refreshed_at: Option<String>,
    failure: Option<RefreshFailureDocument<'a>>,
    refused_days: u32,
}

#[derive(Debug, Serialize)]
struct RefreshFailureDocument<'a> {
    at: String,
    kind: &'static str,
    message: &'a str,
}

impl<'a> From<&'a RefreshState> for RefreshDocument<'a> {
    fn from(state: &'a RefreshState) -> Self {
        let failure = state.failure.as_ref().map(|failure| RefreshFailureDocument {
            at: failure.at.to_string(),
            kind: failure.kind.as_str(),
            message: &failure.message,
        });
        let refreshed_at = state.refreshed_at.map(|at| at.to_string());
        Self { refreshed_at, failure, refused_days: state.refused_days }
    }
}

/// When its access token ends, and what came of the last refreshes of it; nothing where there is nothing to say.
pub(super) fn describe(found: &StoredConnection, line: &mut impl FnMut(&str, String)) {
    if let Ok(Some(end)) = found.connection.credentials.expires_at() {
        line("token expires", when(end));
    }
    let RefreshState { refreshed_at, failure, refused_days } = &found.refresh;
    if let Some(at) = refreshed_at {
        line("token refreshed", when(*at));
    }
    if let Some(failure) = failure {
        let days = if *refused_days > 1 { format!(", on {refused_days} days") } else { String::new() };
        line("refresh failed", format!("{}{days}: {}", when(failure.at), clean(&failure.message)));
    }
}
