//! One lifecycle operation of one connection at a time.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{ConnectionFacts, Operation};
use tokio::task::AbortHandle;

use crate::journal::{Entry, HEARTBEAT, Previous, Token};
use crate::locks::OperationLock;
use crate::recovery::Settled;
use crate::{
    ConnectionKey, ConnectionState, NewConnection, Reconnection, Store, StoreError, Transaction, Visibility,
};

/// How long beginning an operation waits for another one of the same connection, unless the caller says
/// otherwise. Longer keeps a caller waiting behind a slow function; shorter fails two quick commands in a row.
pub const OPERATION_WAIT: Duration = Duration::from_secs(30);
/// How often a waiting operation looks again.
const POLL: Duration = Duration::from_millis(50);

/// What an operation changes when it begins.
enum Change {
    Creation(NewConnection),
    Override(Reconnection),
    Deletion,
}

impl Change {
    fn operation(&self) -> Operation {
        match self {
            Self::Creation(_) => Operation::Creation,
            Self::Override(_) => Operation::Override,
            Self::Deletion => Operation::Deletion,
        }
    }

    /// Makes the change.
    async fn apply(&self, to: &mut Transaction, key: &ConnectionKey) -> Result<Applied, StoreError> {
        let unknown = || StoreError::UnknownConnection { key: key.clone() };
        match self {
            Self::Creation(new) => {
                to.insert_connection(new, ConnectionState::Pending).await?;
                Ok(Applied { provider: new.provider.clone(), previous: None })
            }
            Self::Override(new) => {
                let stored = to.connection(key, Visibility::Established).await?.ok_or_else(unknown)?;
                let previous = to.seal_previous(key, &Previous::of(&stored))?;
                to.replace_credentials(key, new).await?;
                to.clear_auth_error(key).await?;
                Ok(Applied { provider: new.provider.clone(), previous: Some(previous) })
            }
            // Its credentials are not opened: a damaged connection can still be deleted.
            Self::Deletion => {
                let provider = to.provider(key, Visibility::Established).await?.ok_or_else(unknown)?;
                Ok(Applied { provider, previous: None })
            }
        }
    }
}

/// What a change left behind.
struct Applied {
    /// The provider of the connection, as it is now.
    provider: String,
    /// What an override replaced, sealed.
    previous: Option<Vec<u8>>,
}

/// A running lifecycle operation: nobody else can begin one for the same connection until it ends.
///
/// End it with [`OperationGuard::end`] or [`OperationGuard::roll_back`]. Dropping it instead rolls it back in
/// the background; where the process dies first, the next one that looks at the connection does.
pub struct OperationGuard {
    store: Store,
    key: ConnectionKey,
    provider: String,
    operation: Operation,
    token: Token,
    since: Timestamp,
    heartbeat: AbortHandle,
    /// `None` once the operation has ended.
    lock: Option<OperationLock>,
}

impl Store {
    /// Begins a creation: the connection is stored as pending, for its own runs only. Waits up to `wait` for
    /// another operation of the connection ([`OPERATION_WAIT`] is the usual one).
    ///
    /// # Errors
    /// [`StoreError::ConnectionExists`], [`StoreError::OperationInProgress`] and all of the database.
    pub async fn begin_creation(
        &self,
        new: NewConnection,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        self.begin_operation(new.key.clone(), Change::Creation(new), wait).await
    }

    /// Begins a reconnect: provider, credentials and settings are replaced, the auth error is taken away, and
    /// metadata stays. What was replaced is kept until the operation ends, so that it can be put back.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], [`StoreError::OperationInProgress`] and all of the database.
    pub async fn begin_override(
        &self,
        key: &ConnectionKey,
        new: Reconnection,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        self.begin_operation(key.clone(), Change::Override(new), wait).await
    }

    /// Begins a deletion: nothing changes yet.
    ///
    /// # Errors
    /// As [`Store::begin_override`].
    pub async fn begin_deletion(
        &self,
        key: &ConnectionKey,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        self.begin_operation(key.clone(), Change::Deletion, wait).await
    }

    async fn begin_operation(
        &self,
        key: ConnectionKey,
        change: Change,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        let started = self.clock().monotonic();
        loop {
            let mut transaction = self.begin().await?;
            let settled = match transaction.settle(&key).await {
                // What was before cannot be put back, but the connection can go.
                Err(StoreError::Corrupt { .. }) if matches!(change, Change::Deletion) => {
                    transaction.forget_journal_entry(&key).await?;
                    Settled::Free
                }
                settled => settled?,
            };
            let running = match settled {
                Settled::Free => return self.enter(transaction, key, &change).await,
                Settled::RolledBack(_, lock) => {
                    transaction.commit().await?;
                    if let Some(lock) = lock {
                        lock.remove();
                    }
                    continue;
                }
                Settled::Running(entry) => entry,
            };
            drop(transaction);
            if self.clock().elapsed(started) >= wait {
                let Entry { operation, since, .. } = running;
                return Err(StoreError::OperationInProgress { key, operation, since });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn enter(
        &self,
        mut transaction: Transaction,
        key: ConnectionKey,
        change: &Change,
    ) -> Result<OperationGuard, StoreError> {
        let Applied { provider, previous } = change.apply(&mut transaction, &key).await?;
        let token = Token::generate();
        // Locked before the entry can be seen: an entry without a held lock counts as abandoned.
        let lock = self.locks().take(token)?;
        let since = transaction.now();
        let lease_expires_at = transaction.lease_from_now();
        let operation = change.operation();
        let entry = Entry { key, operation, token, since, lease_expires_at, previous };
        let entered = transaction.insert_journal_entry(&entry).await;
        if let Err(error) = entered {
            lock.remove();
            return Err(error);
        }
        // From here on the guard cleans up, also where nobody knows whether the commit arrived.
        let guard = OperationGuard {
            heartbeat: tokio::spawn(keep_alive(self.clone(), token)).abort_handle(),
            store: self.clone(),
            key: entry.key,
            provider,
            operation,
            token,
            since,
            lock: Some(lock),
        };
        transaction.commit().await?;
        Ok(guard)
    }
}

/// Renews the lease until the entry is gone. A failed renewal is tried again at the next heartbeat.
async fn keep_alive(store: Store, token: Token) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if let Ok(false) = renew(&store, token).await {
            return;
        }
    }
}

async fn renew(store: &Store, token: Token) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let alive = transaction.renew_lease(token).await?;
    transaction.commit().await?;
    Ok(alive)
}

impl OperationGuard {
    /// The connection.
    #[must_use]
    pub fn key(&self) -> &ConnectionKey {
        &self.key
    }

    /// What the runs of this operation know about the connection.
    #[must_use]
    pub fn facts(&self) -> ConnectionFacts {
        ConnectionFacts {
            connection_id: self.key.connection_id.clone(),
            integration: self.key.integration.clone(),
            provider: self.provider.clone(),
        }
    }

    /// What is being done.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Since when.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Begins a transaction in which the operation is known to be still this guard's.
    ///
    /// # Errors
    /// [`StoreError::OperationLost`] where somebody rolled it back, and all of [`Store::begin`].
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.store.begin().await?;
        match transaction.renew_lease(self.token).await? {
            true => Ok(transaction),
            false => Err(self.lost()),
        }
    }

    /// Commits `last` and ends the operation in the same step: what it changed is final.
    ///
    /// # Errors
    /// [`StoreError::OperationLost`] and all of the database; then `last` did not happen and the operation is
    /// rolled back.
    pub async fn end(mut self, mut last: Transaction) -> Result<(), StoreError> {
        if !last.delete_journal_entry(self.token).await? {
            return Err(self.lost());
        }
        last.commit().await?;
        self.release();
        Ok(())
    }

    /// Puts the connection back to what it was before the operation, and commits `last` in the same step. A
    /// creation that was accepted stays.
    ///
    /// # Errors
    /// As [`OperationGuard::end`].
    pub async fn roll_back(mut self, mut last: Transaction) -> Result<(), StoreError> {
        last.roll_back(&self.key, self.token).await?;
        last.commit().await?;
        self.release();
        Ok(())
    }

    fn release(&mut self) {
        self.heartbeat.abort();
        if let Some(lock) = self.lock.take() {
            lock.remove();
        }
    }

    fn lost(&self) -> StoreError {
        StoreError::OperationLost { key: self.key.clone(), operation: self.operation }
    }
}

impl Drop for OperationGuard {
    fn drop(&mut self) {
        self.heartbeat.abort();
        // Released first: from here on the operation counts as abandoned, and whoever looks at the connection
        // next rolls it back, be it this task, another process, or the next opening.
        if let Some(lock) = self.lock.take() {
            drop(lock);
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                let (store, key) = (self.store.clone(), self.key.clone());
                runtime.spawn(async move { store.recover_connection(&key).await });
            }
        }
    }
}

impl fmt::Debug for OperationGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperationGuard")
            .field("key", &self.key)
            .field("operation", &self.operation)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
