//! What the pool and the watchdog know of a shared isolate, from outside of its thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::admission::Admitted;
use crate::isolate::{StopReason, StopSignal};

/// A run that was sent there.
struct Guest {
    stop: Arc<StopSignal>,
    place: Option<Admitted>,
}

/// The runs of one shared isolate, and whether it takes more.
#[derive(Default)]
pub(super) struct Load {
    guests: Mutex<Vec<Guest>>,
    closed: AtomicBool,
}

impl Load {
    /// How many runs there are.
    pub(super) fn runs(&self) -> usize {
        self.lock().len()
    }

    /// A run is on its way, with its place among the isolates.
    pub(super) fn enter(&self, stop: &Arc<StopSignal>, place: Option<Admitted>) {
        self.lock().push(Guest { stop: Arc::clone(stop), place });
    }

    /// A run has gone. Its place, unless it was given back before.
    pub(super) fn leave(&self, stop: &Arc<StopSignal>) -> Option<Admitted> {
        let mut guests = self.lock();
        let index = guests.iter().position(|guest| Arc::ptr_eq(&guest.stop, stop))?;
        guests.swap_remove(index).place
    }

    /// It takes no more runs.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// The thread hangs in code of the run with this signal. The others are let go, and their places are given back: they wait
    /// for something that may never come. The isolate is nobody's any more.
    pub(super) fn abandon(&self, culprit: &Arc<StopSignal>) {
        self.close();
        let mut guests = self.lock();
        let (own, others) =
            std::mem::take(&mut *guests).into_iter().partition(|guest| Arc::ptr_eq(&guest.stop, culprit));
        *guests = own;
        drop(guests);
        for Guest { stop, place } in others {
            stop.request(StopReason::IsolateLost);
            stop.lose(Duration::ZERO);
            drop(place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Guest>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
