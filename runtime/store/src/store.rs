//! The handle on one open store.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use onevent_contract::Clock;

use crate::database::{Database, Owners};
use crate::keyring::Keys;
use crate::running::Running;
use crate::transaction::Tools;
use crate::turns::Turns;
use crate::wake::Wake;
use crate::{DatabaseUrl, KeySource, SchemaName, StoreError, StoreMode, Transaction};

/// How to open a store.
#[derive(Clone)]
pub struct StoreOptions {
    /// The database.
    pub url: DatabaseUrl,
    /// The schema of a PostgreSQL database that the tables are in; created where it is missing.
    pub schema: SchemaName,
    /// The same PostgreSQL database, without a pooler before it: there the store listens to what other processes put
    /// into the queue. `None`: nobody tells.
    pub listen_url: Option<DatabaseUrl>,
    /// The key to its secrets.
    pub key: KeySource,
    /// What may be done with it.
    pub mode: StoreMode,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("url", &self.url)
            .field("schema", &self.schema)
            .field("listen_url", &self.listen_url)
            .field("key", &self.key)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// One open database and the key to its secrets. A handle: cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: Box<dyn Database>,
    tools: Arc<Tools>,
    turns: Turns,
    /// The turns of those who refresh tokens: an operation's runs do so while it has its own.
    refresh_turns: Turns,
    running: Running,
    mode: StoreMode,
}

impl Store {
    pub(crate) fn new(database: Box<dyn Database>, tools: Tools, mode: StoreMode) -> Self {
        let (turns, refresh_turns) = (Turns::default(), Turns::default());
        let (tools, running) = (Arc::new(tools), Running::default());
        Self(Arc::new(Inner { database, tools, turns, refresh_turns, running, mode }))
    }

    /// Begins a transaction that may write. In SQLite it waits in line while another one writes; in PostgreSQL it waits
    /// for others where both want the same.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(Transaction::new(self.0.database.write().await?, Arc::clone(&self.0.tools)))
    }

    /// Begins a transaction that only reads: one unchanging view of the database.
    pub(crate) async fn read(&self) -> Result<Transaction, StoreError> {
        Ok(Transaction::new(self.0.database.read().await?, Arc::clone(&self.0.tools)))
    }

    /// Asks the database for something, so that somebody learns when it does not answer any more: it was closed, its file is
    /// gone or damaged.
    ///
    /// # Errors
    /// [`StoreError::DatabaseMissing`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn check(&self) -> Result<(), StoreError> {
        self.0.database.check().await
    }

    /// Waits for open transactions, then closes the database; SQLite then removes its own side files.
    pub async fn close(&self) {
        self.0.database.close().await;
    }

    /// What may be done with it.
    #[must_use]
    pub fn mode(&self) -> StoreMode {
        self.0.mode
    }

    pub(crate) fn has_message_queue(&self) -> bool {
        self.0.database.has_message_queue()
    }

    pub(crate) fn owners(&self) -> &dyn Owners {
        self.0.database.owners()
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn refresh_turns(&self) -> &Turns {
        &self.0.refresh_turns
    }

    pub(crate) fn running(&self) -> &Running {
        &self.0.running
    }

    /// A number that another one follows once this process has changed integrations: what was read under the same number is what
    /// there is, but for what other processes do.
    #[must_use]
    pub fn integrations_revision(&self) -> u64 {
        self.0.tools.integrations_revision.load(Ordering::Acquire)
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.tools.keys
    }

    pub(crate) fn wake(&self) -> &Wake {
        &self.0.tools.wake
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.tools.clock
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("database", &self.0.database)
            .field("mode", &self.0.mode)
            .finish_non_exhaustive()
    }
}
