//! How many children may live at once.

use std::sync::Arc;

use onevent_contract::MAX_ACTION_DEPTH;
use tokio::sync::Semaphore;

/// The places of children, for each depth of actions that trigger actions. A run waits only for places of its own depth, and
/// the deepest triggers nothing, so there is always one that can go on.
pub(super) struct Places(Vec<Arc<Semaphore>>);

impl Places {
    pub(super) fn new(of_each_depth: usize) -> Self {
        Self((0..=MAX_ACTION_DEPTH).map(|_| Arc::new(Semaphore::new(of_each_depth))).collect())
    }

    /// Those of runs of this depth.
    pub(super) fn of_depth(&self, depth: u32) -> Arc<Semaphore> {
        let deepest = self.0.len().saturating_sub(1);
        let index = usize::try_from(depth).unwrap_or(deepest).min(deepest);
        // There is one for the depth 0 at least.
        self.0.get(index).cloned().unwrap_or_else(|| Arc::new(Semaphore::new(1)))
    }
}
