//! What the provider remembers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::faults::Faults;
use crate::journal::JournalEntry;

/// One registered webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// The provider's id for it.
    pub id: String,
    /// The organization whose token registered it.
    pub organization_id: String,
    /// Where it would deliver to.
    pub url: String,
    /// What it would deliver.
    pub events: Vec<String>,
}

/// Everything that changes while the server runs.
#[derive(Debug, Default)]
pub(crate) struct Provider {
    /// Organization id by access token.
    pub(crate) organizations: BTreeMap<String, String>,
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) webhooks_ever: u64,
    pub(crate) faults: Faults,
    pub(crate) journal: Vec<JournalEntry>,
}

impl Provider {
    /// Removes the webhooks that `gone` picks; whether there were any.
    pub(crate) fn remove_webhooks(&mut self, gone: impl Fn(&Webhook) -> bool) -> bool {
        let before = self.webhooks.len();
        self.webhooks.retain(|hook| !gone(hook));
        self.webhooks.len() < before
    }
}

/// The provider, shared by the server's thread and the test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Provider>>);

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Provider> {
        // A test that panicked while holding the lock has failed already; the others may go on.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
