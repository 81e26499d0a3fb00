//! What the environment holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::Notify;

use crate::JournalEntry;

/// What a secret key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `environment:connections:list`
    ListConnections,
    /// `environment:connections:read`
    ReadConnections,
    /// `environment:connections:read_credentials`
    ReadCredentials,
    /// `environment:connections:update`
    UpdateConnections,
    /// `environment:connections:create`
    CreateConnections,
    /// `environment:connections:delete`
    DeleteConnections,
    /// `environment:integrations:read`
    ReadIntegrations,
    /// `environment:variables:read`
    ReadVariables,
    /// `environment:proxy`
    Proxy,
    /// `environment:actions:execute`
    ExecuteActions,
}

impl Scope {
    /// Every scope: a key of the older kind.
    pub const ALL: [Self; 10] = [
        Self::ListConnections,
        Self::ReadConnections,
        Self::ReadCredentials,
        Self::UpdateConnections,
        Self::CreateConnections,
        Self::DeleteConnections,
        Self::ReadIntegrations,
        Self::ReadVariables,
        Self::Proxy,
        Self::ExecuteActions,
    ];
}

#[derive(Debug, Clone)]
pub(super) struct Integration {
    pub(super) provider: String,
    pub(super) base_url: String,
}

#[derive(Debug, Clone)]
pub(super) struct Connection {
    /// Nango's number.
    pub(super) number: u64,
    pub(super) created_at: Timestamp,
    /// When it got its credentials.
    pub(super) updated_at: Timestamp,
    pub(super) credentials: Value,
    pub(super) metadata: Option<Map<String, Value>>,
    pub(super) config: Map<String, Value>,
    /// Nango's `refresh_exhausted`.
    pub(super) exhausted: bool,
}

/// What becomes of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deletions {
    /// The connection is deleted.
    #[default]
    Done,
    /// It is not, and the answer says that something failed.
    Refused,
    /// It is deleted, and the answer says that something failed.
    DoneUnsaid,
}

/// Which update of metadata comes next, where the first of two is answered after the second.
#[derive(Debug)]
pub(super) enum HeldUpdate {
    First,
    /// Its end releases the first.
    Second(Arc<Notify>),
}

/// Integration and id, or integration and name.
pub(super) type Key = (String, String);

#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) keys: BTreeMap<String, Vec<Scope>>,
    pub(super) integrations: BTreeMap<String, Integration>,
    pub(super) connections: BTreeMap<Key, Connection>,
    pub(super) variables: Vec<(String, String)>,
    pub(super) actions: BTreeMap<Key, (u16, Value)>,
    pub(super) redirect: Option<String>,
    /// The beginning of paths that are asked too often.
    pub(super) limited: Option<String>,
    /// How many connections there ever were.
    pub(super) made: u64,
    /// Where webhooks go, and what they are signed with.
    pub(super) webhooks: Option<(String, String)>,
    /// Whether it tells of imports too.
    pub(super) tells_of_imports: bool,
    /// What becomes of deletions.
    pub(super) deletions: Deletions,
    /// Connections that its list leaves out, unless it is asked for them.
    pub(super) unlisted: BTreeSet<Key>,
    pub(super) held_update: Option<HeldUpdate>,
    pub(super) journal: Vec<JournalEntry>,
}

impl Environment {
    /// Makes a connection, or gives it other credentials. Says whether it was there before.
    pub(super) fn connect(
        &mut self,
        key: Key,
        now: Timestamp,
        credentials: Value,
        config: Map<String, Value>,
    ) -> bool {
        if let Some(found) = self.connections.get_mut(&key) {
            found.credentials = credentials;
            found.updated_at = now;
            found.exhausted = false;
            return true;
        }
        self.made += 1;
        let (number, metadata) = (self.made, None);
        let (created_at, updated_at) = (now, now);
        let made =
            Connection { number, created_at, updated_at, credentials, metadata, config, exhausted: false };
        self.connections.insert(key, made);
        false
    }
}

/// The environment, shared by the server's thread and the test.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Environment>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Environment> {
        // A test that panicked while holding the lock has failed already; the others may go on.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
