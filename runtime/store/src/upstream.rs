//! In front of a Nango: what is known of its connections, which of its webhooks were taken, and when its list was last
//! looked through. No credentials.

use jiff::Timestamp;
use onevent_contract::EnvironmentName;

use crate::database::UpstreamRow;
use crate::time::from_millis;
use crate::{ConnectionKey, Store, StoreError, Transaction, UpstreamFilter, UpstreamState};

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
        self.find_upstream_connections(&UpstreamFilter::of(environment.clone())).await
    }

    /// The same of those that a filter names.
    ///
    /// # Errors
    /// As [`Store::upstream_connection`].
    pub async fn find_upstream_connections(
        &self,
        filter: &UpstreamFilter,
    ) -> Result<Vec<UpstreamConnection>, StoreError> {
        self.read().await?.tables().upstream_rows(filter).await?.into_iter().map(upstream).collect()
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
    let state = UpstreamState::from_columns(row.state)?;
    Ok(UpstreamConnection {
        key: row.key.key()?,
        upstream_id: row.upstream_id,
        state,
        first_seen_at: from_millis(row.first_seen_at, "first_seen_at")?,
        changed_at: from_millis(row.changed_at, "changed_at")?,
    })
}
