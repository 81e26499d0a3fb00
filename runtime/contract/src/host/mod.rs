//! What stands behind `nango.*`: live, dry, recorded or remote. The engine knows only this border, and all that crosses
//! it is data: a [`HostCall`] in, a [`HostAnswer`] or a [`HostError`] out.

mod answer;
mod call;
mod calls;
mod checkpoint;
mod context;
mod environment;
mod error;
mod fetch;
mod metadata;

pub use self::answer::HostAnswer;
pub use self::call::HostCall;
pub use self::calls::HostCalls;
pub use self::checkpoint::Checkpoint;
pub use self::context::{CallContext, CallOrigin};
pub use self::environment::{ActionCall, ConnectionQuery, EnvironmentVariable, IntegrationInclude};
pub use self::error::HostError;
pub use self::fetch::{FetchRequest, FetchResponse};
pub use self::metadata::{DroppedKeys, MetadataCommit, MetadataWrite, MetadataWritten, VersionedMetadata};

use async_trait::async_trait;

/// What stands behind `nango.*` in a run. Object-safe; a host serves many runs at once.
///
/// Whoever asks uses [`HostCalls`], which gives each call its own answer.
#[async_trait]
pub trait Host: Send + Sync {
    /// Does what a function asked for, and answers with the [`HostAnswer`] of the same name.
    ///
    /// A host says for every call what it does with it: there is no `_` in its `match`, so that a call which is added
    /// later is not lost in one. A call that it does not have is [`HostCall::unsupported`].
    ///
    /// # Errors
    /// [`HostError`].
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError>;
}
