//! What there is to count about admission.

use std::sync::atomic::{AtomicU64, Ordering};

use super::queue::NotAdmitted;

/// What an engine is doing, and what it has refused since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdmissionFigures {
    /// How many runs may have a place at a time, for each depth of actions that trigger actions.
    pub places: usize,
    /// Runs that have a place, triggered ones included.
    pub places_taken: usize,
    /// Runs that wait for one.
    pub queued: usize,
    /// Threads that compute now, with a permit.
    pub computing: usize,
    /// Threads that wait for a permit to compute.
    pub waiting_to_compute: usize,
    /// Runs that got a place.
    pub admitted: u64,
    /// Runs refused as `queue_full`.
    pub queue_full: u64,
    /// Runs refused as `queue_expired`.
    pub queue_expired: u64,
    /// Runs refused as `over_share`.
    pub over_share: u64,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) admitted: AtomicU64,
    pub(super) queue_full: AtomicU64,
    pub(super) queue_expired: AtomicU64,
    pub(super) over_share: AtomicU64,
}

impl Counts {
    pub(super) fn count<T>(&self, asked: &Result<T, NotAdmitted>) {
        let count = match asked {
            Ok(_) => &self.admitted,
            Err(NotAdmitted::QueueFull) => &self.queue_full,
            Err(NotAdmitted::QueueExpired) => &self.queue_expired,
            Err(NotAdmitted::OverShare) => &self.over_share,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}
