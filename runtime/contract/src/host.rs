//! What stands behind `nango.*`: live, dry, recorded or remote. The engine knows only this trait.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::{
    Connection, ConnectionId, EffectLog, FunctionKey, FunctionName, Instant, IntegrationId, JsonObject,
    MetadataWriteKind, ProxyRequest, ProxyResponse, RunId,
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

/// A call of an action, by `nango.triggerAction`.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionCall {
    /// The integration whose action it is.
    pub provider_config_key: IntegrationId,
    /// The connection it runs for.
    pub connection_id: ConnectionId,
    /// The action's name.
    pub name: FunctionName,
    /// What it is called with; `null` for nothing.
    pub input: Value,
}

/// A request without credentials, by `nango.uncontrolledFetch` or `fetch`.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// Where to.
    pub url: String,
    /// The method.
    pub method: Method,
    /// Headers, in order; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Bytes,
}

/// The answer to a [`FetchRequest`], redirects followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchResponse {
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub status_text: String,
    /// Headers in lower case, in order; a name may occur more than once (`set-cookie`).
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Bytes,
    /// The URL that answered.
    pub url: String,
    /// Whether another URL than the asked one answered.
    pub redirected: bool,
}

/// One of the environment's variables, as `nango.getEnvironmentVariables` lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Which more of an integration is wanted (Nango's `include`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntegrationInclude {
    /// The URL for the provider's webhooks.
    Webhook,
    /// Client id, client secret and scopes.
    Credentials,
}

/// A stored checkpoint: flat, with the version that a write names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkpoint {
    /// Texts, numbers and booleans; `None` where there is none, or it was cleared.
    pub value: Option<JsonObject>,
    /// Grows with every write; 0 where there never was one.
    pub version: u64,
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

    /// The same as the JSON that the function sees, credentials included. A host that has a connection only as JSON,
    /// with fields or credentials that [`Connection`] does not know, answers here.
    async fn connection_json(&self, call: &CallContext, query: ConnectionQuery) -> Result<Value, HostError> {
        let connection = self.connection(call, query).await?;
        // From here on the function holds these, so its logs and errors may carry them.
        call.effects.hide(connection.credentials.secrets());
        Ok(connection.reveal())
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

    /// `nango.getIntegration` and `nango.getWebhookURL`: the inner `data` object of Nango's API.
    async fn integration(
        &self,
        call: &CallContext,
        include: Vec<IntegrationInclude>,
    ) -> Result<JsonObject, HostError> {
        let _ = (call, include);
        Err(HostError::Unsupported { member: "getIntegration" })
    }

    /// The pagination options in the template of a provider, for `nango.paginate`: that of an integration, or of the
    /// run's own. `None` where the template has none, and by default: the caller then has to name them all.
    async fn pagination(
        &self,
        call: &CallContext,
        integration: Option<IntegrationId>,
    ) -> Result<Option<JsonObject>, HostError> {
        let _ = (call, integration);
        Ok(None)
    }

    /// `nango.getEnvironmentVariables`.
    async fn environment_variables(&self, call: &CallContext) -> Result<Vec<EnvironmentVariable>, HostError> {
        let _ = call;
        Err(HostError::Unsupported { member: "getEnvironmentVariables" })
    }

    /// `nango.triggerAction`: runs an action to its end and gives its output.
    async fn trigger_action(&self, call: &CallContext, action: ActionCall) -> Result<Value, HostError> {
        let _ = (call, action);
        Err(HostError::Unsupported { member: "triggerAction" })
    }

    /// `nango.uncontrolledFetch` and `fetch`: a request without credentials, under the egress policy. Every hop is
    /// recorded in `call.effects`.
    async fn fetch(&self, call: &CallContext, request: FetchRequest) -> Result<FetchResponse, HostError> {
        let _ = (call, request);
        Err(HostError::Unsupported { member: "uncontrolledFetch" })
    }

    /// `nango.tryAcquireLock`: true when the lock is free, expired, or this run's already (then its time starts anew).
    async fn acquire_lock(
        &self,
        call: &CallContext,
        key: String,
        time_to_live: Duration,
    ) -> Result<bool, HostError> {
        let _ = (call, key, time_to_live);
        Err(HostError::Unsupported { member: "tryAcquireLock" })
    }

    /// `nango.releaseLock`: true only if this run held it.
    async fn release_lock(&self, call: &CallContext, key: String) -> Result<bool, HostError> {
        let _ = (call, key);
        Err(HostError::Unsupported { member: "releaseLock" })
    }

    /// `nango.releaseAllLocks`; the engine calls it as well, when a run that took a lock has ended.
    async fn release_all_locks(&self, call: &CallContext) -> Result<(), HostError> {
        let _ = call;
        Err(HostError::Unsupported { member: "releaseAllLocks" })
    }

    /// `nango.getCheckpoint`: the checkpoint of this function and connection.
    async fn checkpoint(&self, call: &CallContext) -> Result<Checkpoint, HostError> {
        let _ = call;
        Err(HostError::Unsupported { member: "getCheckpoint" })
    }

    /// `nango.saveCheckpoint` and `nango.clearCheckpoint` (with `None`). `None` as the answer: the stored version
    /// was not `expected_version`, and nothing was written.
    async fn write_checkpoint(
        &self,
        call: &CallContext,
        value: Option<JsonObject>,
        expected_version: u64,
    ) -> Result<Option<u64>, HostError> {
        let _ = (call, value, expected_version);
        Err(HostError::Unsupported { member: "saveCheckpoint" })
    }
}
