//! The border itself: one call in, one answer out.

use async_trait::async_trait;

use super::answer::HostAnswer;
use super::call::HostCall;
use super::context::CallContext;
use super::error::HostError;

/// What stands behind `nango.*` in a run. Object-safe; a host serves many runs at once.
///
/// Whoever asks uses [`HostCalls`](super::HostCalls), which gives each call its own answer.
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
