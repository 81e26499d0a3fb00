//! The threads that isolates live on. A thread is kept for a while after its job, for the next one; an isolate never is.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The stack of an isolate's thread. V8 takes about 1 MB of it for JavaScript; the rest is for what it calls.
pub(crate) const STACK_BYTES: usize = 4 * 1024 * 1024;

/// How long a thread waits for its next job before it ends.
const KEPT: Duration = Duration::from_secs(10);

/// As many threads are kept at most. What they touched of their stacks stays in memory.
const MOST_KEPT: usize = 32;

type Job = Box<dyn FnOnce() + Send>;

/// A thread that waits.
struct Idle {
    number: u64,
    jobs: Sender<Job>,
}

#[derive(Default)]
struct State {
    idle: Vec<Idle>,
    next: u64,
}

/// Threads for jobs.
#[derive(Clone, Default)]
pub(super) struct Workers(Arc<Mutex<State>>);

impl Workers {
    /// Runs `job` on a thread that waits, or on a new one.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let mut job: Job = Box::new(job);
        // The one that came last: its stack is the most likely to be in a cache.
        while let Some(idle) = { self.lock().idle.pop() } {
            match idle.jobs.send(job) {
                Ok(()) => return Ok(()),
                Err(refused) => job = refused.0,
            }
        }
        let workers = self.clone();
        std::thread::Builder::new().name("onevent-isolate".into()).stack_size(STACK_BYTES).spawn(
            move || {
                let mut job = Some(job);
                while let Some(next) = job {
                    next();
                    job = workers.wait();
                }
            },
        )?;
        Ok(())
    }

    /// The next job of the current thread; `None` when it should end.
    fn wait(&self) -> Option<Job> {
        let (number, jobs) = self.enlist()?;
        match jobs.recv_timeout(KEPT) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                let listed = |state: &mut State| {
                    let place = state.idle.iter().position(|idle| idle.number == number);
                    place.map(|place| state.idle.remove(place))
                };
                let unlisted = listed(&mut self.lock());
                match unlisted {
                    Some(_) => None,
                    // Somebody took this thread just now, and its job is on the way.
                    None => jobs.recv().ok(),
                }
            }
        }
    }

    fn enlist(&self) -> Option<(u64, Receiver<Job>)> {
        let mut state = self.lock();
        if state.idle.len() >= MOST_KEPT {
            return None;
        }
        let (jobs, received) = channel();
        let number = state.next;
        state.next += 1;
        state.idle.push(Idle { number, jobs });
        Some((number, received))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread::{ThreadId, current};

    use super::*;

    fn thread_of(workers: &Workers) -> ThreadId {
        let (send, receive) = channel();
        workers.run(move || send.send(current().id()).unwrap()).unwrap();
        receive.recv().unwrap()
    }

    fn wait_for_idle(workers: &Workers, count: usize) {
        while workers.lock().idle.len() < count {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_thread_takes_the_next_job_and_another_one_is_made_while_it_works() {
        let workers = Workers::default();
        let first = thread_of(&workers);
        wait_for_idle(&workers, 1);
        assert_eq!(thread_of(&workers), first);
        wait_for_idle(&workers, 1);
        let (go, wait) = channel::<()>();
        workers.run(move || wait.recv().unwrap()).unwrap();
        assert_ne!(thread_of(&workers), first);
        go.send(()).unwrap();
        wait_for_idle(&workers, 2);
    }

    #[test]
    fn a_job_that_panics_takes_only_its_own_thread_along() {
        let workers = Workers::default();
        let first = thread_of(&workers);
        wait_for_idle(&workers, 1);
        workers.run(|| panic!("on purpose")).unwrap();
        assert_ne!(thread_of(&workers), first);
    }
}
