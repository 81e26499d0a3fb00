//! Rolling back what an owner left half-done: it died, or it gave up.

use std::collections::HashSet;

use onevent_contract::Operation;

use crate::database::{Owner, Owners, Ownership};
use crate::journal::JournalEntry;
use crate::token::Token;
use crate::{ConnectionKey, DetailsPatch, Reconnection, Store, StoreError, StoreMode, Transaction};

/// An abandoned operation that was rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// The connection.
    pub key: ConnectionKey,
    /// What had been begun.
    pub operation: Operation,
}

/// What a look at a connection's journal entry found.
pub(crate) enum Found {
    /// No operation.
    Free,
    /// An operation whose owner is alive.
    Running(JournalEntry),
    /// An abandoned operation; this transaction rolls it back. Its lock, where there was one, is to be removed
    /// after the commit.
    RolledBack(RolledBack, Option<Box<dyn Ownership>>),
}

impl Store {
    /// Rolls back every operation whose owner is gone: an unaccepted connection is deleted, replaced
    /// credentials are put back, a connection that was to be deleted stays. Opening and listing do this too.
    /// Where the state before an override is damaged, the operation stays: reading that connection says so, and
    /// all others can be used.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn recover(&self) -> Result<Vec<RolledBack>, StoreError> {
        let mut rolled_back = Vec::new();
        if self.mode() == StoreMode::ReadOnly {
            return Ok(rolled_back);
        }
        let entries = self.read().await?.journal().await?;
        for entry in entries {
            if !self.may_be_abandoned(&entry) {
                continue;
            }
            match self.settle(&entry.key).await {
                Err(StoreError::Corrupt { .. }) => {}
                settled => rolled_back.extend(settled?),
            }
        }
        Ok(rolled_back)
    }

    /// Rolls back an abandoned operation of one connection. Where there is none, or one that runs in this process, as
    /// nearly always, nobody waits for writers.
    pub(crate) async fn recover_connection(&self, key: &ConnectionKey) -> Result<(), StoreError> {
        if self.mode() == StoreMode::ReadOnly {
            return Ok(());
        }
        let entry = self.read().await?.journal_entry(key).await?;
        let Some(entry) = entry else { return Ok(()) };
        if self.may_be_abandoned(&entry) {
            self.settle(key).await?;
        }
        Ok(())
    }

    /// Not where an operation is known to run, because its owner is in this process and has renewed its lease; nor where
    /// nobody could tell.
    fn may_be_abandoned(&self, entry: &JournalEntry) -> bool {
        let runs_here = !entry.lease_is_over && self.running().contains(entry.token);
        !runs_here && self.owners().is_worth_a_probe(entry.token, entry.lease_is_over)
    }

    async fn settle(&self, key: &ConnectionKey) -> Result<Option<RolledBack>, StoreError> {
        self.until_undisturbed(|| self.settle_once(key)).await
    }

    async fn settle_once(&self, key: &ConnectionKey) -> Result<Option<RolledBack>, StoreError> {
        let mut transaction = self.begin().await?;
        match transaction.settle(self.owners(), key).await? {
            Found::Free | Found::Running(_) => Ok(None),
            Found::RolledBack(what, lock) => {
                transaction.commit().await?;
                if let Some(lock) = lock {
                    lock.remove();
                }
                Ok(Some(what))
            }
        }
    }

    /// Removes what owners left behind that no entry names.
    pub(crate) async fn sweep_owners(&self) -> Result<(), StoreError> {
        let listed: HashSet<Token> =
            self.read().await?.journal().await?.iter().map(|entry| entry.token).collect();
        self.owners().sweep(&listed);
        Ok(())
    }
}

impl Transaction {
    /// Looks whether an operation of this connection runs, and rolls it back if its owner is gone.
    ///
    /// Owners are probed only while this transaction keeps other writers out. A probe takes the lock of a dead
    /// owner, so a second look at the same time would take the prober for a living owner.
    pub(crate) async fn settle(
        &mut self,
        owners: &dyn Owners,
        key: &ConnectionKey,
    ) -> Result<Found, StoreError> {
        let Some(entry) = self.journal_entry(key).await? else { return Ok(Found::Free) };
        let lock = match owners.probe(entry.token)? {
            Owner::Alive => return Ok(Found::Running(entry)),
            Owner::Unknown if !entry.lease_is_over => return Ok(Found::Running(entry)),
            Owner::Unknown => None,
            Owner::Dead(lock) => Some(lock),
        };
        self.roll_back(key, entry.token).await?;
        Ok(Found::RolledBack(RolledBack { key: entry.key, operation: entry.operation }, lock))
    }

    /// Puts the connection back to what it was before the operation `token`, and ends that operation. Nothing
    /// happens where it has ended already.
    pub(crate) async fn roll_back(&mut self, key: &ConnectionKey, token: Token) -> Result<(), StoreError> {
        let entry = self.journal_entry(key).await?.filter(|entry| entry.token == token);
        let Some(entry) = entry else { return Ok(()) };
        match entry.operation {
            // A connection that a Nango keeps has nothing to be put back here.
            Operation::Override if entry.previous.is_none() => {}
            Operation::Override => self.restore(&entry).await?,
            // Once accepted, the connection is no longer pending, and stays.
            Operation::Creation => {
                self.tables().delete_pending_connection(key).await?;
            }
            // Nothing is changed before a deletion's last step; operations to come decide here.
            _ => {}
        }
        self.delete_journal_entry(token).await?;
        Ok(())
    }

    async fn restore(&mut self, entry: &JournalEntry) -> Result<(), StoreError> {
        let previous = self.open_previous(&entry.key, entry.previous.as_deref()).await?;
        let replaced = Reconnection {
            credentials: previous.credentials()?,
            provider: previous.provider.clone(),
            connection_config: Some(previous.connection_config.clone()),
            details: DetailsPatch::default(),
            metadata: None,
        };
        self.replace_credentials(&entry.key, &replaced).await?;
        if let Some(details) = &previous.details {
            self.replace_details(&entry.key, details).await?;
        }
        self.set_auth_error(&entry.key, previous.auth_error().as_ref()).await?;
        let version = i64::try_from(previous.metadata_version).unwrap_or(i64::MAX);
        // A metadata write between the override and its rollback stays, and so does its time.
        let updated_at = previous.updated_at.as_millisecond();
        self.tables().restore_updated_at(&entry.key, updated_at, version).await?;
        Ok(())
    }
}
