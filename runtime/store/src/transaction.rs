//! One transaction type that connection changes, runs and the queue share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use onevent_contract::Clock;

use crate::StoreError;
use crate::database::Tables;
use crate::keyring::{Keyring, Keys};
use crate::time::whole_millis;
use crate::token::Node;
use crate::wake::Wake;

/// What a transaction works with beside the tables.
pub(crate) struct Tools {
    pub(crate) keys: Keys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) wake: Wake,
    /// Which of all open stores this is.
    pub(crate) node: Node,
    /// Grows with every commit that changed integrations.
    pub(crate) integrations_revision: AtomicU64,
}

/// Changes that happen together or not at all. Dropping it without [`Transaction::commit`] undoes them.
///
/// In SQLite a transaction that writes is the only one that does, from its first moment. In PostgreSQL several do, and what
/// one of them reads in order to write it is locked until its end. In either keep it short, and never await anything but
/// the store while it is open; change one connection in it, and its operation first, so that two transactions never wait
/// for each other in a circle ([`StoreError::Conflict`] where they do).
pub struct Transaction {
    tables: Box<dyn Tables>,
    tools: Arc<Tools>,
    /// What it seals with.
    seals_with: Option<Arc<Keyring>>,
    /// Whether there may be something to claim once it is committed.
    wakes: bool,
    changes_integrations: bool,
}

impl Transaction {
    pub(crate) fn new(tables: Box<dyn Tables>, tools: Arc<Tools>) -> Self {
        Self { tables, tools, seals_with: None, wakes: false, changes_integrations: false }
    }

    /// Makes the changes durable: they survive a crash of the process and of the machine.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::Conflict`] or [`StoreError::Database`]; then nothing was changed. (Where the
    /// connection to a server broke in that moment, it may have been.)
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tables.commit().await?;
        if self.wakes {
            self.tools.wake.wake();
        }
        if self.changes_integrations {
            self.tools.integrations_revision.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }

    /// Its commit wakes those who wait for events.
    pub(crate) fn wakes(&mut self) {
        self.wakes = true;
    }

    /// Its commit makes what was read of integrations old.
    pub(crate) fn changes_integrations(&mut self) {
        self.changes_integrations = true;
    }

    pub(crate) fn tables(&mut self) -> &mut dyn Tables {
        &mut *self.tables
    }

    pub(crate) fn node(&self) -> Node {
        self.tools.node
    }

    /// What opens these values. Where the key of one is not known here yet, the database is asked.
    pub(crate) async fn opening<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v [u8]> + Send,
    ) -> Result<Arc<Keyring>, StoreError> {
        if self.tools.keys.may_open(values.into_iter()) {
            return Ok(self.tools.keys.held());
        }
        let rows = self.tables.encryption_keys().await?;
        self.tools.keys.learn(&rows)
    }

    /// What seals: the key that is the current one until the transaction ends, whoever replaces it.
    pub(crate) async fn sealing(&mut self) -> Result<Arc<Keyring>, StoreError> {
        if let Some(keyring) = &self.seals_with {
            return Ok(Arc::clone(keyring));
        }
        let current = self.tables.current_encryption_key().await?;
        let mut keyring = self.tools.keys.held();
        if keyring.current().id().bytes() != current {
            let rows = self.tables.encryption_keys().await?;
            keyring = self.tools.keys.learn(&rows)?;
        }
        self.seals_with = Some(Arc::clone(&keyring));
        Ok(keyring)
    }

    /// Now, as the database can hold it.
    pub(crate) fn now(&self) -> Timestamp {
        whole_millis(self.tools.clock.now())
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}
