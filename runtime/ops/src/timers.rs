//! The timers of one run in a shared isolate: they belong to the run, and end with it.
//!
//! An isolate of its own has deno_core's. Those of all runs together would fire in one turn, and one run could clear
//! another's.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, Instant};

/// The longest delay of a timer, in milliseconds; Node fires what waits longer at once.
const LONGEST_DELAY: f64 = 2_147_483_647.0;
/// So many timers of one run may wait. Each holds memory outside of V8's heap, where its limit does not count.
const MAX_TIMERS: usize = 100_000;

/// When a timer fires, and which of two first.
type Place = (Instant, u32);

/// One timer.
#[derive(Clone, Copy)]
struct Timer {
    place: Place,
    every: Option<Duration>,
}

/// The timers of one run.
#[derive(Default)]
pub struct Timers {
    by_place: RefCell<BTreeMap<Place, u32>>,
    by_id: RefCell<HashMap<u32, Timer>>,
    next: Cell<u32>,
    ended: Cell<bool>,
    /// None of a run with an isolate of its own.
    clock: Option<Arc<dyn Clock>>,
}

impl Timers {
    /// None yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }

    /// When the next timer is due.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.by_place.borrow().keys().next().map(|(at, _)| *at)
    }

    /// Takes the next timer that is due; one that repeats waits again.
    pub fn take_due(&self, now: Instant) -> Option<u32> {
        let (place, id) = self.by_place.borrow().first_key_value().map(|(place, id)| (*place, *id))?;
        if place.0 > now {
            return None;
        }
        let timer = self.remove(id)?;
        if let Some(every) = timer.every {
            self.insert(id, Timer { place: (now + every, self.number()), ..timer });
        }
        Some(id)
    }

    /// Ends all timers; none begins any more.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        self.by_place.borrow_mut().clear();
        self.by_id.borrow_mut().clear();
    }

    fn number(&self) -> u32 {
        let number = self.next.get().wrapping_add(1);
        self.next.set(number);
        number
    }

    fn insert(&self, id: u32, timer: Timer) {
        self.by_place.borrow_mut().insert(timer.place, id);
        self.by_id.borrow_mut().insert(id, timer);
    }

    /// Clears one, if it is there.
    pub(crate) fn clear(&self, id: u32) {
        self.remove(id);
    }

    fn remove(&self, id: u32) -> Option<Timer> {
        let timer = self.by_id.borrow_mut().remove(&id)?;
        self.by_place.borrow_mut().remove(&timer.place);
        Some(timer)
    }

    /// Starts one now. `None` where the run has ended, has too many, or an isolate of its own.
    pub(crate) fn start_now(&self, milliseconds: f64, repeats: bool) -> Option<u32> {
        self.start(self.clock.as_ref()?.monotonic(), delay(milliseconds), repeats)
    }

    fn start(&self, now: Instant, delay: Duration, repeats: bool) -> Option<u32> {
        if self.ended.get() || self.by_id.borrow().len() >= MAX_TIMERS {
            return None;
        }
        let id = self.number();
        self.insert(id, Timer { place: (now + delay, id), every: repeats.then_some(delay) });
        Some(id)
    }
}

fn delay(milliseconds: f64) -> Duration {
    // What is no number, and what Node has no place for, is a millisecond.
    let milliseconds = if (1.0..=LONGEST_DELAY).contains(&milliseconds) { milliseconds.trunc() } else { 1.0 };
    Duration::from_secs_f64(milliseconds / 1e3)
}

#[cfg(test)]
mod tests {
    use onevent_contract::SystemClock;

    use super::*;

    #[test]
    fn they_fire_in_the_order_of_their_times_then_of_their_start() {
        let timers = Timers::default();
        let now = SystemClock.monotonic();
        let start = |milliseconds| timers.start(now, delay(milliseconds), false).unwrap();
        let (late, first, second) = (start(20.0), start(5.0), start(5.0));
        assert_eq!(timers.take_due(now), None);
        let then = now + Duration::from_millis(30);
        assert_eq!([first, second, late].map(Some), [(); 3].map(|()| timers.take_due(then)));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn one_that_repeats_waits_again_and_an_end_clears_all() {
        let timers = Timers::default();
        let now = SystemClock.monotonic();
        let id = timers.start(now, delay(f64::NAN), true).unwrap();
        let then = now + Duration::from_millis(1);
        assert_eq!(timers.take_due(then), Some(id));
        assert_eq!(timers.take_due(then), None);
        assert_eq!(timers.next(), Some(then + Duration::from_millis(1)));
        timers.end();
        assert_eq!(timers.next(), None);
        assert_eq!(timers.start(now, Duration::ZERO, false), None);
    }
}
