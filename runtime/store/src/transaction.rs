//! One transaction type that connection changes, runs and later the queue share.

use std::fmt;

use jiff::Timestamp;
use sqlx::{Sqlite, SqliteConnection};

use crate::cipher::Cipher;
use crate::time::whole_millis;
use crate::{Store, StoreError};

/// Changes that happen together or not at all. Dropping it without [`Transaction::commit`] undoes them.
///
/// A transaction that writes holds the database's one write lock from its first moment, so two of them never
/// wait for each other in a circle; keep it short, and never await anything but the store while it is open.
pub struct Transaction {
    inner: sqlx::Transaction<'static, Sqlite>,
    store: Store,
}

impl Transaction {
    pub(crate) fn new(inner: sqlx::Transaction<'static, Sqlite>, store: Store) -> Self {
        Self { inner, store }
    }

    /// Makes the changes durable: they survive a crash of the process and of the machine.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Database`]; then nothing was changed.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.inner.commit().await?)
    }

    pub(crate) fn sql(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        self.store.cipher()
    }

    /// Now, as the database can hold it.
    pub(crate) fn now(&self) -> Timestamp {
        whole_millis(self.store.clock().now())
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}
