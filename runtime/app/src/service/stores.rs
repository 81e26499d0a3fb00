//! Opening the database, once for each service.

use std::path::Path;
use std::sync::Arc;

use onevent_contract::SystemClock;
use onevent_store::{EncryptionKey, KeySource, Store, StoreError, StoreMode, StoreOptions};

use super::error::ServiceError;
use super::parts::Service;
use crate::config::Origin;

impl Service {
    /// Opens the database for changes; what is missing is created.
    ///
    /// # Errors
    /// As the store says.
    pub async fn store(&self) -> Result<&Store, ServiceError> {
        let open = async || Ok(Store::open(self.store_options(StoreMode::ReadWrite)?).await?);
        self.store.get_or_try_init(open).await
    }

    /// Opens the database for changes if there is one: who only looks does not leave a new one behind.
    ///
    /// # Errors
    /// As [`Service::store`], and `database_missing` where somebody named a database that does not exist.
    pub async fn existing_store(&self) -> Result<Option<&Store>, ServiceError> {
        if self.has_database() { self.store().await.map(Some) } else { self.no_store() }
    }

    /// Opens the database for changes if there is one, whoever named it: what is not there holds nothing.
    pub(super) async fn store_if_there(&self) -> Result<Option<&Store>, ServiceError> {
        if self.has_database() { self.store().await.map(Some) } else { Ok(None) }
    }

    /// There is no database. That is how every project begins, but not what somebody means who names one.
    fn no_store(&self) -> Result<Option<&Store>, ServiceError> {
        match self.settings().database.origin {
            Origin::Default => Ok(None),
            Origin::File(_) | Origin::Variable(_) | Origin::Flag(_) => {
                let path = self.settings().database.value.file().map(Path::to_owned).unwrap_or_default();
                Err(StoreError::DatabaseMissing { path }.into())
            }
        }
    }

    /// Opens the database, if there is one, without the right to change anything: for dry runs.
    ///
    /// # Errors
    /// As [`Service::existing_store`].
    pub async fn store_for_reading(&self) -> Result<Option<&Store>, ServiceError> {
        let open =
            async || Store::open(self.store_options(StoreMode::ReadOnly)?).await.map_err(ServiceError::from);
        match self.reading.get_or_try_init(open).await {
            Ok(store) => Ok(Some(store)),
            Err(ServiceError::Store(StoreError::DatabaseMissing { .. })) => self.no_store(),
            Err(error) => Err(error),
        }
    }

    /// The stores that were opened.
    pub fn opened_stores(&self) -> impl Iterator<Item = &Store> {
        self.store.get().into_iter().chain(self.reading.get())
    }

    /// Waits until the runs of triggered actions are stored, and the tokens that are being fetched, then closes the
    /// database: SQLite then removes its side files.
    pub async fn close(&self) {
        self.refreshes.close();
        self.refreshes.wait().await;
        if let Some(records) = self.action_records.get() {
            records.complete().await;
        }
        for store in self.opened_stores() {
            store.close().await;
        }
    }

    /// Whether there is a database: a file that exists, or one of a server, which says itself what it lacks.
    fn has_database(&self) -> bool {
        self.settings().database.value.file().is_none_or(Path::exists)
    }

    fn store_options(&self, mode: StoreMode) -> Result<StoreOptions, ServiceError> {
        let settings = self.settings();
        let key = match &settings.encryption_key {
            None => KeySource::File,
            Some(text) => {
                KeySource::Given(EncryptionKey::from_base64(text.value.reveal()).map_err(StoreError::from)?)
            }
        };
        Ok(StoreOptions {
            url: settings.database.value.clone(),
            schema: settings.database_schema.value.clone(),
            listen_url: settings.database_listen_url.as_ref().map(|url| url.value.clone()),
            key,
            mode,
            clock: Arc::new(SystemClock),
        })
    }
}
