//! Opening the database, once for each service.

use std::path::Path;
use std::sync::Arc;

use onevent_contract::SystemClock;
use onevent_store::{DatabaseUrl, EncryptionKey, KeySource, Store, StoreError, StoreMode, StoreOptions};

use super::{Service, ServiceError};
use crate::error::ConfigError;

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
        if self.database()?.exists() { self.store().await.map(Some) } else { self.no_store() }
    }

    /// There is no database. That is how every project begins, but not what somebody means who names one.
    fn no_store(&self) -> Result<Option<&Store>, ServiceError> {
        if self.config.names_database() {
            return Err(StoreError::DatabaseMissing { path: self.database()?.to_owned() }.into());
        }
        Ok(None)
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

    /// Waits until the runs of triggered actions are stored, then closes the database: SQLite then removes its side
    /// files.
    pub async fn close(&self) {
        if let Some(records) = self.action_records.get() {
            records.complete().await;
        }
        for store in self.opened_stores() {
            store.close().await;
        }
    }

    fn database(&self) -> Result<&Path, ConfigError> {
        self.config.database().ok_or_else(|| ConfigError::internal("no database is configured"))
    }

    fn store_options(&self, mode: StoreMode) -> Result<StoreOptions, ServiceError> {
        let key = match self.config.encryption_key() {
            None => KeySource::File,
            Some(text) => {
                KeySource::Given(EncryptionKey::from_base64(text.reveal()).map_err(StoreError::from)?)
            }
        };
        let url = DatabaseUrl::sqlite(self.database()?);
        Ok(StoreOptions { url, key, mode, clock: Arc::new(SystemClock) })
    }
}
