//! What the machine has. Only Linux has the CPU clock of another thread.
//!
//! onevent supports Linux on x86-64 and arm64. This module is the one place to extend for another system.
#![expect(unsafe_code, reason = "the C library's clocks have no safe wrapper that reads another thread's")]

use std::time::Duration;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
compile_error!("onevent runs on Linux, x86-64 and arm64: see runtime/engine/src/platform.rs");

/// The CPU clock of one thread, readable from any other one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadCpuClock(libc::clockid_t);

impl ThreadCpuClock {
    /// The clock of the calling thread; `None` if the system refuses to name it.
    pub(crate) fn of_this_thread() -> Option<Self> {
        let mut clock: libc::clockid_t = 0;
        // SAFETY: `pthread_self` is always valid in the calling thread, and `clock` is a live local.
        let failed = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
        (failed == 0).then_some(Self(clock))
    }

    /// CPU time that the thread has used; `None` once it has ended.
    pub(crate) fn read(self) -> Option<Duration> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a live local. A clock id of a thread that ended is refused with EINVAL, not undefined.
        let failed = unsafe { libc::clock_gettime(self.0, &raw mut time) };
        if failed != 0 {
            return None;
        }
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }
}

/// How many threads can compute at once.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_threads_clock_counts_its_work_and_not_ours() {
        let (send, receive) = std::sync::mpsc::channel();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let worker = std::thread::spawn(move || {
            send.send(ThreadCpuClock::of_this_thread()).unwrap();
            stopped.recv().unwrap();
        });
        let clock = receive.recv().unwrap().unwrap();
        let before = clock.read().unwrap();
        let own = ThreadCpuClock::of_this_thread().unwrap();
        let started = own.read().unwrap();
        while own.read().unwrap() - started < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        assert!(clock.read().unwrap() - before < Duration::from_millis(10), "a parked thread uses no CPU");
        stop.send(()).unwrap();
        worker.join().unwrap();
        assert_eq!(clock.read(), None, "the clock of a thread that ended answers nothing");
    }
}
