//! Checkpoints: read, and written by compare-and-set.

use onevent_contract::{Checkpoint, FunctionKey, JsonObject};

use crate::json::{decode, encode};
use crate::{ConnectionKey, Store, StoreError, Visibility};

impl Store {
    /// What a function remembers of a connection; nothing, with version 0, where it never wrote.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], [`StoreError::Busy`] or [`StoreError::Database`].
    pub async fn checkpoint(
        &self,
        key: &ConnectionKey,
        function: &FunctionKey,
    ) -> Result<Checkpoint, StoreError> {
        let row = self.read().await?.tables().checkpoint_row(key, &function.to_string()).await?;
        let Some(row) = row else { return Ok(Checkpoint::default()) };
        let version = u64::try_from(row.version).map_err(|_| StoreError::corrupt("checkpoint version"))?;
        let value = row.value.map(|text| decode(&text, "checkpoint")).transpose()?;
        Ok(Checkpoint { value, version })
    }

    /// Writes a checkpoint, or clears it with `None`, if its version is still `expected_version` (0 where there is
    /// none). The answer is the new version; `None` where the stored one was another: then nothing was written.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], [`StoreError::ReadOnly`], [`StoreError::Busy`] or
    /// [`StoreError::Database`].
    pub async fn write_checkpoint(
        &self,
        key: &ConnectionKey,
        function: &FunctionKey,
        value: Option<&JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, StoreError> {
        let mut transaction = self.begin().await?;
        if transaction.provider(key, Visibility::IncludingPending).await?.is_none() {
            return Err(StoreError::UnknownConnection { key: key.clone() });
        }
        // A version that no row can have is simply another one.
        let Ok(expected) = i64::try_from(expected_version) else { return Ok(None) };
        let function = function.to_string();
        let text = value.map(encode).transpose()?;
        let now = transaction.now().as_millisecond();
        let tables = transaction.tables();
        let written = match expected {
            0 => tables.insert_checkpoint(key, &function, text, now).await?,
            _ => tables.update_checkpoint(key, &function, text, expected, now).await?,
        };
        transaction.commit().await?;
        Ok(written.then_some(expected_version + 1))
    }
}
