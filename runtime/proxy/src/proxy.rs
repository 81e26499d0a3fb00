//! What makes authenticated calls.

use std::sync::Arc;

use onevent_contract::{CallContext, Clock, HostError, ProxyRequest, ProxyResponse};
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::call::{Call, Whole};
use crate::options::{Inner, ProxyOptions};
use crate::transport::Transport;
use crate::{Target, TargetSource};

/// Why a proxy cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// It was made outside of a tokio runtime.
    #[error("a proxy must be made inside a tokio runtime: its connections live there")]
    NoRuntime,
}

/// Makes authenticated calls. Cheap to clone; clones share their connections.
///
/// Calls run on the tokio runtime in which the proxy was made, not on the caller's: an open connection is served by
/// the runtime that opened it, and a run whose JavaScript keeps its thread busy must not hold up other runs' calls.
#[derive(Clone)]
pub struct Proxy {
    pub(crate) inner: Arc<Inner>,
}

impl Proxy {
    /// A proxy whose calls run on the current tokio runtime.
    ///
    /// # Errors
    /// [`ProxyError::NoRuntime`] outside of a runtime.
    pub fn new(options: ProxyOptions) -> Result<Self, ProxyError> {
        let runtime = Handle::try_current().map_err(|_| ProxyError::NoRuntime)?;
        let transport = Transport::new(Arc::clone(&options.lookup));
        Ok(Self { inner: Arc::new(Inner { options, transport, runtime }) })
    }

    /// Makes a call to a target that stays as it is; see [`Proxy::send_to`].
    ///
    /// # Errors
    /// As [`Proxy::send_to`].
    pub async fn send(
        &self,
        call: &CallContext,
        target: &Target,
        request: ProxyRequest,
    ) -> Result<ProxyResponse, HostError> {
        self.send_to(call, Arc::new(target.clone()), request).await
    }

    /// Makes a call: builds it, sends it, follows redirects, and tries again as often as the request allows. The
    /// source is asked before every attempt. Every request that leaves is recorded in `call.effects`, also those that
    /// a redirect leads to. Dropping the future ends the call.
    ///
    /// A wait between two attempts that would end after `call.deadline` is not begun: the last answer is returned.
    ///
    /// # Errors
    /// [`HostError::Configuration`] when the call cannot be built or may not go where it wants to,
    /// [`HostError::Network`] when no answer came, and [`HostError::BrokenBody`] when its body did not arrive as a
    /// whole. An answer outside 2xx is no error here.
    pub async fn send_to(
        &self,
        call: &CallContext,
        source: Arc<dyn TargetSource>,
        request: ProxyRequest,
    ) -> Result<ProxyResponse, HostError> {
        let running = Call {
            inner: Arc::clone(&self.inner),
            effects: call.effects.clone(),
            deadline: call.deadline,
            source,
            request,
            manner: Whole(call.effects.budget().clone()),
        };
        self.on_runtime(async { running.run().await?.finish() }).await
    }

    /// The time that its calls are made at.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.options.clock
    }

    /// Does work where the connections live. Dropping the future ends it.
    pub(crate) async fn on_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, HostError>> + Send + 'static,
    ) -> Result<T, HostError> {
        // A stopped run takes its calls with it.
        AbortOnDropHandle::new(self.inner.runtime.spawn(work)).await.unwrap_or_else(|error| {
            Err(HostError::Internal { message: format!("the runtime of the HTTP client has ended: {error}") })
        })
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy").field("egress", &self.inner.options.egress).finish_non_exhaustive()
    }
}
