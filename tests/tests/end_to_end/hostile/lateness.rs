//! How late this machine is: a limit's margin is for onevent, and not for who else wants the processors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

const BEAT: Duration = Duration::from_millis(5);

/// A thread that wants to be woken again and again. It ends when this is dropped.
pub(super) struct Lateness {
    most: Arc<AtomicU32>,
    ended: Arc<AtomicBool>,
}

impl Lateness {
    pub(super) fn watch() -> Self {
        let (most, ended) = (Arc::<AtomicU32>::default(), Arc::<AtomicBool>::default());
        let (late, over) = (Arc::clone(&most), Arc::clone(&ended));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                std::thread::sleep(BEAT);
                let passed = began.elapsed().saturating_sub(BEAT).as_millis();
                late.fetch_max(u32::try_from(passed).unwrap_or(u32::MAX), Ordering::Relaxed);
            }
        });
        Self { most, ended }
    }

    /// How late it was woken at most since it was asked last, in milliseconds.
    pub(super) fn take(&self) -> f64 {
        f64::from(self.most.swap(0, Ordering::Relaxed))
    }
}

impl Drop for Lateness {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
