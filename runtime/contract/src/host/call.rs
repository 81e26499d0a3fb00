//! Everything that a function can ask of what stands behind `nango`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ActionCall, ConnectionQuery, FetchRequest, HostError, IntegrationInclude, MetadataWrite};
use crate::encoding::json;
use crate::{IntegrationId, JsonObject, ProxyRequest};

/// One call of a host, as data: it can be sent to another process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostCall {
    /// `nango.get`, `post`, `put`, `patch`, `delete` and `proxy`. Every attempt is among the run's effects. A status
    /// outside 2xx is an answer and no error: the SDK throws it.
    Proxy(Box<ProxyRequest>),
    /// `nango.getConnection` and `nango.getToken`: the connection as the JSON that the function sees, credentials
    /// included.
    Connection(ConnectionQuery),
    /// `nango.getMetadata`: the run's own connection's metadata, with its version.
    Metadata,
    /// `nango.setMetadata` and `nango.updateMetadata`.
    WriteMetadata(MetadataWrite),
    /// `nango.getIntegration` and `nango.getWebhookURL`: the inner `data` object of Nango's API.
    Integration(Vec<IntegrationInclude>),
    /// The pagination options in the template of a provider, for `nango.paginate`: that of an integration, or of the
    /// run's own.
    Pagination(Option<IntegrationId>),
    /// `nango.getEnvironmentVariables`.
    EnvironmentVariables,
    /// `nango.triggerAction`: runs an action to its end and gives its output.
    TriggerAction(ActionCall),
    /// `nango.uncontrolledFetch` and `fetch`: a request without credentials, under the egress policy. Every hop is
    /// among the run's effects.
    Fetch(FetchRequest),
    /// `nango.tryAcquireLock`: true when the lock is free, expired, or this run's already (then its time starts anew).
    AcquireLock {
        /// The lock's name.
        key: String,
        /// After which it ends by itself.
        time_to_live: Duration,
    },
    /// `nango.releaseLock`: true only if this run held it.
    ReleaseLock {
        /// The lock's name.
        key: String,
    },
    /// `nango.releaseAllLocks`; the engine calls it as well, when a run that took a lock has ended.
    ReleaseAllLocks,
    /// `nango.getCheckpoint`: the checkpoint of this function and connection.
    Checkpoint,
    /// `nango.saveCheckpoint` and `nango.clearCheckpoint` (without a value).
    WriteCheckpoint {
        /// What to remember.
        #[serde(with = "json")]
        value: Option<JsonObject>,
        /// Nothing is written where the stored version is another one.
        expected_version: u64,
    },
}

impl HostCall {
    /// The member of `nango` that leads to this call, as authors write it; of several, the first.
    #[must_use]
    pub fn member(&self) -> &'static str {
        match self {
            Self::Proxy(_) => "proxy",
            Self::Connection(_) => "getConnection",
            Self::Metadata => "getMetadata",
            Self::WriteMetadata(_) => "setMetadata",
            Self::Integration(_) => "getIntegration",
            Self::Pagination(_) => "paginate",
            Self::EnvironmentVariables => "getEnvironmentVariables",
            Self::TriggerAction(_) => "triggerAction",
            Self::Fetch(_) => "uncontrolledFetch",
            Self::AcquireLock { .. } => "tryAcquireLock",
            Self::ReleaseLock { .. } => "releaseLock",
            Self::ReleaseAllLocks => "releaseAllLocks",
            Self::Checkpoint => "getCheckpoint",
            Self::WriteCheckpoint { .. } => "saveCheckpoint",
        }
    }

    /// The answer of a host that does not have this.
    #[must_use]
    pub fn unsupported(&self) -> HostError {
        HostError::Unsupported { member: self.member().into() }
    }
}
