//! Holding what a child writes against the function's schema: on threads that may take their time, and at the run's cost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onevent_contract::{HostCall, SchemaCheck};
use onevent_engine::process::Checked;
use serde_json::Value;
use tokio::sync::Semaphore;

/// Why a call does not pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotPassed {
    /// The ops of an honest child would not have let it through.
    Forbidden,
    /// The checks of this run have used so much, which is more than it may.
    Costly(Duration),
}

/// The checks of one run, one after the other: however many writes a child has open, they keep one thread busy.
pub(super) struct Checks {
    limit: Duration,
    used: Mutex<Duration>,
    turn: Semaphore,
}

impl Checks {
    /// They may use so much of the CPU.
    pub(super) fn within(limit: Duration) -> Self {
        Self { limit, used: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// What they have used of it.
    pub(super) fn used(&self) -> Duration {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Duration> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the call writes nothing that the schema forbids.
    pub(super) async fn pass(
        &self,
        schema: Option<Arc<dyn SchemaCheck>>,
        call: &HostCall,
    ) -> Result<(), NotPassed> {
        let (Some(schema), HostCall::WriteMetadata(write)) = (schema, call) else { return Ok(()) };
        // It is never closed.
        let _turn = self.turn.acquire().await;
        let value = Value::Object(write.value.clone());
        let checked = tokio::task::spawn_blocking(move || Checked::of(&*schema, &value)).await;
        // A check that panicked has found nothing good.
        let Ok(Checked { conforms: true, cpu }) = checked else { return Err(NotPassed::Forbidden) };
        let mut used = self.lock();
        *used += cpu;
        if *used > self.limit { Err(NotPassed::Costly(*used)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use onevent_contract::{JsonObject, MetadataCommit, MetadataWrite, MetadataWriteKind, Violation};

    use super::*;

    /// Takes its time, and forbids `bad`.
    struct Slow(std::thread::ThreadId);

    impl SchemaCheck for Slow {
        fn violations(&self, value: &Value) -> Vec<Violation> {
            assert_ne!(std::thread::current().id(), self.0, "others wait for this thread");
            let sum = (0..20_000_000_u64).fold(0, |sum: u64, n| std::hint::black_box(sum.wrapping_add(n)));
            let violation =
                || Violation { path: Vec::new(), message: sum.to_string(), code: "bad".to_owned() };
            value.get("bad").map(|_| violation()).into_iter().collect()
        }
    }

    fn write(field: &str) -> HostCall {
        HostCall::WriteMetadata(MetadataWrite {
            value: JsonObject::from_iter([(field.to_owned(), Value::Null)]),
            commit: MetadataCommit::Always,
            kind: MetadataWriteKind::Set,
        })
    }

    fn schema() -> Option<Arc<dyn SchemaCheck>> {
        Some(Arc::new(Slow(std::thread::current().id())))
    }

    #[tokio::test]
    async fn what_the_schema_forbids_does_not_pass() {
        let checks = Checks::within(Duration::from_secs(3600));
        assert_eq!(checks.pass(schema(), &write("good")).await, Ok(()));
        assert!(checks.used() > Duration::ZERO);
        assert_eq!(checks.pass(schema(), &write("bad")).await, Err(NotPassed::Forbidden));
        assert_eq!(checks.pass(None, &write("bad")).await, Ok(()));
        assert_eq!(checks.pass(schema(), &HostCall::Metadata).await, Ok(()));
    }

    #[tokio::test]
    async fn checks_are_paid_for_by_their_run() {
        let once = Checks::within(Duration::from_secs(3600));
        assert_eq!(once.pass(schema(), &write("good")).await, Ok(()));
        let checks = Checks::within(once.used() * 3);
        let mut passed = 0;
        let used = loop {
            match checks.pass(schema(), &write("good")).await {
                Ok(()) => passed += 1,
                Err(not) => break not,
            }
            assert!(passed < 1_000, "it pays for nothing");
        };
        assert_eq!(used, NotPassed::Costly(checks.used()));
        assert!(checks.used() > once.used() * 3);
    }
}
