//! Threads that no stop reaches.
//!
//! V8 looks at a stop where JavaScript loops or calls, and some of its built-in functions do neither for hours. A thread
//! cannot be killed. So whoever waits for its run is let go, the thread counts as lost, and its place among the isolates
//! is taken until it comes back by itself. An engine that has lost too many takes no more work: only a new process helps.

use std::time::Duration;

use tokio::sync::watch;

/// How long after its stop a run may go on before its caller is let go and its thread counts as lost. With the watchdog's
/// own pace a caller is free a quarter of a second after the limit.
pub const STOP_GRACE: Duration = Duration::from_millis(200);

/// So many threads an engine loses by default before it takes no more work. Each may keep a core busy.
pub const DEFAULT_MAX_LOST_THREADS: usize = 8;

/// The threads that are lost now.
pub(crate) struct LostThreads {
    now: watch::Sender<usize>,
    most: usize,
}

impl LostThreads {
    /// None yet.
    pub(crate) fn new(most: usize) -> Self {
        Self { now: watch::Sender::new(0), most: most.max(1) }
    }

    /// One more.
    pub(crate) fn lose(&self) {
        self.now.send_modify(|now| *now += 1);
        let (lost, most) = (self.now(), self.most);
        tracing::warn!(lost, most, "a thread does not end: the code that it executes cannot be stopped");
    }

    /// One has come back.
    pub(crate) fn find(&self) {
        self.now.send_modify(|now| *now = now.saturating_sub(1));
        tracing::info!(lost = self.now(), "a thread that was lost has ended");
    }

    /// How many.
    pub(crate) fn now(&self) -> usize {
        *self.now.borrow()
    }

    /// How many there may be.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Whether there are too many.
    pub(crate) fn are_too_many(&self) -> bool {
        self.now() >= self.most
    }

    /// Waits until there are.
    pub(crate) async fn too_many(&self) {
        // The sender lives as long as this.
        let _ = self.now.subscribe().wait_for(|now| *now >= self.most).await;
    }
}
