//! A scratch folder with a SQLite database in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::SystemClock;
use onevent_store::{DatabaseUrl, KeySource, SchemaName, Store, StoreMode, StoreOptions};
use tempfile::TempDir;

/// A folder that is removed at the end of the test.
pub(crate) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join(".onevent/onevent.sqlite3")
    }

    pub(crate) fn options(&self) -> StoreOptions {
        options_for(&self.database())
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(self.options()).await.unwrap()
    }

    /// All that lies in the database, as it lies there.
    pub(crate) fn content(&self) -> Vec<u8> {
        std::fs::read(self.database()).unwrap()
    }

    /// A handle on the same file beside the store, to look at and to damage what it wrote.
    pub(crate) async fn raw(&self) -> sqlx::SqlitePool {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.database());
        sqlx::SqlitePool::connect_with(options).await.unwrap()
    }
}

pub(crate) fn options_for(database: &Path) -> StoreOptions {
    StoreOptions {
        url: DatabaseUrl::sqlite(database),
        schema: SchemaName::default(),
        listen_url: None,
        key: KeySource::File,
        mode: StoreMode::ReadWrite,
        clock: Arc::new(SystemClock),
    }
}

/// The database has no clock: the store's own moves with the test's.
pub(crate) fn time_passes(_: Duration) {}
