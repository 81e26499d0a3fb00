//! What stands behind `nango.*`: live, dry, recorded or remote. The engine knows only this trait.

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use crate::{
    Connection, ConnectionId, EffectLog, FunctionKey, Instant, IntegrationId, JsonObject, MetadataWriteKind,
    ProxyRequest, ProxyResponse, RunId,
};

/// What a host gets with every call: who asks, until when, and where effects are recorded.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The run.
    pub run_id: RunId,
    /// The function that runs.
    pub function: FunctionKey,
    /// When the run will be stopped; waiting beyond it is pointless.
    pub deadline: Instant,
    /// Where the host records HTTP attempts and warnings.
    pub effects: Arc<EffectLog>,
}

/// Which connection is asked for; `None` means the run's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionQuery {
    /// The integration.
    pub provider_config_key: Option<IntegrationId>,
    /// The connection.
    pub connection_id: Option<ConnectionId>,
}

/// The metadata with the version that a compare-and-set names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VersionedMetadata {
    /// The object; `None` where none was ever written.
    pub value: Option<JsonObject>,
    /// Grows with every write.
    pub version: u64,
}

/// Under which condition a write happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataCommit {
    /// In any case.
    Always,
    /// Only if the version is still this one.
    IfVersion(u64),
}

/// A metadata write: always of the whole object. The engine has checked it against the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataWrite {
    /// The whole new object.
    pub value: JsonObject,
    /// When to write it.
    pub commit: MetadataCommit,
    /// What the author called: it decides which keys count as written by this function.
    pub kind: MetadataWriteKind,
}

/// Keys that a write dropped although somebody else had written them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedKeys {
    /// The keys.
    pub keys: Vec<String>,
    /// A function's full name, or `user`.
    pub written_by: String,
}

/// What became of a metadata write.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Why a host could not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum HostError {
    /// This host does not have this member.
    #[error("nango.{member} is not supported here")]
    Unsupported {
        /// The member's name, as authors write it.
        member: &'static str,
    },
    /// No answer came. The function sees an axios error without `response`.
    #[error("{message}")]
    Network {
        /// The system's code: `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, `ECONNRESET`, …
        code: String,
        /// In words, without secrets.
        message: String,
    },
    /// The call could not be built or is not allowed. The function sees an `Error` with this `code`.
    #[error("{message}")]
    Configuration {
        /// Nango's code: `missing_api_url`, `unsupported_auth`, `denied_ip`, …
        code: String,
        /// In words, without secrets.
        message: String,
    },
    /// Nango's own API would have answered with an error. The function sees an axios error with `response`.
    #[error("{message}")]
    Api {
        /// The status: 404, 424, …
        status: u16,
        /// The `code` of the error body.
        code: String,
        /// In words.
        message: String,
    },
    /// Nango's own API would have answered with this body. The function sees an axios error with `response`.
    #[error("Request failed with status code {status}")]
    Answer {
        /// The status.
        status: u16,
        /// The body.
        body: serde_json::Value,
    },
    /// onevent's own fault. The run ends at once with outcome `unknown`.
    #[error("{message}")]
    Internal {
        /// In words, for operators.
        message: String,
    },
}

/// What stands behind `nango.*` in a run. Object-safe; a host serves many runs at once.
///
/// Members that a host does not have answer [`HostError::Unsupported`] by default.
#[async_trait]
pub trait Host: Send + Sync {
    /// `nango.get`, `post`, `put`, `patch`, `delete` and `proxy`. Every attempt is recorded in
    /// `call.effects`. A status outside 2xx is an `Ok` answer: the SDK throws it.
    async fn proxy(&self, call: &CallContext, request: ProxyRequest) -> Result<ProxyResponse, HostError> {
        let _ = (call, request);
        Err(HostError::Unsupported { member: "proxy" })
    }

    /// `nango.getConnection` and `nango.getToken`: the connection with its credentials.
    async fn connection(&self, call: &CallContext, query: ConnectionQuery) -> Result<Connection, HostError> {
        let _ = (call, query);
        Err(HostError::Unsupported { member: "getConnection" })
    }

    /// `nango.getMetadata`: the run's own connection's metadata, with its version.
    async fn metadata(&self, call: &CallContext) -> Result<VersionedMetadata, HostError> {
        let _ = call;
        Err(HostError::Unsupported { member: "getMetadata" })
    }

    /// `nango.setMetadata` and `nango.updateMetadata`.
    async fn write_metadata(
        &self,
        call: &CallContext,
        write: MetadataWrite,
    ) -> Result<MetadataWritten, HostError> {
        let _ = (call, write);
        Err(HostError::Unsupported { member: "setMetadata" })
    }
}
