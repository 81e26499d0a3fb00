//! The handle on one open store, and what can be read through it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use onevent_contract::{Clock, EnvironmentName, IntegrationId, VersionedMetadata};
use sqlx::SqlitePool;

use crate::cipher::Cipher;
use crate::files::Files;
use crate::locks::LockFolder;
use crate::open::{self, Access, StoreOptions};
use crate::{
    ConnectionKey, ConnectionSummary, RunFilter, RunSummary, StoreError, StoredConnection, StoredRun,
    Transaction, Visibility,
};

/// One open database and the key to its secrets. A handle: cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) pool: SqlitePool,
    pub(crate) cipher: Cipher,
    pub(crate) files: Files,
    pub(crate) locks: LockFolder,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) access: Access,
}

impl Store {
    /// Opens a store; see [`StoreOptions`]. With [`Access::ReadWrite`] it creates what is missing, brings the
    /// schema up to date and rolls back what dead processes left half-done.
    ///
    /// # Errors
    /// Any [`StoreError`] about files, keys and the schema.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        open::open(options).await
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Begins a transaction that may write. It waits while another one writes.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        match self.0.access {
            Access::ReadOnly => Err(StoreError::ReadOnly),
            Access::ReadWrite => {
                Ok(Transaction::new(self.0.pool.begin_with("BEGIN IMMEDIATE").await?, self.clone()))
            }
        }
    }

    /// Begins a transaction that only reads: one unchanging view of the database.
    pub(crate) async fn read(&self) -> Result<Transaction, StoreError> {
        Ok(Transaction::new(self.0.pool.begin_with("BEGIN DEFERRED").await?, self.clone()))
    }

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

    /// The last attempt of the run whose id is `id_or_prefix`, or begins with it.
    ///
    /// # Errors
    /// [`StoreError::InvalidRunId`], [`StoreError::AmbiguousRunId`] and as [`Store::runs`].
    pub async fn run(&self, id_or_prefix: &str) -> Result<Option<StoredRun>, StoreError> {
        self.read().await?.run(id_or_prefix).await
    }

    /// Waits for open transactions, then closes the database; SQLite then removes its own side files.
    pub async fn close(&self) {
        self.0.pool.close().await;
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> &Path {
        &self.0.files.database
    }

    /// Whether this store may change anything.
    #[must_use]
    pub fn access(&self) -> Access {
        self.0.access
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.0.cipher
    }

    pub(crate) fn locks(&self) -> &LockFolder {
        &self.0.locks
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("database", &self.0.files.database)
            .field("access", &self.0.access)
            .finish_non_exhaustive()
    }
}
