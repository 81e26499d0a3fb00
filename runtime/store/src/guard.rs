//! A running lifecycle operation, in its owner's hands.

use std::fmt;

use jiff::Timestamp;
use onevent_contract::{ConnectionFacts, Operation};
use tokio::task::AbortHandle;

use crate::database::Ownership;
use crate::journal::HEARTBEAT;
use crate::token::Token;
use crate::turns::Turn;
use crate::{ConnectionKey, Store, StoreError, Transaction};

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
    ownership: Option<Box<dyn Ownership>>,
    /// Given up last: whoever is woken by it finds the operation ended, or abandoned.
    _turn: Turn,
}

/// What a guard is made of.
pub(crate) struct Begun {
    pub(crate) key: ConnectionKey,
    pub(crate) provider: String,
    pub(crate) operation: Operation,
    pub(crate) token: Token,
    pub(crate) since: Timestamp,
    pub(crate) ownership: Box<dyn Ownership>,
    pub(crate) turn: Turn,
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
    store.until_undisturbed(|| renew_once(store, token)).await
}

async fn renew_once(store: &Store, token: Token) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let alive = transaction.renew_lease(token).await?;
    transaction.commit().await?;
    Ok(alive)
}

impl OperationGuard {
    pub(crate) fn new(store: Store, begun: Begun) -> Self {
        let Begun { key, provider, operation, token, since, ownership, turn } = begun;
        store.running().add(token);
        let heartbeat = tokio::spawn(keep_alive(store.clone(), token)).abort_handle();
        let ownership = Some(ownership);
        Self { store, key, provider, operation, token, since, heartbeat, ownership, _turn: turn }
    }

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

    /// The same operation of a connection of this provider, where nobody knew the provider when it began.
    #[must_use]
    pub fn with_provider(mut self, provider: String) -> Self {
        self.provider = provider;
        self
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
    pub async fn end(mut self, last: Transaction) -> Result<(), StoreError> {
        self.try_to_end(last).await
    }

    /// The same; after [`StoreError::Conflict`] the operation goes on, and is ended anew.
    ///
    /// # Errors
    /// As [`OperationGuard::end`].
    pub async fn try_to_end(&mut self, mut last: Transaction) -> Result<(), StoreError> {
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
        self.store.running().remove(self.token);
        if let Some(ownership) = self.ownership.take() {
            ownership.remove();
        }
    }

    fn lost(&self) -> StoreError {
        StoreError::OperationLost { key: self.key.clone(), operation: self.operation }
    }
}

impl Drop for OperationGuard {
    fn drop(&mut self) {
        self.heartbeat.abort();
        self.store.running().remove(self.token);
        // Released first: from here on the operation counts as abandoned, and whoever looks at the connection
        // next rolls it back, be it this task, another process, or the next opening.
        if let Some(ownership) = self.ownership.take() {
            drop(ownership);
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
