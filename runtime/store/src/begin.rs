//! Beginning a lifecycle operation: one of one connection at a time.

use std::time::Duration;

use onevent_contract::{ConnectionFacts, EnvironmentName, Operation};

use crate::connections::Standing;
use crate::database::OwnerState;
use crate::guard::{Begun, OperationGuard};
use crate::journal::JournalEntry;
use crate::json::encode_metadata;
use crate::previous::Previous;
use crate::recovery::Found;
use crate::token::Token;
use crate::turns::{Doing, Turn};
use crate::{
    ConnectionKey, ConnectionState, NewConnection, Reconnection, Store, StoreError, Transaction, Visibility,
};

/// How long beginning an operation waits for another one of the same connection, unless the caller says
/// otherwise. Longer keeps a caller waiting behind a slow function; shorter fails two quick commands in a row.
pub const OPERATION_WAIT: Duration = Duration::from_secs(30);
/// How often whoever waits for an operation of another process looks at its owner: a look at a file. Within a
/// process nobody looks; the next one is woken.
const LOOK: Duration = Duration::from_millis(50);

/// What an operation changes when it begins.
enum Change {
    Creation(NewConnection),
    Override(Reconnection),
    Setup,
    Deletion,
    Cleanup,
    /// The connection is a Nango's: nothing of it is here.
    Elsewhere {
        operation: Operation,
        provider: String,
    },
}

impl Change {
    fn operation(&self) -> Operation {
        match self {
            // A setup is the end of a creation.
            Self::Creation(_) | Self::Setup => Operation::Creation,
            Self::Override(_) => Operation::Override,
            Self::Deletion | Self::Cleanup => Operation::Deletion,
            Self::Elsewhere { operation, .. } => *operation,
        }
    }

    /// Makes the change.
    async fn apply(&self, to: &mut Transaction, key: &ConnectionKey) -> Result<Applied, StoreError> {
        let unknown = || StoreError::UnknownConnection { key: key.clone() };
        match self {
            Self::Creation(new) => {
                match to.insert_connection(new, ConnectionState::Pending).await {
                    Err(StoreError::ConnectionExists { key }) if to.is_quarantined(&key).await? => {
                        return Err(StoreError::ConnectionQuarantined { key });
                    }
                    inserted => inserted?,
                };
                Ok(Applied { provider: new.provider.clone(), previous: None })
            }
            Self::Override(new) => {
                // Also one whose setup keeps it from its users: new credentials may be what it lacks.
                to.provider_at(key, Standing::Accepted).await?;
                let stored = to.connection(key, Visibility::IncludingPending).await?.ok_or_else(unknown)?;
                let previous = to.seal_previous(key, &Previous::of(&stored)).await?;
                to.replace_credentials(key, new).await?;
                if !new.details.is_empty() {
                    let mut details = stored.connection.details;
                    new.details.clone().apply(&mut details);
                    to.replace_details(key, &details).await?;
                }
                to.clear_auth_error(key).await?;
                to.forget_refreshes(key).await?;
                Ok(Applied { provider: new.provider.clone(), previous: Some(previous) })
            }
            // Its credentials are not needed: a damaged connection can still be deleted. Cleanup works with what was
            // accepted last, and so does setup.
            Self::Setup | Self::Deletion => to.provider_at(key, Standing::Accepted).await,
            Self::Cleanup => to.provider_at(key, Standing::Quarantined).await,
            Self::Elsewhere { provider, .. } => Ok(Applied { provider: provider.clone(), previous: None }),
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

impl Transaction {
    async fn provider_at(&mut self, key: &ConnectionKey, wanted: Standing) -> Result<Applied, StoreError> {
        match self.standing(key).await? {
            Some((standing, provider)) if standing == wanted => Ok(Applied { provider, previous: None }),
            _ => Err(StoreError::UnknownConnection { key: key.clone() }),
        }
    }

    async fn is_quarantined(&mut self, key: &ConnectionKey) -> Result<bool, StoreError> {
        Ok(matches!(self.standing(key).await?, Some((Standing::Quarantined, _))))
    }
}

impl Store {
    /// Begins a creation: the connection is stored as pending, for its own runs only. Waits up to `wait` for
    /// another operation of the connection ([`OPERATION_WAIT`] is the usual one).
    ///
    /// # Errors
    /// [`StoreError::ConnectionExists`], [`StoreError::ConnectionQuarantined`], [`StoreError::OperationInProgress`] and all of the database.
    pub async fn begin_creation(
        &self,
        new: NewConnection,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        self.begin_operation(new.key.clone(), Change::Creation(new), wait).await
    }

    /// Begins a reconnect: provider, credentials and settings are replaced, the auth error is taken away, and
    /// metadata stays until the credentials are accepted. What was replaced is kept until the operation ends, so that it
    /// can be put back.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], [`StoreError::OperationInProgress`], [`StoreError::MetadataTooLarge`] and all of
    /// the database.
    pub async fn begin_override(
        &self,
        key: &ConnectionKey,
        new: Reconnection,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        // Found before anything has run, not when it is to be written.
        new.metadata.as_ref().map(encode_metadata).transpose()?;
        self.begin_operation(key.clone(), Change::Override(new), wait).await
    }

    /// Begins what is left of a creation, the setup of a connection that was accepted: nothing changes. Where it is
    /// abandoned, the connection stays.
    ///
    /// # Errors
    /// As [`Store::begin_override`].
    pub async fn begin_setup(
        &self,
        key: &ConnectionKey,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        self.begin_operation(key.clone(), Change::Setup, wait).await
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

    /// Begins what is left of a deletion, a cleanup of a connection that is in quarantine: nothing changes yet.
    ///
    /// # Errors
    /// As [`Store::begin_override`].
    pub async fn begin_cleanup(
        &self,
        key: &ConnectionKey,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        self.begin_operation(key.clone(), Change::Cleanup, wait).await
    }

    /// Begins an operation of a connection that a Nango keeps: nothing changes here, and where it is abandoned, nothing
    /// is put back.
    ///
    /// # Errors
    /// [`StoreError::OperationInProgress`] and all of the database.
    pub async fn begin_upstream(
        &self,
        connection: ConnectionFacts,
        environment: &EnvironmentName,
        operation: Operation,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        let ConnectionFacts { connection_id, integration, provider } = connection;
        let key = ConnectionKey::new(environment.clone(), integration, connection_id);
        self.begin_operation(key, Change::Elsewhere { operation, provider }, wait).await
    }

    async fn begin_operation(
        &self,
        key: ConnectionKey,
        change: Change,
        wait: Duration,
    ) -> Result<OperationGuard, StoreError> {
        let started = self.clock().monotonic();
        let mut turn = match self.turns().take(&key, wait).await {
            Ok(turn) => turn,
            Err(doing) => return Err(self.in_progress(key, doing).await?),
        };
        loop {
            let mut transaction = self.begin().await?;
            let found = match transaction.settle(self.owners(), &key).await {
                // What was before cannot be put back, but the connection can go.
                Err(StoreError::Corrupt { .. }) if matches!(change, Change::Deletion | Change::Cleanup) => {
                    transaction.forget_journal_entry(&key).await?;
                    Found::Free
                }
                found => found?,
            };
            let running = match found {
                Found::Free => match self.enter(transaction, &key, &change, turn).await? {
                    Entered::Now(guard) => return Ok(guard),
                    Entered::Overtaken(own) => {
                        turn = own;
                        continue;
                    }
                },
                Found::RolledBack(_, ownership) => {
                    transaction.commit().await?;
                    if let Some(ownership) = ownership {
                        ownership.remove();
                    }
                    continue;
                }
                Found::Running(entry) => entry,
            };
            drop(transaction);
            let left = wait.saturating_sub(self.clock().elapsed(started));
            if left.is_zero() || !self.outlived(&running, left).await? {
                let JournalEntry { operation, since, .. } = running;
                return Err(StoreError::OperationInProgress { key, operation, since });
            }
        }
    }

    /// What to say to somebody whose turn did not come: what the journal tells, or else what the owner of the turn
    /// told.
    async fn in_progress(&self, key: ConnectionKey, doing: Doing) -> Result<StoreError, StoreError> {
        let entry = self.read().await?.journal_entry(&key).await?;
        let listed = entry.map(|entry| (entry.operation, entry.since));
        Ok(match listed.or(doing) {
            Some((operation, since)) => StoreError::OperationInProgress { key, operation, since },
            // It is between the end of one operation and the beginning of the next.
            None => StoreError::Busy,
        })
    }

    /// Waits until another process's operation seems to have ended, at most this long. Whether it did is found out
    /// with the write lock; waiting needs none.
    async fn outlived(&self, running: &JournalEntry, longest: Duration) -> Result<bool, StoreError> {
        let ended = async {
            loop {
                tokio::time::sleep(LOOK).await;
                let gone = match self.owners().look(running.token)? {
                    OwnerState::Alive => false,
                    OwnerState::Dead => true,
                    OwnerState::Unknown => self.entry_is_over(running).await?,
                };
                if gone {
                    return Ok(true);
                }
            }
        };
        tokio::time::timeout(longest, ended).await.unwrap_or(Ok(false))
    }

    /// Whether an entry of an owner that nobody can look at is gone, or its lease is.
    async fn entry_is_over(&self, running: &JournalEntry) -> Result<bool, StoreError> {
        let mut transaction = self.read().await?;
        let entry = transaction.journal_entry(&running.key).await?;
        let entry = entry.filter(|entry| entry.token == running.token);
        Ok(entry.is_none_or(|entry| entry.lease_is_over))
    }

    async fn enter(
        &self,
        mut transaction: Transaction,
        key: &ConnectionKey,
        change: &Change,
        turn: Turn,
    ) -> Result<Entered, StoreError> {
        let token = Token::generate();
        // Owned before the entry can be seen: an entry without an owner counts as abandoned.
        let ownership = self.owners().take(token)?;
        let (operation, since) = (change.operation(), transaction.now());
        let entry =
            JournalEntry { key: key.clone(), operation, token, since, lease_is_over: false, previous: None };
        let provider = match transaction.enter(&entry, change).await {
            Ok(Some(provider)) => provider,
            Ok(None) => {
                ownership.remove();
                return Ok(Entered::Overtaken(turn));
            }
            Err(error) => {
                ownership.remove();
                return Err(error);
            }
        };
        turn.doing(operation, since);
        // From here on the guard cleans up, also where nobody knows whether the commit arrived.
        let begun = Begun { key: entry.key, provider, operation, token, since, ownership, turn };
        let guard = OperationGuard::new(self.clone(), begun);
        transaction.commit().await?;
        Ok(Entered::Now(guard))
    }
}

/// What came of entering an operation into the journal.
enum Entered {
    Now(OperationGuard),
    /// Another process was first, where several write at once.
    Overtaken(Turn),
}

impl Transaction {
    /// Enters an operation and makes its change; the provider of the connection. `None` where another operation was
    /// entered meanwhile. The entry first: its row is what keeps others from the connection.
    async fn enter(&mut self, entry: &JournalEntry, change: &Change) -> Result<Option<String>, StoreError> {
        if !self.insert_journal_entry(entry).await? {
            return Ok(None);
        }
        let Applied { provider, previous } = change.apply(self, &entry.key).await?;
        if let Some(previous) = previous {
            self.tables().set_previous(entry.token, previous).await?;
        }
        Ok(Some(provider))
    }
}
