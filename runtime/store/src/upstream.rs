//! In front of a Nango: what is known of its connections, which of its webhooks were taken, and when its list was last
//! looked through. No credentials.

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, RunId};

use crate::database::{UpstreamRow, UpstreamStateColumns};
use crate::time::from_millis;
use crate::{ConnectionKey, Store, StoreError, Transaction};

/// What was decided about a connection of a Nango.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamState {
    /// It was there before anybody looked, or nothing was decided yet.
    Known,
    /// Its credentials were accepted.
    Accepted,
    /// Its credentials were refused: it is not used until others are accepted.
    Rejected {
        /// What the validation said.
        message: String,
        /// The run that found it; `None` where no run did.
        run_id: Option<RunId>,
    },
    /// Its first credentials were refused, and Nango has not deleted it yet. It was never in use.
    ToDelete {
        /// What the validation said.
        message: String,
        /// The run that found it.
        run_id: Option<RunId>,
    },
    /// It was deleted without anybody here being asked: it could not be cleaned up.
    DeletedBehind,
}

impl UpstreamState {
    /// The names of all states.
    pub const NAMES: [&str; 5] = [KNOWN, ACCEPTED, REJECTED, TO_DELETE, DELETED_BEHIND];

    /// The run that found that the credentials are no good.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        match self {
            Self::Rejected { run_id, .. } | Self::ToDelete { run_id, .. } => *run_id,
            Self::Known | Self::Accepted | Self::DeletedBehind => None,
        }
    }

    /// What the validation said, where the credentials were refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Rejected { message, .. } | Self::ToDelete { message, .. } => Some(message),
            Self::Known | Self::Accepted | Self::DeletedBehind => None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Known => KNOWN,
            Self::Accepted => ACCEPTED,
            Self::Rejected { .. } => REJECTED,
            Self::ToDelete { .. } => TO_DELETE,
            Self::DeletedBehind => DELETED_BEHIND,
        }
    }

    fn columns(&self) -> UpstreamStateColumns {
        let (state, to_delete) = match self {
            Self::Known | Self::Accepted | Self::Rejected { .. } | Self::DeletedBehind => (self.as_str(), 0),
            Self::ToDelete { .. } => (REJECTED, 1),
        };
        UpstreamStateColumns {
            state: state.to_owned(),
            to_delete,
            message: self.refusal().map(str::to_owned),
            run_id: self.run_id().map(|run| run.to_string()),
        }
    }
}

const KNOWN: &str = "known";
const ACCEPTED: &str = "accepted";
const REJECTED: &str = "rejected";
/// Not a column's value: a rejected one with `to_delete`.
const TO_DELETE: &str = "to_delete";
const DELETED_BEHIND: &str = "deleted_behind";

/// A connection of a Nango, as it is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamConnection {
    /// Its name.
    pub key: ConnectionKey,
    /// Nango's number of it. One with the same name and another number is another connection.
    pub upstream_id: i64,
    /// What was decided.
    pub state: UpstreamState,
    /// When it was first seen here.
    pub first_seen_at: Timestamp,
    /// Since when the state is what it is.
    pub changed_at: Timestamp,
}

impl Transaction {
    /// Notes what was decided about a connection of a Nango. With another number than the one that is known, it is seen
    /// for the first time.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn note_upstream_connection(
        &mut self,
        key: &ConnectionKey,
        upstream_id: i64,
        state: &UpstreamState,
    ) -> Result<(), StoreError> {
        let now = self.now().as_millisecond();
        self.tables().set_upstream_row(key, upstream_id, state.columns(), now).await
    }

    /// One connection of a Nango; `None` where it is not known.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Database`].
    pub async fn upstream_connection(
        &mut self,
        key: &ConnectionKey,
    ) -> Result<Option<UpstreamConnection>, StoreError> {
        self.tables().upstream_row(key).await?.map(upstream).transpose()
    }

    /// Forgets a connection of a Nango that was deleted as it should be. What is left to be done for it ends as with
    /// [`Transaction::delete_connection`]. False where it was not known.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn forget_upstream_connection(&mut self, key: &ConnectionKey) -> Result<bool, StoreError> {
        let was_known = self.tables().delete_upstream_row(key).await?;
        self.give_up_events_of(key).await?;
        Ok(was_known)
    }

    /// Takes what a webhook of a Nango tells, by a name of it. False where it was taken before.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn take_upstream_webhook(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now().as_millisecond();
        self.tables().insert_upstream_webhook(environment, id, now).await
    }

    /// Forgets what was taken before this moment. The answer is how many.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn forget_upstream_webhooks(
        &mut self,
        environment: &EnvironmentName,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        self.tables().delete_upstream_webhooks(environment, before.as_millisecond()).await
    }

    /// Notes that the list of a Nango's connections was compared with what is known.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn note_comparison(&mut self, environment: &EnvironmentName) -> Result<(), StoreError> {
        let now = self.now().as_millisecond();
        self.tables().set_compared_at(environment, now).await
    }

    /// When the list was last compared; `None` before the first time.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Database`].
    pub async fn last_comparison(
        &mut self,
        environment: &EnvironmentName,
    ) -> Result<Option<Timestamp>, StoreError> {
        let at = self.tables().compared_at(environment).await?;
        at.map(|at| from_millis(at, "compared_at")).transpose()
    }
}

impl Store {
    /// [`Transaction::upstream_connection`] in a transaction of its own.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn upstream_connection(
        &self,
        key: &ConnectionKey,
    ) -> Result<Option<UpstreamConnection>, StoreError> {
        self.read().await?.upstream_connection(key).await
    }

    /// The connections of a Nango that are known in an environment, by integration and id; those that were deleted
    /// behind onevent's back too.
    ///
    /// # Errors
    /// As [`Store::upstream_connection`].
    pub async fn upstream_connections(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Vec<UpstreamConnection>, StoreError> {
        self.read().await?.tables().upstream_rows(environment).await?.into_iter().map(upstream).collect()
    }

    /// [`Transaction::last_comparison`] in a transaction of its own.
    ///
    /// # Errors
    /// As [`Store::upstream_connection`].
    pub async fn last_comparison(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.read().await?.last_comparison(environment).await
    }
}

fn upstream(row: UpstreamRow) -> Result<UpstreamConnection, StoreError> {
    let UpstreamStateColumns { state, to_delete, message, run_id } = row.state;
    let run_id = run_id.map(|id| RunId::parse(&id).ok_or_else(|| StoreError::corrupt("run id")));
    let run_id = run_id.transpose()?;
    let state = match (state.as_str(), to_delete, message) {
        (KNOWN, 0, None) => UpstreamState::Known,
        (ACCEPTED, 0, None) => UpstreamState::Accepted,
        (REJECTED, 0, Some(message)) => UpstreamState::Rejected { message, run_id },
        (REJECTED, 1, Some(message)) => UpstreamState::ToDelete { message, run_id },
        (DELETED_BEHIND, 0, None) => UpstreamState::DeletedBehind,
        _ => return Err(StoreError::corrupt("state of a connection of a Nango")),
    };
    Ok(UpstreamConnection {
        key: row.key.key()?,
        upstream_id: row.upstream_id,
        state,
        first_seen_at: from_millis(row.first_seen_at, "first_seen_at")?,
        changed_at: from_millis(row.changed_at, "changed_at")?,
    })
}
