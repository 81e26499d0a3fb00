//! What happens because time passes: the watchdog's thread looks after it.

use std::sync::OnceLock;
use std::thread::Thread;

use onevent_contract::Instant;

/// Something that has to be looked at from time to time.
pub(crate) trait Patrol: Send + Sync {
    /// Does what is due, and tells when to look again; `None`: not before it calls.
    fn look(&self, now: Instant) -> Option<Instant>;

    /// Is told how to call.
    fn attach(&self, call: PatrolCall);
}

/// Calls the watchdog's thread: there is something to look at.
pub(crate) struct PatrolCall(pub(crate) Thread);

/// The same, as soon as there is one.
#[derive(Default)]
pub(super) struct Caller(OnceLock<PatrolCall>);

impl Caller {
    pub(super) fn attach(&self, call: PatrolCall) {
        let _ = self.0.set(call);
    }

    pub(super) fn call(&self) {
        if let Some(PatrolCall(thread)) = self.0.get() {
            thread.unpark();
        }
    }
}
