//! The operator's app, as far as webhooks see it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;

use crate::JournalEntry;
use crate::loopback::Loopback;

/// The longest body that it reads.
const MAX_BODY_BYTES: usize = 1 << 20;

/// How often somebody looks who waits, and how many times.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: u32 = 3000;

type Received = Arc<Mutex<Vec<JournalEntry>>>;

/// A server on loopback that receives webhooks and answers 200. It stops when dropped.
#[derive(Debug)]
pub struct AppServer {
    url: String,
    received: Received,
    _server: Loopback,
}

impl AppServer {
    /// Starts on a free port.
    ///
    /// # Errors
    /// When no port can be opened or no thread started.
    pub fn start() -> io::Result<Self> {
        let received = Received::default();
        let router = Router::new().fallback(receive).with_state(Arc::clone(&received));
        let server = Loopback::serve("app", router)?;
        Ok(Self { url: format!("{}/hook", server.url()), received, _server: server })
    }

    /// Where it receives webhooks.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has received, in order.
    #[must_use]
    pub fn received(&self) -> Vec<JournalEntry> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same, once there are this many; fewer when that takes too long.
    #[must_use]
    pub fn wait_for(&self, count: usize) -> Vec<JournalEntry> {
        for _ in 0..LOOKS {
            if self.received().len() >= count {
                break;
            }
            std::thread::sleep(LOOK);
        }
        self.received()
    }
}

async fn receive(State(received): State<Received>, request: Request) -> StatusCode {
    let (head, body): (_, Body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    let entry = JournalEntry {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: headers.collect(),
        body: text(&body),
        status: Some(200),
    };
    received.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    StatusCode::OK
}
