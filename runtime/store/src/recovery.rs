//! Rolling back what an owner left half-done: it died, or it gave up.

use std::collections::HashSet;

use onevent_contract::Operation;

use crate::connections::query_of;
use crate::journal::{Entry, Token};
use crate::locks::{OperationLock, Owner};
use crate::{Access, ConnectionKey, Reconnection, Store, StoreError, Transaction};

const DELETE_PENDING: &str = "
    DELETE FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state = 'pending'";

/// A metadata write between the override and its rollback stays, and so does its time.
const RESTORE_TIME: &str = "
    UPDATE connections SET updated_at = $4
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND metadata_version = $5";

/// An abandoned operation that was rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// The connection.
    pub key: ConnectionKey,
    /// What had been begun.
    pub operation: Operation,
}

/// Whether an entry's owner gave it up.
pub(crate) enum Abandoned {
    No,
    /// Yes; the lock, where there was one, is held now, so that nobody else rolls it back as well.
    Yes(Option<OperationLock>),
}

impl Store {
    /// Rolls back every operation whose owner is gone: an unaccepted connection is deleted, replaced
    /// credentials are put back, a connection that was to be deleted stays. Opening and listing do this too.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the state before an override cannot be read; the operation then stays.
    pub async fn recover(&self) -> Result<Vec<RolledBack>, StoreError> {
        let entries = self.read().await?.journal().await?;
        let mut rolled_back = Vec::new();
        for entry in entries {
            if self.recover_entry(&entry).await? {
                rolled_back.push(RolledBack { key: entry.key, operation: entry.operation });
            }
        }
        Ok(rolled_back)
    }

    pub(crate) async fn recover_connection(&self, key: &ConnectionKey) -> Result<(), StoreError> {
        let entry = self.read().await?.journal_entry(key).await?;
        if let Some(entry) = entry {
            self.recover_entry(&entry).await?;
        }
        Ok(())
    }

    /// Whether the operation was abandoned; then it is rolled back now.
    pub(crate) async fn recover_entry(&self, entry: &Entry) -> Result<bool, StoreError> {
        if self.access() == Access::ReadOnly {
            return Ok(false);
        }
        match self.abandoned(entry)? {
            Abandoned::No => Ok(false),
            Abandoned::Yes(lock) => {
                let mut transaction = self.begin().await?;
                transaction.roll_back(&entry.key, entry.token).await?;
                transaction.commit().await?;
                if let Some(lock) = lock {
                    lock.remove();
                }
                Ok(true)
            }
        }
    }

    /// Removes lock files that no entry names.
    pub(crate) async fn sweep_locks(&self) -> Result<(), StoreError> {
        let listed: HashSet<Token> =
            self.read().await?.journal().await?.iter().map(|entry| entry.token).collect();
        self.locks().sweep(&listed);
        Ok(())
    }

    fn abandoned(&self, entry: &Entry) -> Result<Abandoned, StoreError> {
        Ok(match self.locks().probe(entry.token)? {
            Owner::Alive => Abandoned::No,
            Owner::Dead(lock) => Abandoned::Yes(Some(lock)),
            Owner::Unknown if entry.lease_expires_at <= self.clock().now() => Abandoned::Yes(None),
            Owner::Unknown => Abandoned::No,
        })
    }
}

impl Transaction {
    /// Puts the connection back to what it was before the operation `token`, and ends that operation. Nothing
    /// happens where it has ended already.
    pub(crate) async fn roll_back(&mut self, key: &ConnectionKey, token: Token) -> Result<(), StoreError> {
        let entry = self.journal_entry(key).await?.filter(|entry| entry.token == token);
        let Some(entry) = entry else { return Ok(()) };
        match entry.operation {
            Operation::Override => self.restore(&entry).await?,
            // Once accepted, the connection is no longer pending, and stays.
            Operation::Creation => {
                query_of!(DELETE_PENDING, key).execute(self.sql()).await?;
            }
            // Nothing is changed before a deletion's last step; operations to come decide here.
            _ => {}
        }
        self.delete_journal_entry(token).await?;
        Ok(())
    }

    async fn restore(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let previous = self.open_previous(entry)?;
        let replaced = Reconnection {
            credentials: previous.credentials()?,
            provider: previous.provider.clone(),
            connection_config: previous.connection_config.clone(),
        };
        self.replace_credentials(&entry.key, &replaced).await?;
        self.set_auth_error(&entry.key, previous.auth_error().as_ref()).await?;
        let version = i64::try_from(previous.metadata_version).unwrap_or(i64::MAX);
        query_of!(RESTORE_TIME, entry.key)
            .bind(previous.updated_at.as_millisecond())
            .bind(version)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}
