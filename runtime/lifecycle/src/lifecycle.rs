//! The handle on everything that operations need.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, RequestId};
use onevent_engine::Project;
use onevent_store::Store;
use tokio_util::sync::CancellationToken;

use crate::{Hosts, LimitsOf, Policies, Runner};

/// What operations work with.
#[derive(Clone)]
pub struct LifecycleOptions {
    /// Where connections, runs and the journal of operations are.
    pub store: Store,
    /// What runs functions: usually an [`Engine`](onevent_engine::Engine).
    pub runner: Arc<dyn Runner>,
    /// The loaded functions.
    pub project: Arc<Project>,
    /// What stands behind `nango` in a live run.
    pub hosts: Hosts,
    /// The limits of each function.
    pub limits: LimitsOf,
    /// How long an operation waits for another one of the same connection; usually
    /// [`OPERATION_WAIT`](onevent_store::OPERATION_WAIT).
    pub wait: Duration,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Cancelled when operations have to come to their end early: the process was asked to stop. Running functions are
    /// stopped and their runs kept; the operation ends with [`LifecycleError::Interrupted`](crate::LifecycleError).
    pub interruption: CancellationToken,
    /// What the operator decides about operations.
    pub policies: Policies,
    /// The request that operations are done for: their runs, and the events that follow from them, name it.
    pub request_id: Option<RequestId>,
}

/// Creates, reconnects and deletes connections. A handle: cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Lifecycle {
    pub(crate) options: Arc<LifecycleOptions>,
}

impl Lifecycle {
    /// A lifecycle with these parts.
    #[must_use]
    pub fn new(options: LifecycleOptions) -> Self {
        Self { options: Arc::new(options) }
    }

    /// The same lifecycle, for a request.
    #[must_use]
    pub fn for_request(&self, request_id: Option<RequestId>) -> Self {
        Self { options: Arc::new(LifecycleOptions { request_id, ..(*self.options).clone() }) }
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle").field("store", &self.options.store).finish_non_exhaustive()
    }
}
