//! The metadata of a run's own connection, read and written.

use serde::{Deserialize, Serialize};

use crate::encoding::json;
use crate::{JsonObject, MetadataWriteKind};

/// The metadata with the version that a compare-and-set names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VersionedMetadata {
    /// The object; `None` where none was ever written.
    #[serde(with = "json")]
    pub value: Option<JsonObject>,
    /// Grows with every write.
    pub version: u64,
}

/// Under which condition a write happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataCommit {
    /// In any case.
    Always,
    /// Only if the version is still this one.
    IfVersion(u64),
}

/// A metadata write: always of the whole object. The engine has checked it against the schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetadataWrite {
    /// The whole new object.
    #[serde(with = "json")]
    pub value: JsonObject,
    /// When to write it.
    pub commit: MetadataCommit,
    /// What the author called: it decides which keys count as written by this function.
    pub kind: MetadataWriteKind,
}

/// Keys that a write dropped although somebody else had written them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedKeys {
    /// The keys.
    pub keys: Vec<String>,
    /// A function's full name, or `user`.
    pub written_by: String,
}

/// What became of a metadata write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataWritten {
    /// It happened.
    Written {
        /// The version after it.
        version: u64,
        /// What it dropped, one entry for each writer.
        dropped: Vec<DroppedKeys>,
        /// Whether it is stored beyond the run.
        persisted: bool,
    },
    /// The version was another one: read, merge and try again.
    Conflict,
}
