//! Metadata that a run reads back and nobody else sees.

use onevent_contract::{
    FunctionKey, JsonObject, MetadataCommit, MetadataWrite, MetadataWritten, VersionedMetadata,
};
use onevent_store::{MetadataWriters, Writer};

/// A connection's metadata as a dry run has it: as it was at the beginning, and what was written since.
#[derive(Debug, Clone)]
pub(crate) struct DryMetadata {
    value: Option<JsonObject>,
    version: u64,
    writers: MetadataWriters,
}

impl DryMetadata {
    /// What the store has, with its writers.
    pub(crate) fn stored(value: Option<JsonObject>, version: u64, writers: MetadataWriters) -> Self {
        Self { value, version, writers }
    }

    /// What comes from elsewhere. The user counts as its writer.
    pub(crate) fn given(value: Option<JsonObject>) -> Self {
        let by_user =
            |value: &JsonObject| MetadataWriters::default().after_write(None, value, &Writer::User).0;
        let writers = value.as_ref().map(by_user).unwrap_or_default();
        Self { version: u64::from(value.is_some()), value, writers }
    }

    pub(crate) fn read(&self) -> VersionedMetadata {
        VersionedMetadata { value: self.value.clone(), version: self.version }
    }

    /// Whether the write's condition holds.
    pub(crate) fn allows(&self, commit: MetadataCommit) -> bool {
        match commit {
            MetadataCommit::IfVersion(expected) => expected == self.version,
            MetadataCommit::Always => true,
        }
    }

    /// Puts another value in the place of what was written.
    pub(crate) fn replace(&mut self, value: Option<JsonObject>) {
        self.value = value;
        self.version += 1;
    }

    /// Keeps a write, by the same rule as the store, so that a dry run warns about what the live one would do.
    pub(crate) fn write(&mut self, function: &FunctionKey, write: MetadataWrite) -> MetadataWritten {
        if !self.allows(write.commit) {
            return MetadataWritten::Conflict;
        }
        let writer = Writer::Function(function.clone());
        let (writers, dropped) = self.writers.after_write(self.value.as_ref(), &write.value, &writer);
        // Nothing can fail between these.
        self.writers = writers;
        self.version += 1;
        self.value = Some(write.value);
        MetadataWritten::Written { version: self.version, dropped, persisted: false }
    }
}
