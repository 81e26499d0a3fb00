//! Metadata writes.

use serde::{Deserialize, Serialize};

use crate::JsonObject;

/// How metadata was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataWriteKind {
    /// `setMetadata`: the whole object was replaced.
    Set,
    /// `updateMetadata`: top-level keys were merged.
    Update,
}

/// One metadata write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetadataWriteEffect {
    /// Position among all effects of the run.
    pub seq: u64,
    /// How it was written.
    pub kind: MetadataWriteKind,
    /// Whether it was under way when the run ended: nobody knows whether it was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

/// The newest of the versions that a run wrote, whichever of its writes was answered last.
#[derive(Debug, Clone, PartialEq)]
pub struct NewestMetadata {
    /// The whole object.
    pub value: JsonObject,
    /// Its version.
    pub version: u64,
    /// Whether it is stored beyond the run.
    pub persisted: bool,
}
