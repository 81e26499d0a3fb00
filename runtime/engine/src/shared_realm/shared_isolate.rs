//! What the runs of one isolate have in common, and how many of them have room in it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

use super::load::Load;
use super::realm::Realm;
use super::sent::Surroundings;
use crate::isolate::StopSignal;

/// A shared isolate at work.
pub(super) struct SharedIsolate {
    pub(super) realm: Rc<RefCell<Realm>>,
    pub(super) load: Arc<Load>,
    pub(super) around: Surroundings,
    /// Told when a run has ended: the loop, and those that wait for room.
    pub(super) ended: Notify,
    pub(super) freed: Notify,
    /// The stop signals of the runs that are here.
    pub(super) open: RefCell<Vec<Arc<StopSignal>>>,
    /// How many of them have a realm.
    inside: Cell<usize>,
    /// How many have had one and ended, and how many of those when the heap was last collected for somebody who waits.
    gone: Cell<u64>,
    gone_when_collected: Cell<Option<u64>>,
    pub(super) next: Cell<u64>,
}

/// One of the runs that have a realm, until it is dropped.
pub(super) struct Inside<'w>(&'w SharedIsolate);

impl<'w> Inside<'w> {
    pub(super) fn of(isolate: &'w SharedIsolate) -> Self {
        isolate.inside.set(isolate.inside.get() + 1);
        Self(isolate)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.set(self.0.inside.get() - 1);
        self.0.gone.set(self.0.gone.get() + 1);
    }
}

impl SharedIsolate {
    /// With no runs yet.
    pub(super) fn new(realm: Realm, load: Arc<Load>, around: Surroundings) -> Self {
        Self {
            realm: Rc::new(RefCell::new(realm)),
            load,
            around,
            ended: Notify::new(),
            freed: Notify::new(),
            open: RefCell::default(),
            inside: Cell::default(),
            gone: Cell::default(),
            gone_when_collected: Cell::default(),
            next: Cell::default(),
        }
    }

    /// Whether it takes no more runs.
    pub(super) fn is_done(&self) -> bool {
        let realm = self.realm.borrow();
        let lost = realm.condition.lost.get();
        if realm.condition.draining.get() || lost {
            self.load.close();
        }
        if lost {
            self.open.borrow().iter().for_each(|stop| stop.wake());
        }
        self.load.is_closed()
    }

    /// Waits until the isolate has room. Runs that others wait for do not, because those hold what they would wait for.
    pub(super) async fn room(&self, nested: bool) {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if nested || self.inside.get() == 0 || self.has_room() {
                return;
            }
            freed.await;
        }
    }

    fn has_room(&self) -> bool {
        let mut realm = self.realm.borrow_mut();
        let most = realm.heap_limit / 2;
        if realm.used() <= most {
            return true;
        }
        // A collection of the whole heap takes many times as long as a run. Without another run that is gone it would find
        // nothing that V8 has not seen.
        let gone = Some(self.gone.get());
        if self.gone_when_collected.replace(gone) == gone {
            return false;
        }
        realm.runtime.v8_isolate().low_memory_notification();
        realm.used() <= most
    }
}
