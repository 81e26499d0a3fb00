//! What a host answers.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Checkpoint, EnvironmentVariable, FetchResponse, MetadataWritten, VersionedMetadata};
use crate::encoding::json;
use crate::{JsonObject, ProxyResponse};

/// The answer to the [`HostCall`](super::HostCall) of the same name, as data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostAnswer {
    /// The provider's answer, whatever its status.
    Proxy(ProxyResponse),
    /// The connection, credentials included.
    Connection(#[serde(with = "json")] Value),
    /// The metadata with its version.
    Metadata(VersionedMetadata),
    /// What became of the write.
    WriteMetadata(MetadataWritten),
    /// The integration.
    Integration(#[serde(with = "json")] JsonObject),
    /// The options; `None` where the template has none: the caller then has to name them all.
    Pagination(#[serde(with = "json")] Option<JsonObject>),
    /// The variables.
    EnvironmentVariables(Vec<EnvironmentVariable>),
    /// The action's output.
    TriggerAction(#[serde(with = "json")] Value),
    /// What the server answered, redirects followed.
    Fetch(FetchResponse),
    /// Whether the run has the lock.
    AcquireLock(bool),
    /// Whether the run had it.
    ReleaseLock(bool),
    /// They are released.
    ReleaseAllLocks(()),
    /// The checkpoint.
    Checkpoint(Checkpoint),
    /// The version after the write. `None`: the stored version was not the expected one, and nothing was written.
    WriteCheckpoint(Option<u64>),
}

impl HostAnswer {
    /// The name of the call that it answers.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proxy(_) => "proxy",
            Self::Connection(_) => "connection",
            Self::Metadata(_) => "metadata",
            Self::WriteMetadata(_) => "write_metadata",
            Self::Integration(_) => "integration",
            Self::Pagination(_) => "pagination",
            Self::EnvironmentVariables(_) => "environment_variables",
            Self::TriggerAction(_) => "trigger_action",
            Self::Fetch(_) => "fetch",
            Self::AcquireLock(_) => "acquire_lock",
            Self::ReleaseLock(_) => "release_lock",
            Self::ReleaseAllLocks(()) => "release_all_locks",
            Self::Checkpoint(_) => "checkpoint",
            Self::WriteCheckpoint(_) => "write_checkpoint",
        }
    }
}

/// The name alone: connections and variables hold secrets.
impl fmt::Debug for HostAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.name()).finish_non_exhaustive()
    }
}
