//! Metadata writes: compare-and-set, with the record of who wrote what.

use std::collections::BTreeSet;

use onevent_contract::{JsonObject, MetadataCommit, MetadataWrite, MetadataWriteKind, MetadataWritten};

use crate::database::MetadataColumns;
use crate::json::{encode, encode_metadata};
use crate::{ConnectionKey, Store, StoreError, Transaction, Visibility, Writer};

impl Transaction {
    /// Replaces the metadata as a whole, if the version is the one that `write.commit` names.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`] and [`StoreError::MetadataTooLarge`].
    pub async fn write_metadata(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
        write: &MetadataWrite,
        writer: &Writer,
    ) -> Result<MetadataWritten, StoreError> {
        let Some((before, writers)) = self.metadata_and_writers(key, visibility).await? else {
            return Err(StoreError::UnknownConnection { key: key.clone() });
        };
        match write.commit {
            MetadataCommit::IfVersion(expected) if expected != before.version => {
                return Ok(MetadataWritten::Conflict);
            }
            MetadataCommit::IfVersion(_) | MetadataCommit::Always => {}
        }
        let (writers, dropped) = writers.after_write(before.value.as_ref(), &write.value, writer);
        let stored_version =
            i64::try_from(before.version).map_err(|_| StoreError::corrupt("metadata version"))?;
        let columns = MetadataColumns {
            metadata: Some(encode_metadata(&write.value)?),
            version: stored_version,
            writers: encode(&writers)?,
        };
        let now = self.now().as_millisecond();
        if !self.tables().replace_metadata(key, columns, now).await? {
            return Ok(MetadataWritten::Conflict);
        }
        Ok(MetadataWritten::Written { version: before.version + 1, dropped, persisted: true })
    }
}

impl Store {
    /// Writes metadata of several connections, of all of them or of none: replaced as a whole, or merged key by key
    /// with what each of them has.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`] names the first one that there is not; [`StoreError::MetadataTooLarge`],
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`] and [`StoreError::Database`].
    pub async fn write_metadata_of_all(
        &self,
        keys: &[ConnectionKey],
        kind: MetadataWriteKind,
        metadata: &JsonObject,
        writer: &Writer,
    ) -> Result<(), StoreError> {
        // Everybody locks them in the same order; and each once.
        let keys: BTreeSet<&ConnectionKey> = keys.iter().collect();
        self.until_undisturbed(|| self.write_metadata_of_each(&keys, kind, metadata, writer)).await
    }

    async fn write_metadata_of_each(
        &self,
        keys: &BTreeSet<&ConnectionKey>,
        kind: MetadataWriteKind,
        metadata: &JsonObject,
        writer: &Writer,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for key in keys {
            let mut value = metadata.clone();
            if kind == MetadataWriteKind::Update {
                let stored = transaction.metadata(key, Visibility::Established).await?;
                let mut merged = stored.and_then(|stored| stored.value).unwrap_or_default();
                merged.extend(value);
                value = merged;
            }
            let write = MetadataWrite { value, kind, commit: MetadataCommit::Always };
            transaction.write_metadata(key, Visibility::Established, &write, writer).await?;
        }
        transaction.commit().await
    }

    /// [`Transaction::write_metadata`] in a transaction of its own.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`], [`StoreError::ReadOnly`], [`StoreError::Busy`] or
    /// [`StoreError::Database`].
    pub async fn write_metadata(
        &self,
        key: &ConnectionKey,
        visibility: Visibility,
        write: &MetadataWrite,
        writer: &Writer,
    ) -> Result<MetadataWritten, StoreError> {
        self.until_undisturbed(|| async {
            let mut transaction = self.begin().await?;
            let written = transaction.write_metadata(key, visibility, write, writer).await?;
            transaction.commit().await?;
            Ok::<_, StoreError>(written)
        })
        .await
    }
}
