//! Who computes: V8 is entered with a permit only, and as many are given out as the machine can use.
//!
//! A thread takes one for each turn: from being woken until it waits again. So a run that waits for an answer or a timer
//! holds none. Whoever came first gets the next one.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use onevent_contract::{Clock, Instant};

use super::patrol::{Caller, Patrol, PatrolCall};

/// Permits for each core. With one, a core would do nothing while the next thread is being woken.
const PERMITS_PER_CORE: usize = 2;

/// How long a turn keeps its permit while others wait. One that computes on, goes on beside those who come after it; only
/// the CPU limit stops it. Else a few runs that compute without an end would hold up everybody.
const LONGEST_TURN: Duration = Duration::from_millis(50);

/// The time that one thread has waited for permits, or was held by a debugger: no time of its runs.
#[derive(Default)]
pub(crate) struct Waited(Mutex<Wait>);

#[derive(Default)]
struct Wait {
    /// Until now, the wait under way not included.
    total: Duration,
    since: Option<Instant>,
    /// For what. Time that is waited for both counts once.
    for_permit: bool,
    is_held: bool,
}

impl Wait {
    fn end(&mut self, now: Instant) {
        if !self.for_permit
            && !self.is_held
            && let Some(since) = self.since.take()
        {
            self.total += now.saturating_duration_since(since);
        }
    }
}

impl Waited {
    fn lock(&self) -> MutexGuard<'_, Wait> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, now: Instant) {
        let mut wait = self.lock();
        wait.for_permit = true;
        wait.since.get_or_insert(now);
    }

    pub(crate) fn end(&self, now: Instant) {
        let mut wait = self.lock();
        wait.for_permit = false;
        wait.end(now);
    }

    /// A debugger holds the thread's run.
    pub(crate) fn hold(&self, now: Instant) {
        let mut wait = self.lock();
        wait.is_held = true;
        wait.since.get_or_insert(now);
    }

    /// It does not any more.
    pub(crate) fn let_go(&self, now: Instant) {
        let mut wait = self.lock();
        wait.is_held = false;
        wait.end(now);
    }

    /// Until `now`.
    pub(crate) fn until(&self, now: Instant) -> Duration {
        let wait = self.lock();
        wait.total + wait.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

struct Turn {
    number: u64,
    began: Instant,
}

struct Waiting {
    number: u64,
    waker: Waker,
}

struct State {
    free: usize,
    /// Those who hold a permit.
    turns: Vec<Turn>,
    waiting: VecDeque<Waiting>,
    /// When the patrol will look. It is called once and not for each who waits: on a busy machine those come and go all the
    /// time.
    patrol: Option<Instant>,
    next: u64,
}

impl State {
    /// Gives the permits that are free to those who came first.
    fn grant(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        while self.free > 0 {
            let Some(Waiting { number, waker }) = self.waiting.pop_front() else { return };
            self.free -= 1;
            self.turns.push(Turn { number, began: now });
            woken.push(waker);
        }
    }

    /// Takes the permits of turns that take too long for those who wait.
    fn reclaim(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        while !self.waiting.is_empty() {
            let is_long = |turn: &Turn| now.saturating_duration_since(turn.began) >= LONGEST_TURN;
            let Some(place) = self.turns.iter().position(is_long) else { return };
            self.turns.swap_remove(place);
            self.free += 1;
            self.grant(now, woken);
        }
    }
}

struct Shared {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    caller: Caller,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one step, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permits of an engine.
#[derive(Clone)]
pub(crate) struct CpuPermits(Arc<Shared>);

impl CpuPermits {
    /// Those of a machine with so many cores.
    pub(crate) fn for_cores(cores: usize, clock: Arc<dyn Clock>) -> Self {
        Self::new(cores.max(1).saturating_mul(PERMITS_PER_CORE), clock)
    }

    fn new(permits: usize, clock: Arc<dyn Clock>) -> Self {
        let state =
            State { free: permits, turns: Vec::new(), waiting: VecDeque::new(), patrol: None, next: 0 };
        Self(Arc::new(Shared { state: Mutex::new(state), clock, caller: Caller::default() }))
    }

    /// Does `work` on the current thread, with a permit whenever it goes on.
    pub(crate) async fn computing<T>(&self, waited: &Waited, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut ours = Ours { permits: &self.0, waited, stage: Stage::Outside };
        std::future::poll_fn(|cx| {
            if ours.poll_begin(cx).is_pending() {
                return Poll::Pending;
            }
            let worked = work.as_mut().poll(cx);
            ours.leave();
            worked
        })
        .await
    }

    /// How many hold one, and how many wait for one.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let state = self.0.lock();
        (state.turns.len(), state.waiting.len())
    }
}

impl Patrol for CpuPermits {
    fn look(&self, now: Instant) -> Option<Instant> {
        let mut woken = Vec::new();
        let next = {
            let mut state = self.0.lock();
            state.reclaim(now, &mut woken);
            let due = state.turns.iter().map(|turn| turn.began + LONGEST_TURN).min();
            state.patrol = match state.waiting.is_empty() {
                true => state.patrol.filter(|patrol| *patrol > now),
                false => due,
            };
            state.patrol
        };
        woken.into_iter().for_each(Waker::wake);
        next
    }

    fn attach(&self, call: PatrolCall) {
        self.0.caller.attach(call);
    }
}

/// What one thread has of the permits.
#[derive(Clone, Copy)]
enum Stage {
    Outside,
    Waits(u64),
    Turn(u64),
}

struct Ours<'p> {
    permits: &'p Arc<Shared>,
    waited: &'p Waited,
    stage: Stage,
}

impl Ours<'_> {
    fn poll_begin(&mut self, cx: &Context<'_>) -> Poll<()> {
        let now = self.permits.clock.monotonic();
        let mut state = self.permits.lock();
        match self.stage {
            Stage::Outside if state.free > 0 => {
                let number = state.next;
                state.next += 1;
                state.free -= 1;
                state.turns.push(Turn { number, began: now });
                self.stage = Stage::Turn(number);
                Poll::Ready(())
            }
            Stage::Outside => {
                let number = state.next;
                state.next += 1;
                let is_unwatched = state.patrol.is_none();
                state.patrol.get_or_insert(now + LONGEST_TURN);
                state.waiting.push_back(Waiting { number, waker: cx.waker().clone() });
                drop(state);
                self.stage = Stage::Waits(number);
                self.waited.begin(now);
                if is_unwatched {
                    self.permits.caller.call();
                }
                Poll::Pending
            }
            Stage::Waits(number) => {
                // Numbers rise from front to back.
                match state.waiting.binary_search_by_key(&number, |waiting| waiting.number) {
                    Ok(place) => {
                        if let Some(waiting) = state.waiting.get_mut(place) {
                            waiting.waker.clone_from(cx.waker());
                        }
                        Poll::Pending
                    }
                    Err(_) => {
                        drop(state);
                        self.stage = Stage::Turn(number);
                        self.waited.end(now);
                        Poll::Ready(())
                    }
                }
            }
            Stage::Turn(_) => Poll::Ready(()),
        }
    }

    /// The turn has ended, or nobody wants it any more.
    fn leave(&mut self) {
        let (Stage::Waits(number) | Stage::Turn(number)) = self.stage else { return };
        self.stage = Stage::Outside;
        let now = self.permits.clock.monotonic();
        let mut woken = Vec::new();
        {
            let mut state = self.permits.lock();
            if let Ok(place) = state.waiting.binary_search_by_key(&number, |waiting| waiting.number) {
                state.waiting.remove(place);
            } else if let Some(place) = state.turns.iter().position(|turn| turn.number == number) {
                state.turns.swap_remove(place);
                state.free += 1;
                state.grant(now, &mut woken);
            }
            // Otherwise the turn took too long, and somebody else has the permit.
        }
        self.waited.end(now);
        woken.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Ours<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use onevent_contract::SystemClock;

    use super::*;

    /// A clock that is put forward by hand.
    struct Held {
        start: Instant,
        passed: Mutex<Duration>,
    }

    impl Held {
        fn new() -> Arc<Self> {
            Arc::new(Self { start: SystemClock.monotonic(), passed: Mutex::default() })
        }

        fn pass(&self, time: Duration) {
            *self.passed.lock().unwrap() += time;
        }
    }

    impl Clock for Held {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }

        fn monotonic(&self) -> Instant {
            self.start + *self.passed.lock().unwrap()
        }
    }

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    struct Thread<'p> {
        ours: Ours<'p>,
        wakes: Arc<Wakes>,
    }

    impl<'p> Thread<'p> {
        fn new(permits: &'p CpuPermits, waited: &'p Waited) -> Self {
            Self { ours: Ours { permits: &permits.0, waited, stage: Stage::Outside }, wakes: Arc::default() }
        }

        fn may_compute(&mut self) -> bool {
            let waker = Waker::from(Arc::clone(&self.wakes));
            self.ours.poll_begin(&Context::from_waker(&waker)).is_ready()
        }

        fn was_woken(&self) -> bool {
            self.wakes.0.swap(0, Ordering::SeqCst) > 0
        }
    }

    #[test]
    fn whoever_came_first_is_next_and_waiting_is_measured() {
        let clock = Held::new();
        let permits = CpuPermits::new(1, clock.clone());
        let waited: [Waited; 3] = Default::default();
        let mut threads: Vec<_> = waited.iter().map(|waited| Thread::new(&permits, waited)).collect();
        assert!(threads[0].may_compute());
        assert!(!threads[1].may_compute());
        assert!(!threads[2].may_compute());
        assert_eq!(permits.counts(), (1, 2));
        clock.pass(Duration::from_millis(3));
        assert_eq!(waited[1].until(clock.monotonic()), Duration::from_millis(3), "the wait under way counts");
        threads[0].ours.leave();
        assert!(threads[1].was_woken() && !threads[2].was_woken());
        // Who gives one back and wants it again is the last.
        assert!(!threads[0].may_compute());
        assert!(!threads[2].may_compute());
        assert!(threads[1].may_compute());
        clock.pass(Duration::from_millis(4));
        threads[1].ours.leave();
        assert!(threads[2].may_compute());
        assert_eq!(waited[1].until(clock.monotonic()), Duration::from_millis(3));
        assert_eq!(waited[2].until(clock.monotonic()), Duration::from_millis(7));
    }

    #[test]
    fn what_is_waited_for_a_permit_and_for_a_debugger_counts_once() {
        let (clock, waited) = (Held::new(), Waited::default());
        let pass = || {
            clock.pass(Duration::from_millis(1));
            clock.monotonic()
        };
        waited.hold(pass());
        waited.begin(pass());
        waited.let_go(pass());
        assert_eq!(waited.until(pass()), Duration::from_millis(3));
        waited.end(pass());
        // Turns begin and end while a debugger holds the run: that ends nothing.
        waited.hold(pass());
        waited.end(pass());
        waited.let_go(pass());
        assert_eq!(waited.until(pass()), Duration::from_millis(6));
    }

    #[test]
    fn who_leaves_the_line_takes_nothing_along() {
        let clock = Held::new();
        let permits = CpuPermits::new(1, clock);
        let waited: [Waited; 3] = Default::default();
        let [first, second, third] = &waited;
        let mut first = Thread::new(&permits, first);
        assert!(first.may_compute());
        let mut second = Thread::new(&permits, second);
        assert!(!second.may_compute());
        let mut third = Thread::new(&permits, third);
        assert!(!third.may_compute());
        drop(second);
        assert_eq!(permits.counts(), (1, 1));
        drop(first);
        assert!(third.may_compute());
        drop(third);
        assert_eq!(permits.counts(), (0, 0));
    }

    #[test]
    fn one_that_was_given_a_permit_and_never_came_gives_it_back() {
        let permits = CpuPermits::new(1, Held::new());
        let waited: [Waited; 2] = Default::default();
        let mut first = Thread::new(&permits, &waited[0]);
        let mut second = Thread::new(&permits, &waited[1]);
        assert!(first.may_compute());
        assert!(!second.may_compute());
        first.ours.leave();
        assert_eq!(permits.counts(), (1, 0));
        drop(second);
        assert_eq!(permits.counts(), (0, 0));
    }

    #[test]
    fn a_long_turn_loses_its_permit_only_where_somebody_waits() {
        let clock = Held::new();
        let permits = CpuPermits::new(1, clock.clone());
        let waited: [Waited; 2] = Default::default();
        let mut hog = Thread::new(&permits, &waited[0]);
        let mut other = Thread::new(&permits, &waited[1]);
        assert!(hog.may_compute());
        clock.pass(LONGEST_TURN);
        assert_eq!(permits.look(clock.monotonic()), None);
        assert_eq!(permits.counts(), (1, 0));
        assert!(!other.may_compute());
        permits.look(clock.monotonic());
        assert!(other.was_woken() && other.may_compute());
        // What it gives back is nobody's any more.
        hog.ours.leave();
        assert_eq!(permits.counts(), (1, 0));
        assert!(!hog.may_compute());
        assert_eq!(permits.look(clock.monotonic()), Some(clock.monotonic() + LONGEST_TURN));
        other.ours.leave();
        assert!(hog.may_compute());
    }

    #[tokio::test]
    async fn work_that_waits_holds_no_permit_and_work_that_computes_does() {
        let permits = CpuPermits::new(1, Arc::new(SystemClock));
        let (inside, waited) = (permits.clone(), Waited::default());
        let (go, wait) = tokio::sync::oneshot::channel();
        let mut work = pin!(permits.computing(&waited, async {
            assert_eq!(inside.counts(), (1, 0), "it computes");
            wait.await.unwrap();
            inside.counts()
        }));
        assert!(futures_util::poll!(&mut work).is_pending());
        assert_eq!(permits.counts(), (0, 0), "it waits");
        go.send(()).unwrap();
        assert_eq!(work.await, (1, 0));
        assert_eq!(permits.counts(), (0, 0));
    }
}
