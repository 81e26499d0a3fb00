//! What an operation needs from elsewhere, as three seams that a program fills.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{CompletedRun, FunctionKey, Host, Invocation, Limits};
use onevent_engine::{Engine, RunRefused};
use tokio_util::sync::CancellationToken;

/// What runs functions: an [`Engine`], or a script where the order of things is tested without V8.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs a function to its end. Cancelling `stop` stops the run, and its report tells what it did until then;
    /// dropping the future stops it too.
    ///
    /// # Errors
    /// [`RunRefused`] when the run did not start.
    async fn run(
        &self,
        invocation: Invocation,
        host: Arc<dyn Host>,
        stop: CancellationToken,
    ) -> Result<CompletedRun, RunRefused>;
}

#[async_trait]
impl Runner for Engine {
    async fn run(
        &self,
        invocation: Invocation,
        host: Arc<dyn Host>,
        stop: CancellationToken,
    ) -> Result<CompletedRun, RunRefused> {
        self.run_until(invocation, host, stop.cancelled()).await
    }
}

/// Makes the live host of a run: the one that stands behind `nango` for the connection that the invocation
/// names. While its operation runs, a connection under creation is found with
/// [`Visibility::IncludingPending`](onevent_store::Visibility::IncludingPending).
pub type Hosts = Arc<dyn Fn(&Invocation) -> Arc<dyn Host> + Send + Sync>;

/// The limits of each function: the configuration's.
pub type LimitsOf = Arc<dyn Fn(&FunctionKey) -> Limits + Send + Sync>;
