//! Who may have an isolate, and who waits.

mod places;

use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use self::places::Places;
use crate::platform::cores;

/// Leave to have an isolate. The thread holds it, so that an isolate which nobody waits for any more still counts
/// until it is gone.
pub(crate) type Permit = OwnedSemaphorePermit;

/// The places of runs, and those of loads.
#[derive(Clone)]
pub(crate) struct Admission {
    places: Places,
    /// Loading only computes: more isolates at once than cores would be slower. It has places of its own, because a run
    /// that holds one of the others may wait for a load.
    loads: Arc<Semaphore>,
}

impl Admission {
    pub(crate) fn new(max_isolates: usize) -> Self {
        Self { places: Places::new(max_isolates), loads: Arc::new(Semaphore::new(cores().min(max_isolates))) }
    }

    /// Waits for a place among the isolates. A semaphore is never closed, so this does not fail.
    pub(crate) async fn admit(&self, depth: u32) -> Result<Permit, AcquireError> {
        self.places.of_depth(depth).acquire_owned().await
    }

    /// Waits for a place to load a function.
    pub(crate) async fn load(&self) -> Result<Permit, AcquireError> {
        self.loads.clone().acquire_owned().await
    }
}
