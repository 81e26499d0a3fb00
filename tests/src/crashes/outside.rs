//! The provider of one place: it refuses bad tokens, and notes what runs ask of it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;

use crate::loopback::Loopback;

/// What tokens begin with that the provider refuses.
pub(super) const BAD: &str = "bad";

/// One request of a run.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The server that made it, by the number of its life.
    pub(super) life: usize,
    /// `begin`, `end`, `act`, `clean` or `account`.
    pub(super) what: String,
    pub(super) deployment: String,
    pub(super) attempt: u32,
    /// The idempotency key: of what the queue runs, the event.
    pub(super) key: String,
    pub(super) nonce: String,
}

type Calls = Arc<Mutex<Vec<Call>>>;

/// The provider, on a thread of its own. It stops when dropped.
pub(super) struct Outside {
    server: Loopback,
    calls: Calls,
}

impl Outside {
    pub(super) fn start() -> io::Result<Self> {
        let calls = Calls::default();
        let router = Router::new().route("/life/{life}/{what}", any(provider)).with_state(Arc::clone(&calls));
        Ok(Self { server: Loopback::serve("provider", router)?, calls })
    }

    /// Where a server finds it.
    pub(super) fn base_url(&self, life: usize) -> String {
        format!("{}/life/{life}", self.server.url())
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn provider(
    State(calls): State<Calls>,
    Path((life, what)): Path<(usize, String)>,
    headers: HeaderMap,
) -> StatusCode {
    let text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let refused = text("authorization").trim_start_matches("Bearer ").starts_with(BAD);
    let call = Call {
        life,
        what,
        deployment: text("x-deployment"),
        attempt: text("x-attempt").parse().unwrap_or_default(),
        key: text("idempotency-key"),
        nonce: text("x-nonce"),
    };
    calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    if refused { StatusCode::UNAUTHORIZED } else { StatusCode::OK }
}
