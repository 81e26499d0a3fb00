//! One thread that watches the limits of every run: the wall clock, and the CPU clock of each isolate's thread.
//!
//! It sleeps until the earliest moment at which a run could reach a limit. A thread's CPU clock runs no faster than the
//! wall clock, so a run that has two seconds of CPU left need not be looked at for two seconds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::Duration;

use onevent_contract::{Clock, Instant};

use super::lost::{LostThreads, STOP_GRACE};
use super::stop::{StopReason, StopSignal};
use crate::admission::{Patrol, PatrolCall, Waited};
use crate::platform::ThreadCpuClock;

/// How long the thread sleeps at least, and how often it presses a stop that has not taken effect. A run is stopped at
/// most about this long after its limit, on a machine with a core to spare.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// How often it presses the stop of a thread that is lost: it has nothing else to hope for.
const LOST_TICK: Duration = Duration::from_millis(100);

/// Reads the CPU time of a run; `None` once its thread has ended.
pub(crate) type CpuTime = Box<dyn Fn() -> Option<Duration> + Send + Sync>;

/// That of a thread which works for nobody else. `before`: what it had used when the run began.
pub(super) fn thread_time(clock: ThreadCpuClock, before: Duration) -> CpuTime {
    Box::new(move || Some(clock.read()?.saturating_sub(before)))
}

/// The limits of one run, as the watchdog sees them.
pub(crate) struct Watched {
    pub(crate) stop: Arc<StopSignal>,
    /// Without what the run waits for permits to compute.
    pub(crate) deadline: Instant,
    /// What its thread has waited for them, and had when the run began.
    pub(crate) waited: Arc<Waited>,
    pub(crate) waited_before: Duration,
    pub(crate) cpu: CpuTime,
    pub(crate) cpu_limit: Duration,
    /// Asked when the run does not stop: who hangs there.
    pub(crate) hanging: Box<dyn Fn() -> Hanging + Send + Sync>,
}

/// Whose fault it is that a run does not stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hanging {
    /// Its own: the thread executes its code, and is lost.
    Itself,
    /// Another run's that has the same thread: this one is over, and the thread may come back to it.
    Another,
}

impl Watched {
    /// Stops the run if it has reached a limit, and tells when to look again.
    fn check(&self, now: Instant) -> Instant {
        if self.stop.reason().is_some() {
            // Still registered, so still running: the last request may have found nothing to interrupt.
            self.stop.press();
            return now + if self.stop.is_lost() { LOST_TICK } else { TICK };
        }
        let deadline = self.deadline + self.waited.until(now).saturating_sub(self.waited_before);
        if now >= deadline {
            self.stop.request(StopReason::Wall);
            return now + TICK;
        }
        // The clock of a thread that has ended answers nothing, and uses nothing.
        let Some(used) = (self.cpu)() else { return deadline };
        match self.cpu_limit.checked_sub(used) {
            Some(left) => deadline.min(now.checked_add(left.max(TICK)).unwrap_or(deadline)),
            None => {
                self.stop.request(StopReason::Cpu { used });
                now + TICK
            }
        }
    }
}

/// A run, and when it has to be looked at again.
struct Registration {
    number: u64,
    watched: Watched,
    due: Instant,
    /// Since when it should have stopped, and what its thread had waited until then.
    stopping: Option<(Instant, Duration)>,
    /// Whether its thread counts as lost.
    lost: bool,
}

impl Registration {
    /// Looks at the run, and tells whether its thread is lost from now on.
    fn look(&mut self, now: Instant) -> bool {
        self.due = self.watched.check(now);
        let stop = &self.watched.stop;
        if stop.reason().is_none() || stop.is_obeyed() || stop.is_lost() {
            return false;
        }
        // A thread that waits for a permit to compute cannot obey before it has one.
        let waited = self.watched.waited.until(now);
        let (since, waited_before) = *self.stopping.get_or_insert((now, waited));
        let passed =
            now.saturating_duration_since(since).saturating_sub(waited.saturating_sub(waited_before));
        if passed < STOP_GRACE {
            return false;
        }
        self.lost = (self.watched.hanging)() == Hanging::Itself;
        stop.lose((self.watched.cpu)().unwrap_or_default());
        self.lost
    }
}

#[derive(Default)]
struct State {
    registrations: Vec<Registration>,
    next: u64,
    closed: bool,
    /// When the thread looks again by itself, at the latest; `None` where it has nothing to look at.
    looks_at: Option<Instant>,
}

impl State {
    /// Takes a run in, and tells its number, and whether the thread would look at it too late by itself. Most runs can reach
    /// no limit before it does, and need not wake it.
    fn register(&mut self, watched: Watched, due: Instant) -> (u64, bool) {
        let number = self.next;
        self.next += 1;
        let is_early = self.looks_at.is_none_or(|looks_at| due < looks_at);
        self.registrations.push(Registration { number, watched, due, stopping: None, lost: false });
        (number, is_early)
    }

    /// Looks at every run that is due, or was stopped by somebody else, and tells for how long nothing else is.
    fn check(&mut self, now: Instant, lost: &LostThreads) -> Option<Duration> {
        for registration in &mut self.registrations {
            let stopped = registration.watched.stop.reason().is_some() && registration.stopping.is_none();
            if (registration.due <= now || stopped) && registration.look(now) {
                lost.lose();
            }
        }
        let earliest = self.registrations.iter().map(|registration| registration.due).min();
        let pause = earliest.map(|earliest| earliest.saturating_duration_since(now).max(TICK));
        // The patrols may make it sooner.
        self.looks_at = pause.map(|pause| now + pause);
        pause
    }
}

struct Shared {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    patrols: Vec<Arc<dyn Patrol>>,
    lost: Arc<LostThreads>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one step, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        loop {
            let now = self.clock.monotonic();
            let mut state = self.lock();
            if state.closed {
                return;
            }
            let pause = state.check(now, &self.lost);
            drop(state);
            let due = self.patrols.iter().filter_map(|patrol| patrol.look(now));
            let due = due.map(|due| due.saturating_duration_since(now).max(TICK)).min();
            let pause = pause.into_iter().chain(due).min();
            // Whoever changes something unparks the thread, also when that happens before it is parked.
            match pause {
                Some(pause) => std::thread::park_timeout(pause),
                None => std::thread::park(),
            }
        }
    }
}

/// The watchdog. Its thread ends when it is dropped.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Thread,
}

impl Watchdog {
    /// Starts the thread. It looks after the patrols, too.
    pub(crate) fn start(
        clock: Arc<dyn Clock>,
        patrols: Vec<Arc<dyn Patrol>>,
        lost: Arc<LostThreads>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), clock, patrols, lost });
        let watching = shared.clone();
        let thread =
            std::thread::Builder::new().name("onevent-watchdog".into()).spawn(move || watching.watch())?;
        let thread = thread.thread().clone();
        shared.patrols.iter().for_each(|patrol| patrol.attach(PatrolCall(thread.clone())));
        Ok(Self { shared, thread })
    }

    /// Watches a run until the returned guard is dropped.
    pub(crate) fn watch(&self, watched: Watched) -> WatchGuard {
        // A stop that somebody else asks for is pressed until it takes effect.
        watched.stop.wake_on_request(self.thread.clone());
        // A run that is over already is stopped at once: the thread would come too late for one so short.
        let due = watched.check(self.shared.clock.monotonic());
        let (number, is_early) = self.shared.lock().register(watched, due);
        if is_early {
            self.thread.unpark();
        }
        WatchGuard { shared: self.shared.clone(), number }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.thread.unpark();
    }
}

/// Ends the watch over one run.
pub(crate) struct WatchGuard {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for WatchGuard {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        let place = state.registrations.iter().position(|registration| registration.number == self.number);
        let ended = place.map(|place| state.registrations.swap_remove(place));
        drop(state);
        if ended.is_some_and(|registration| registration.lost) {
            self.shared.lost.find();
        }
    }
}

#[cfg(test)]
mod tests {
    use onevent_contract::SystemClock;

    use super::*;

    fn watched(wall: Duration, cpu: Duration) -> Watched {
        Watched {
            stop: Arc::default(),
            waited: Arc::default(),
            waited_before: Duration::ZERO,
            deadline: SystemClock.monotonic() + wall,
            cpu: thread_time(ThreadCpuClock::of_this_thread().unwrap(), Duration::ZERO),
            cpu_limit: cpu,
            hanging: Box::new(|| Hanging::Itself),
        }
    }

    fn state(watched: Vec<Watched>, due: Instant) -> State {
        let registrations = watched
            .into_iter()
            .map(|watched| Registration { number: 0, watched, due, stopping: None, lost: false })
            .collect();
        State { registrations, ..State::default() }
    }

    const LONG: Duration = Duration::from_secs(1_000);

    #[test]
    fn it_sleeps_until_the_first_limit_that_can_be_reached() {
        let now = SystemClock.monotonic();
        assert_eq!(State::default().check(now, &LostThreads::new(1)), None, "nothing runs");
        let both = vec![watched(LONG, LONG * 3), watched(LONG * 2, LONG * 3)];
        let pause = state(both, now).check(now, &LostThreads::new(1)).unwrap();
        assert!(pause > LONG * 9 / 10 && pause < LONG * 11 / 10, "{pause:?}");
        // This thread has used less than a minute of CPU.
        let pause = state(vec![watched(LONG * 3, LONG)], now).check(now, &LostThreads::new(1)).unwrap();
        assert!(pause > LONG * 9 / 10 && pause <= LONG, "{pause:?}");
    }

    #[test]
    fn a_run_wakes_the_thread_only_where_that_would_come_too_late() {
        let now = SystemClock.monotonic();
        let mut state = State::default();
        let due = |watched: &Watched| watched.check(now);
        let (first, later, sooner) =
            (watched(LONG, LONG), watched(LONG * 2, LONG * 2), watched(LONG / 2, LONG));
        let dues = [&first, &later, &sooner].map(due);
        assert_eq!(state.register(first, dues[0]), (0, true), "it sleeps without an end");
        state.check(now, &LostThreads::new(1));
        assert_eq!(state.register(later, dues[1]), (1, false));
        assert_eq!(state.register(sooner, dues[2]), (2, true));
        assert!(state.check(now, &LostThreads::new(1)).unwrap() < LONG * 2 / 3);
    }

    #[test]
    fn a_stop_is_pressed_again_until_the_run_is_gone() {
        let now = SystemClock.monotonic();
        let mut state = state(vec![watched(LONG, LONG)], now);
        assert!(state.check(now, &LostThreads::new(1)).unwrap() > TICK);
        state.registrations[0].watched.stop.request(StopReason::Cancelled);
        assert_eq!(state.check(now, &LostThreads::new(1)), Some(TICK));
        assert_eq!(state.check(now + TICK, &LostThreads::new(1)), Some(TICK));
    }

    #[test]
    fn a_run_that_does_not_stop_is_lost_after_the_grace_and_one_that_obeys_never() {
        // Their deadlines are over by then.
        let now = SystemClock.monotonic() + TICK;
        let lost = LostThreads::new(1);
        let mut state = state(vec![watched(Duration::ZERO, LONG), watched(Duration::ZERO, LONG)], now);
        state.check(now, &lost);
        assert_eq!(state.registrations[1].watched.stop.notice(), Some(StopReason::Wall));
        state.check(now + STOP_GRACE - TICK, &lost);
        assert_eq!(lost.now(), 0);
        state.check(now + STOP_GRACE + TICK, &lost);
        state.check(now + STOP_GRACE * 2, &lost);
        assert_eq!(lost.now(), 1, "once");
        assert!(lost.are_too_many());
        let released: Vec<_> =
            state.registrations.iter().map(|registration| registration.watched.stop.is_lost()).collect();
        assert_eq!(released, [true, false]);
    }

    #[test]
    fn who_is_kept_waiting_by_another_run_is_released_and_costs_no_thread() {
        // Their deadlines are over by then.
        let now = SystemClock.monotonic() + TICK;
        let lost = LostThreads::new(1);
        let waiting = Watched { hanging: Box::new(|| Hanging::Another), ..watched(Duration::ZERO, LONG) };
        let mut state = state(vec![waiting], now);
        state.check(now, &lost);
        state.check(now + STOP_GRACE + TICK, &lost);
        assert!(state.registrations[0].watched.stop.is_lost());
        assert_eq!(lost.now(), 0);
    }

    #[test]
    fn what_the_thread_used_before_does_not_count() {
        let own = ThreadCpuClock::of_this_thread().unwrap();
        while own.read().unwrap() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        let now = SystemClock.monotonic();
        let mut fresh = watched(LONG, Duration::from_millis(10));
        fresh.cpu = thread_time(own, own.read().unwrap());
        let mut state = state(vec![fresh, watched(LONG, Duration::from_millis(10))], now);
        state.check(now, &LostThreads::new(1));
        let stopped: Vec<_> = state
            .registrations
            .iter()
            .map(|registration| registration.watched.stop.reason().is_some())
            .collect();
        assert_eq!(stopped, [false, true]);
    }

    #[test]
    fn what_a_run_waits_for_permits_does_not_count() {
        let now = SystemClock.monotonic();
        let waits = Waited::default();
        waits.begin(now);
        let mut slow = watched(Duration::from_millis(10), LONG);
        slow.waited = Arc::new(waits);
        let mut state = state(vec![slow, watched(Duration::from_millis(10), LONG)], now);
        let later = now + Duration::from_secs(1);
        state.check(later, &LostThreads::new(1));
        let reasons: Vec<_> =
            state.registrations.iter().map(|registration| registration.watched.stop.reason()).collect();
        assert_eq!(reasons, [None, Some(StopReason::Wall)]);
        state.registrations[0].watched.waited.end(later);
        state.check(later + Duration::from_secs(1), &LostThreads::new(1));
        assert_eq!(state.registrations[0].watched.stop.reason(), Some(StopReason::Wall));
    }

    #[test]
    fn limits_that_are_reached_stop_the_run() {
        let now = SystemClock.monotonic();
        let mut state = state(vec![watched(Duration::ZERO, LONG), watched(LONG, Duration::ZERO)], now);
        assert_eq!(state.check(now + TICK, &LostThreads::new(1)), Some(TICK));
        let reasons: Vec<_> =
            state.registrations.iter().map(|registration| registration.watched.stop.reason()).collect();
        assert!(matches!(reasons[..], [Some(StopReason::Wall), Some(StopReason::Cpu { .. })]), "{reasons:?}");
    }
}
