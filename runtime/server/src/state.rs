//! What every route works with.

use std::sync::Arc;

use onevent_app::Service;

use crate::ServerOptions;
use crate::rate_limit::RateLimit;

/// What every route works with. A handle: cheap to clone.
#[derive(Clone)]
pub(crate) struct ServerState(Arc<Inner>);

struct Inner {
    service: Arc<Service>,
    options: ServerOptions,
    rate_limit: Option<RateLimit>,
}

impl ServerState {
    pub(crate) fn new(service: Arc<Service>, options: ServerOptions) -> Self {
        let rate_limit = options.rate_limit.map(RateLimit::new);
        Self(Arc::new(Inner { service, options, rate_limit }))
    }

    pub(crate) fn service(&self) -> &Service {
        &self.0.service
    }

    /// The largest body that is read as a whole, in bytes.
    pub(crate) fn body_limit(&self) -> usize {
        self.0.options.body_limit
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.options.draining.is_cancelled()
    }

    pub(crate) fn rate_limit(&self) -> Option<&RateLimit> {
        self.0.rate_limit.as_ref()
    }
}
