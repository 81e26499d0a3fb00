//! Opening the databases, each once for each service.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use onevent_contract::{EnvironmentName, SystemClock};
use onevent_store::{EncryptionKey, KeySource, Store, StoreError, StoreMode, StoreOptions};
use tokio::time::timeout;

use super::databases::HeldDatabase;
use super::error::ServiceError;
use super::parts::Service;
use crate::config::{DatabaseName, Origin};

/// How a database is.
#[derive(Debug)]
pub struct DatabaseHealth {
    /// Which one.
    pub name: DatabaseName,
    /// Why it cannot be used, if so.
    pub error: Option<String>,
}

impl Service {
    /// Opens the main database for changes; what is missing is created. Secret keys are there, and what belongs to an
    /// environment that has no database of its own.
    ///
    /// # Errors
    /// As the store says.
    pub async fn main_store(&self) -> Result<&Store, ServiceError> {
        self.open(self.databases.main()).await
    }

    /// Opens the database that an environment lives in for changes; what is missing is created.
    ///
    /// # Errors
    /// As the store says.
    pub async fn store_of(&self, environment: &EnvironmentName) -> Result<&Store, ServiceError> {
        self.open(self.databases.home(environment)).await
    }

    /// Opens the main database for changes if there is one: who only looks does not leave a new one behind.
    ///
    /// # Errors
    /// As [`Service::main_store`], and `database_missing` where somebody named a database that does not exist.
    pub async fn existing_main_store(&self) -> Result<Option<&Store>, ServiceError> {
        self.open_existing(self.databases.main()).await
    }

    /// The same of the database that an environment lives in.
    ///
    /// # Errors
    /// As [`Service::existing_main_store`].
    pub async fn existing_store_of(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<&Store>, ServiceError> {
        self.open_existing(self.databases.home(environment)).await
    }

    /// Opens the database for changes if there is one, whoever named it: what is not there holds nothing.
    pub(super) async fn store_if_there(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<&Store>, ServiceError> {
        let home = self.databases.home(environment);
        if is_there(home) { self.open(home).await.map(Some) } else { Ok(None) }
    }

    /// Opens the database that an environment lives in, if there is one, without the right to change anything: for dry runs.
    ///
    /// # Errors
    /// As [`Service::existing_store_of`].
    pub async fn store_for_reading(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Option<&Store>, ServiceError> {
        let home = self.databases.home(environment);
        let open = async || {
            Store::open(self.store_options(home, StoreMode::ReadOnly)?).await.map_err(ServiceError::from)
        };
        match home.reading.get_or_try_init(open).await {
            Ok(store) => Ok(Some(store)),
            Err(ServiceError::Store(StoreError::DatabaseMissing { .. })) => no_store(home),
            Err(error) => Err(error),
        }
    }

    /// The stores that were opened.
    pub fn opened_stores(&self) -> impl Iterator<Item = &Store> {
        self.databases.iter().flat_map(HeldDatabase::opened)
    }

    /// Opens every database for changes, for whoever serves all environments. Answers with those that do not answer now: a node
    /// goes on without them. Without the main one nobody would know who asks.
    ///
    /// # Errors
    /// As [`Service::main_store`]; of the others, what does not pass by itself: a wrong key, a schema of a newer onevent; and
    /// [`ServiceError::Elsewhere`].
    pub async fn open_databases(&self) -> Result<Vec<(DatabaseName, ServiceError)>, ServiceError> {
        let open = async |database: &HeldDatabase| match self.open_to_serve(database).await {
            Ok(_) => Ok(None),
            Err(error) if !database.name().is_main && error.may_pass() => {
                Ok(Some((database.name().clone(), error)))
            }
            Err(error) => Err(error),
        };
        let opened = join_all(self.databases.iter().map(open)).await;
        opened.into_iter().filter_map(Result::transpose).collect()
    }

    /// Opens a database whose queue is worked on: all that waits in it has to be of environments that live there.
    pub(super) async fn open_to_serve<'a>(
        &self,
        database: &'a HeldDatabase,
    ) -> Result<&'a Store, ServiceError> {
        let store = self.open(database).await?;
        let is_single = self.databases.iter().nth(1).is_none();
        if is_single {
            return Ok(store);
        }
        let name = database.name();
        let mut found = store.environments().await?;
        found.retain(|environment| self.databases.home(environment).name() != name);
        if found.is_empty() {
            return Ok(store);
        }
        Err(ServiceError::Elsewhere { database: name.clone(), environments: found })
    }

    /// Asks every database for something, all at once, and waits at most so long.
    pub async fn check_databases(&self, longest: Duration) -> Vec<DatabaseHealth> {
        let check = async |database: &HeldDatabase| {
            let asked = async { Ok::<(), ServiceError>(self.open(database).await?.check().await?) };
            let error = match timeout(longest, asked).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(format!("it gave no answer within {longest:?}")),
            };
            DatabaseHealth { name: database.name().clone(), error }
        };
        join_all(self.databases.iter().map(check)).await
    }

    /// Waits until the runs of triggered actions are stored, and the tokens that are being fetched, then closes the
    /// databases: SQLite then removes its side files.
    pub async fn close(&self) {
        self.refreshes.close();
        self.refreshes.wait().await;
        for database in self.databases.iter() {
            if let Some(records) = database.action_records.get() {
                records.complete().await;
            }
        }
        for store in self.opened_stores() {
            store.close().await;
        }
    }

    async fn open<'a>(&self, database: &'a HeldDatabase) -> Result<&'a Store, ServiceError> {
        let open = async || Ok(Store::open(self.store_options(database, StoreMode::ReadWrite)?).await?);
        database.store.get_or_try_init(open).await
    }

    pub(super) async fn open_existing<'a>(
        &self,
        database: &'a HeldDatabase,
    ) -> Result<Option<&'a Store>, ServiceError> {
        if is_there(database) { self.open(database).await.map(Some) } else { no_store(database) }
    }

    fn store_options(&self, database: &HeldDatabase, mode: StoreMode) -> Result<StoreOptions, ServiceError> {
        let key = match &self.settings().encryption_key {
            None => KeySource::File,
            Some(text) => {
                KeySource::Given(EncryptionKey::from_base64(text.value.reveal()).map_err(StoreError::from)?)
            }
        };
        let settings = &database.settings;
        Ok(StoreOptions {
            url: settings.url.value.clone(),
            schema: settings.schema.clone(),
            listen_url: settings.listen_url.clone(),
            key,
            mode,
            clock: Arc::new(SystemClock),
        })
    }
}

/// Whether there is a database: a file that exists, or one of a server, which says itself what it lacks.
fn is_there(database: &HeldDatabase) -> bool {
    database.settings.url.value.file().is_none_or(Path::exists)
}

/// There is no database. That is how every project begins, but not what somebody means who names one.
fn no_store(database: &HeldDatabase) -> Result<Option<&Store>, ServiceError> {
    match database.settings.url.origin {
        Origin::Default => Ok(None),
        Origin::File(_) | Origin::Variable(_) | Origin::Flag(_) => {
            let path = database.settings.url.value.file().map(Path::to_owned).unwrap_or_default();
            Err(StoreError::DatabaseMissing { path }.into())
        }
    }
}
