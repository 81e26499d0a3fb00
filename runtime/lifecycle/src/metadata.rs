//! Metadata that the user changes, outside of any run.

use onevent_contract::{
    DroppedKeys, JsonObject, MetadataCommit, MetadataWrite, MetadataWriteKind, MetadataWritten,
    VersionedMetadata,
};
use onevent_store::{ConnectionKey, Store, StoreError, Visibility, Writer};

/// A change that the user asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum MetadataChange {
    /// Replaces the whole object.
    Set(JsonObject),
    /// Replaces these top-level keys and keeps the others.
    Update(JsonObject),
}

/// What a change did.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataChanged {
    /// As it was; `None` where none had ever been written.
    pub before: Option<JsonObject>,
    /// As it is now.
    pub after: JsonObject,
    /// Its version now.
    pub version: u64,
    /// Keys of functions that the change dropped.
    pub dropped: Vec<DroppedKeys>,
}

/// Changes an established connection's metadata, in the user's name. Reading, merging and writing are one
/// step: nothing that another writer does meanwhile is lost.
///
/// # Errors
/// `unknown_connection`, and all of the database.
pub async fn change_metadata(
    store: &Store,
    key: &ConnectionKey,
    change: MetadataChange,
) -> Result<MetadataChanged, StoreError> {
    let unknown = || StoreError::UnknownConnection { key: key.clone() };
    loop {
        let mut transaction = store.begin().await?;
        let read = transaction.metadata(key, Visibility::Established).await?;
        let VersionedMetadata { value: before, version } = read.ok_or_else(unknown)?;
        let (after, kind) = match &change {
            MetadataChange::Set(value) => (value.clone(), MetadataWriteKind::Set),
            MetadataChange::Update(keys) => {
                let mut merged = before.clone().unwrap_or_default();
                merged.extend(keys.clone());
                (merged, MetadataWriteKind::Update)
            }
        };
        let write = MetadataWrite { value: after.clone(), commit: MetadataCommit::IfVersion(version), kind };
        match transaction.write_metadata(key, Visibility::Established, &write, &Writer::User).await? {
            MetadataWritten::Written { version, dropped, .. } => {
                transaction.commit().await?;
                return Ok(MetadataChanged { before, after, version, dropped });
            }
            // Only a database that lets two writers work at once comes here: read and merge again.
            MetadataWritten::Conflict => {}
        }
    }
}
