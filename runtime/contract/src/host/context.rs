//! Who asks.

use std::sync::Arc;

use crate::{EffectLog, FunctionKey, Instant, RunId};

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
