//! What the environment holds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    pub const ALL: [Self; 8] = [
        Self::ListConnections,
        Self::ReadConnections,
        Self::ReadCredentials,
        Self::UpdateConnections,
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
    pub(super) credentials: Value,
    pub(super) metadata: Option<Map<String, Value>>,
    pub(super) config: Map<String, Value>,
    /// Nango's `refresh_exhausted`.
    pub(super) exhausted: bool,
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
    pub(super) held_update: Option<HeldUpdate>,
    pub(super) journal: Vec<JournalEntry>,
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
