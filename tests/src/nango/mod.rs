//! A Nango API for tests: the routes that onevent uses, as strict as Nango about what comes in.

mod answers;
mod keys;
mod proxy;
mod routes;
mod state;
mod webhooks;

use std::io;

use jiff::Timestamp;
use onevent_contract::{Clock as _, SystemClock};
use serde_json::{Map, Value};

use self::state::{Connection, HeldUpdate, Integration, Shared};
use crate::JournalEntry;
use crate::loopback::Loopback;

pub use self::state::{Deletions, Scope};

/// When connections were made that were there before somebody looked.
const LONG_AGO: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// A small server on loopback that plays one environment of Nango's API. It stops when dropped.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /connections`, `GET /connections/{id}` | connections, with credentials in the second |
/// | `POST /connections`, `DELETE /connections/{id}` | 201 with the connection, 200 |
/// | `POST` and `PATCH /connections/metadata` | 201 and 200, the body echoed |
/// | `GET /integrations/{key}` | `{data}` |
/// | `GET /environment-variables` | `[{name, value}]` |
/// | `POST /action/trigger` | what the action was told to answer |
/// | `ANY /echo` | no route of Nango's, open to everybody: the body, while it arrives |
/// | `ANY /proxy/{endpoint}` | the answer of the integration's provider, asked with the connection's credentials |
///
/// Every route needs a known secret key, a UUID of version 4, and refuses queries, bodies and content types that Nango
/// refuses. Further attempts of the proxy are made without waiting.
#[derive(Debug)]
pub struct NangoServer {
    server: Loopback,
    shared: Shared,
}

impl NangoServer {
    /// Starts an empty environment on a free port.
    ///
    /// # Errors
    /// When no port can be opened or no thread started.
    pub fn start() -> io::Result<Self> {
        let shared = Shared::default();
        let server = Loopback::serve("nango", routes::router(shared.clone()))?;
        Ok(Self { server, shared })
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Lets a secret key in, for these scopes.
    pub fn allow(&self, key: &str, scopes: &[Scope]) {
        self.shared.lock().keys.insert(key.to_owned(), scopes.to_vec());
    }

    /// Adds an integration whose provider answers at `base_url`.
    pub fn integration(&self, key: &str, provider: &str, base_url: &str) {
        let integration = Integration { provider: provider.to_owned(), base_url: base_url.to_owned() };
        self.shared.lock().integrations.insert(key.to_owned(), integration);
    }

    /// Adds a connection that was made long ago, with these credentials and nothing else.
    pub fn connection(&self, integration: &str, id: &str, credentials: Value) {
        let key = (integration.to_owned(), id.to_owned());
        self.shared.lock().connect(key, LONG_AGO, credentials, Map::new());
    }

    /// Whether there is such a connection.
    #[must_use]
    pub fn has(&self, integration: &str, id: &str) -> bool {
        self.shared.lock().connections.contains_key(&(integration.to_owned(), id.to_owned()))
    }

    /// Takes a connection away, as somebody does in the dashboard.
    pub fn forget(&self, integration: &str, id: &str) {
        self.shared.lock().connections.remove(&(integration.to_owned(), id.to_owned()));
    }

    /// What becomes of deletions from now on.
    pub fn deletions(&self, deletions: Deletions) {
        self.shared.lock().deletions = deletions;
    }

    /// Leaves a connection out of the list, as it happens to one while others are deleted.
    pub fn leave_out(&self, integration: &str, id: &str) {
        self.shared.lock().unlisted.insert((integration.to_owned(), id.to_owned()));
    }

    /// Tells of imports too, before it answers: where the connection got its name from Nango, it waits until it was told.
    pub fn tell_of_imports(&self) {
        self.shared.lock().tells_of_imports = true;
    }

    /// Sends webhooks to this URL, signed with this key.
    pub fn send_webhooks(&self, url: &str, signing_key: &str) {
        self.shared.lock().webhooks = Some((url.to_owned(), signing_key.to_owned()));
    }

    /// Somebody has connected in the browser: there is a connection, or it has other credentials, and the webhook is sent.
    /// The answer is its body, and the status that came back.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn authorize(&self, integration: &str, id: &str, credentials: Value) -> io::Result<(String, u16)> {
        let body = {
            let mut state = self.shared.lock();
            let key = (integration.to_owned(), id.to_owned());
            let was_there = state.connect(key, SystemClock.now(), credentials, Map::new());
            let provider = state.integrations.get(integration).map(|found| found.provider.clone());
            webhooks::auth(integration, id, provider.as_deref().unwrap_or_default(), was_there)
        };
        let status = self.tell(&body)?;
        Ok((body, status))
    }

    /// Sends a webhook with this body, and answers with the status that came back.
    ///
    /// # Errors
    /// When nobody answers, or there is no URL.
    pub fn tell(&self, body: &str) -> io::Result<u16> {
        let target = self.shared.lock().webhooks.clone();
        let (url, key) = target.ok_or_else(|| io::Error::other("webhooks go nowhere"))?;
        webhooks::send(&url, &key, body)
    }

    /// Gives a connection settings.
    pub fn set_connection_config(&self, integration: &str, id: &str, config: Map<String, Value>) {
        self.change(integration, id, |connection| connection.config = config);
    }

    /// Gives a connection metadata.
    pub fn set_metadata(&self, integration: &str, id: &str, metadata: Map<String, Value>) {
        self.change(integration, id, |connection| connection.metadata = Some(metadata));
    }

    /// The metadata of a connection; null where there is none.
    #[must_use]
    pub fn metadata(&self, integration: &str, id: &str) -> Value {
        let state = self.shared.lock();
        let found = state.connections.get(&(integration.to_owned(), id.to_owned()));
        found.and_then(|connection| connection.metadata.clone()).map_or(Value::Null, Value::Object)
    }

    /// Answers the next update of metadata only after the one that follows it, although it is made first.
    pub fn answer_updates_in_reverse(&self) {
        self.shared.lock().held_update = Some(HeldUpdate::First);
    }

    /// Makes a connection one that has to be connected again.
    pub fn exhaust(&self, integration: &str, id: &str) {
        self.change(integration, id, |connection| connection.exhausted = true);
    }

    /// Adds a variable of the environment.
    pub fn variable(&self, name: &str, value: &str) {
        self.shared.lock().variables.push((name.to_owned(), value.to_owned()));
    }

    /// Deploys an action that answers like this.
    pub fn action(&self, integration: &str, name: &str, status: u16, body: Value) {
        self.shared.lock().actions.insert((integration.to_owned(), name.to_owned()), (status, body));
    }

    /// Answers every request with a redirect to this URL.
    pub fn redirect_to(&self, url: &str) {
        self.shared.lock().redirect = Some(url.to_owned());
    }

    /// Takes no more requests whose path starts like this.
    pub fn limit_rate(&self, path: &str) {
        self.shared.lock().limited = Some(path.to_owned());
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.shared.lock().journal.clone()
    }

    fn change(&self, integration: &str, id: &str, change: impl FnOnce(&mut Connection)) {
        if let Some(found) = self.shared.lock().connections.get_mut(&(integration.to_owned(), id.to_owned()))
        {
            change(found);
        }
    }
}
