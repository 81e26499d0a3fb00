//! The engine as a service of tower's, so that its layers go around runs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use onevent_contract::{Host, Invocation, RunReport};
use tower::Service;

use crate::{Engine, RunRefused};

/// An engine with the host that stands behind its runs, as a [`tower::Service`]: invocation in, report out.
///
/// It is always ready: a run waits inside its call for a place in the engine. Dropping the future stops the run.
#[derive(Clone)]
pub struct EngineService {
    engine: Engine,
    host: Arc<dyn Host>,
}

impl Engine {
    /// This engine as a [`tower::Service`], with `host` behind every run. Needs the cargo feature `tower`.
    #[must_use]
    pub fn service(&self, host: Arc<dyn Host>) -> EngineService {
        EngineService { engine: self.clone(), host }
    }
}

impl Service<Invocation> for EngineService {
    type Response = RunReport;
    type Error = RunRefused;
    type Future = Pin<Box<dyn Future<Output = Result<RunReport, RunRefused>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), RunRefused>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        let Self { engine, host } = self.clone();
        Box::pin(async move { engine.run(invocation, host).await })
    }
}
