//! How many calls of one run may be open: outside V8's heap its limit does not count.

use std::cell::Cell;

use onevent_contract::{HostError, limit_met};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::wire::refused;

/// So many calls of one run are with the host at once; more wait their turn. Each may bring back a whole body.
pub const MAX_CONCURRENT_CALLS: usize = 16;
/// So many calls of one run may be open, waiting ones included.
pub const MAX_OPEN_CALLS: usize = 1_000;

/// Counts the open calls of a run. What they carry is the root run's to count.
pub(crate) struct CallBudget {
    calls: Cell<usize>,
    running: Semaphore,
}

impl Default for CallBudget {
    fn default() -> Self {
        Self { calls: Cell::new(0), running: Semaphore::new(MAX_CONCURRENT_CALLS) }
    }
}

impl CallBudget {
    /// Opens a call.
    pub(crate) fn open(&self) -> Result<Taken<'_>, HostError> {
        take(&self.calls, 1, MAX_OPEN_CALLS).ok_or_else(|| {
            refused(
                "too_many_calls",
                format!(
                    "too many calls of nango are open: await them ({})",
                    limit_met("open_calls", MAX_OPEN_CALLS, MAX_OPEN_CALLS + 1)
                ),
            )
        })
    }

    /// Waits for a turn with the host.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed; without a permit the call would only lose its turn.
        self.running.acquire().await.ok()
    }
}

/// A part of a budget, given back when dropped.
pub(crate) struct Taken<'a> {
    from: &'a Cell<usize>,
    amount: usize,
}

fn take(from: &Cell<usize>, amount: usize, limit: usize) -> Option<Taken<'_>> {
    let total = from.get().checked_add(amount).filter(|total| *total <= limit)?;
    from.set(total);
    Some(Taken { from, amount })
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.from.set(self.from.get() - self.amount);
    }
}
