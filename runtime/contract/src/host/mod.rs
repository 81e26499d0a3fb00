//! What stands behind `nango.*`: live, dry, recorded or remote. The engine knows only this border, and all that crosses
//! it is data: a [`HostCall`] in, a [`HostAnswer`] or a [`HostError`] out.

mod answer;
mod border;
mod call;
mod calls;
mod checkpoint;
mod context;
mod environment;
mod error;
mod fetch;
mod metadata;

pub use self::answer::HostAnswer;
pub use self::border::Host;
pub use self::call::HostCall;
pub use self::calls::HostCalls;
pub use self::checkpoint::Checkpoint;
pub use self::context::{CallContext, CallOrigin};
pub use self::environment::{
    ActionCall, ConnectionQuery, EnvironmentVariable, IntegrationInclude, RefreshTokens, TokenRefresh,
};
pub use self::error::HostError;
pub use self::fetch::{FetchRequest, FetchResponse};
pub use self::metadata::{DroppedKeys, MetadataCommit, MetadataWrite, MetadataWritten, VersionedMetadata};
