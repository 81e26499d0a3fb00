//! What can be read through a store.

use onevent_contract::{EnvironmentName, IntegrationId, RunId, VersionedMetadata};

use crate::database::KeyColumns;
use crate::{
    ConnectionFilter, ConnectionKey, ConnectionSummary, RunFilter, RunSummary, Store, StoreError,
    StoredConnection, StoredRun, Visibility,
};

impl Store {
    /// One connection with its credentials; `None` where there is none. A [`Visibility::Established`] read
    /// never answers with credentials or a connection whose acceptance was not decided: it first rolls back an
    /// abandoned operation of this connection, where this store may write, and looks through one that it finds.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the row does not open, [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn connection(
        &self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<StoredConnection>, StoreError> {
        if visibility == Visibility::Established {
            self.recover_connection(key).await?;
        }
        self.read().await?.connection(key, visibility).await
    }

    /// The provider that a connection has now, one under creation included; `None` where there is none. Its
    /// credentials are not opened, so this answers for a damaged connection too.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn provider(&self, key: &ConnectionKey) -> Result<Option<String>, StoreError> {
        self.read().await?.provider(key, Visibility::IncludingPending).await
    }

    /// The established connections of an environment, or of one integration in it, by integration and id.
    /// It first rolls back abandoned operations, as [`Store::connection`] does.
    ///
    /// # Errors
    /// As [`Store::connection`].
    pub async fn connections(
        &self,
        environment: &EnvironmentName,
        integration: Option<&IntegrationId>,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        self.recover().await?;
        self.read().await?.connections(environment, integration).await
    }

    /// The established connections that the filter names, the newest first. It first rolls back abandoned operations,
    /// as [`Store::connection`] does.
    ///
    /// # Errors
    /// As [`Store::connection`].
    pub async fn find_connections(
        &self,
        filter: &ConnectionFilter,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        self.recover().await?;
        let mut transaction = self.read().await?;
        let found = transaction.found_summaries(filter).await?;
        let mut found = transaction.as_accepted(found).await?;
        // What a reconnect says of a connection counts once it is accepted.
        found.retain(|found| filter.names_details_of(found));
        Ok(found)
    }

    /// Connections whose quarantine is over, up to so many.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn quarantines_over(&self, most: u32) -> Result<Vec<ConnectionKey>, StoreError> {
        let mut transaction = self.read().await?;
        let now = transaction.now().as_millisecond();
        let keys = transaction.tables().quarantined_keys(now, most.into()).await?;
        keys.into_iter().map(KeyColumns::key).collect()
    }

    /// A connection's metadata with the version that a compare-and-set names; `None` where there is no such
    /// connection.
    ///
    /// # Errors
    /// As [`Store::connection`].
    pub async fn metadata(
        &self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<VersionedMetadata>, StoreError> {
        self.read().await?.metadata(key, visibility).await
    }

    /// Stored runs, newest first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn runs(&self, filter: &RunFilter) -> Result<Vec<RunSummary>, StoreError> {
        self.read().await?.runs(filter).await
    }

    /// All attempts of a run, the first one first: those of an event have the event's id.
    ///
    /// # Errors
    /// As [`Store::runs`].
    pub async fn attempts(
        &self,
        environment: &EnvironmentName,
        run_id: RunId,
    ) -> Result<Vec<StoredRun>, StoreError> {
        self.read().await?.attempts(environment, run_id).await
    }

    /// The last attempt of the run whose id is `id_or_prefix`, or begins with it.
    ///
    /// # Errors
    /// [`StoreError::InvalidRunId`], [`StoreError::AmbiguousRunId`] and as [`Store::runs`].
    pub async fn run(&self, id_or_prefix: &str) -> Result<Option<StoredRun>, StoreError> {
        self.read().await?.run(id_or_prefix).await
    }
}
