//! Opening a store.

use crate::transaction::Tools;
use crate::wake::Wake;
use crate::{Store, StoreError, StoreMode, StoreOptions, sqlite};

impl Store {
    /// Opens a store; see [`StoreOptions`]. With [`StoreMode::ReadWrite`] it creates what is missing, brings the
    /// schema up to date and rolls back what dead processes left half-done.
    ///
    /// # Errors
    /// Any [`StoreError`] about files, keys and the schema.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let (database, cipher) = sqlite::open::open(&options).await?;
        let StoreOptions { clock, mode, .. } = options;
        let store = Self::new(Box::new(database), Tools { cipher, clock, wake: Wake::new() }, mode);
        if mode == StoreMode::ReadWrite {
            store.recover().await?;
            store.sweep_owners().await?;
        }
        Ok(store)
    }
}
