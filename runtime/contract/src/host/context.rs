//! Who asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Clock, EffectSender, FunctionKey, Instant, RequestId, RunId};

/// Who asks, and how long an answer is waited for: the part of a [`CallContext`] that crosses to another process. Clocks
/// do not agree between processes, so a deadline crosses as what is left until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallOrigin {
    /// The run.
    pub run_id: RunId,
    /// The request that led to it.
    pub request_id: Option<RequestId>,
    /// The function that runs.
    pub function: FunctionKey,
    /// After which the run will be stopped.
    pub time_left: Duration,
}

impl CallOrigin {
    /// The context of the call where it arrives.
    #[must_use]
    pub fn arrived(self, clock: &dyn Clock, effects: EffectSender) -> CallContext {
        let Self { run_id, request_id, function, time_left } = self;
        CallContext { run_id, request_id, function, deadline: clock.monotonic() + time_left, effects }
    }
}

/// What a host gets with every call: who asks, until when, and where effects are told of.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The run.
    pub run_id: RunId,
    /// The request that led to it; `None` where none did.
    pub request_id: Option<RequestId>,
    /// The function that runs.
    pub function: FunctionKey,
    /// When the run will be stopped; waiting beyond it is pointless.
    pub deadline: Instant,
    /// Where the host tells of requests and warnings.
    pub effects: EffectSender,
}

impl CallContext {
    /// What of it crosses to another process.
    #[must_use]
    pub fn origin(&self, clock: &dyn Clock) -> CallOrigin {
        CallOrigin {
            run_id: self.run_id,
            request_id: self.request_id.clone(),
            function: self.function.clone(),
            time_left: self.deadline.saturating_duration_since(clock.monotonic()),
        }
    }
}
