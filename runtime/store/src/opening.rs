//! Opening a store.

use std::sync::atomic::AtomicU64;

use crate::keyring::Keys;
use crate::opened::Opened;
use crate::token::Node;
use crate::transaction::Tools;
use crate::wake::Wake;
use crate::{DatabaseUrlError, Store, StoreError, StoreMode, StoreOptions, postgres, sqlite};

impl Store {
    /// Opens a store; see [`StoreOptions`]. With [`StoreMode::ReadWrite`] it creates what is missing, brings the
    /// schema up to date and rolls back what dead processes left half-done.
    ///
    /// # Errors
    /// Any [`StoreError`] about files, keys and the schema.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let wake = Wake::new();
        let opened = match (options.url.file(), options.url.postgres()) {
            (Some(file), _) => sqlite::open::open(&options, file).await?,
            (None, Some(url)) => postgres::open::open(&options, url, wake.clone()).await?,
            (None, None) => return Err(DatabaseUrlError::UnknownScheme.into()),
        };
        let StoreOptions { clock, mode, .. } = options;
        let Opened { database, key, name, alone } = opened;
        let keys = Keys::unlock(&*database, key, mode, &name).await?;
        drop(alone);
        let tools =
            Tools { keys, clock, wake, node: Node::generate(), integrations_revision: AtomicU64::new(0) };
        let store = Self::new(database, tools, mode);
        if mode == StoreMode::ReadWrite {
            store.recover().await?;
            store.sweep_owners().await?;
        }
        Ok(store)
    }
}
