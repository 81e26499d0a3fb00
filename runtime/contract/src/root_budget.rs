//! What a root run, and all that it triggers, may make its host hold and do.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use thiserror::Error;

use crate::{HostError, MAX_MADE_SECRET_BYTES, MAX_ROOT_BYTES, MAX_TRIGGERED_RUNS, limit_met};

/// One budget for a root run and all that it triggers: the bytes that calls carry, in and out, and the runs. Cheap to clone;
/// clones are the same budget.
#[derive(Clone, Default)]
pub struct RootBudget(Arc<Spent>);

#[derive(Default)]
struct Spent {
    bytes: AtomicUsize,
    runs: AtomicU32,
}

/// A budget that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BudgetExceeded {
    /// Of bytes.
    #[error(
        "this run and all that it triggered have calls open that carry too much: await them, or send less ({})",
        limit_met("root_bytes", MAX_ROOT_BYTES, used)
    )]
    Bytes {
        /// What is held, with at least what was asked for.
        used: usize,
    },
    /// Of what is made of credentials.
    #[error(
        "the calls of this run made too many different texts of its credentials ({})",
        limit_met("made_secret_bytes", MAX_MADE_SECRET_BYTES, used)
    )]
    Secrets {
        /// How many bytes they have.
        used: usize,
    },
    /// Of runs.
    #[error(
        "this run has triggered too many runs, with those that they triggered: no more are begun ({})",
        limit_met("triggered_runs", MAX_TRIGGERED_RUNS, MAX_TRIGGERED_RUNS + 1)
    )]
    Runs,
}

impl BudgetExceeded {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Bytes { .. } => "too_many_bytes",
            Self::Secrets { .. } => "too_many_secrets",
            Self::Runs => "too_many_runs",
        }
    }
}

impl From<BudgetExceeded> for HostError {
    fn from(exceeded: BudgetExceeded) -> Self {
        Self::Configuration { code: exceeded.code().to_owned(), message: exceeded.to_string() }
    }
}

impl RootBudget {
    /// How many bytes are left.
    #[must_use]
    pub fn bytes_left(&self) -> usize {
        MAX_ROOT_BYTES.saturating_sub(self.0.bytes.load(Ordering::Relaxed))
    }

    /// What is said where so many bytes more are too many.
    #[must_use]
    pub fn exceeded_by(&self, bytes: usize) -> BudgetExceeded {
        let held = self.0.bytes.load(Ordering::Relaxed);
        BudgetExceeded::Bytes { used: held.saturating_add(bytes) }
    }

    /// Takes room for bytes, before they are copied.
    ///
    /// # Errors
    /// [`BudgetExceeded::Bytes`].
    pub fn take(&self, bytes: usize) -> Result<HeldBytes, BudgetExceeded> {
        let mut held = HeldBytes { budget: self.clone(), bytes: 0 };
        held.grow(bytes)?;
        Ok(held)
    }

    /// Counts a run that is triggered. It is not given back: a chain of short ones is as dear as many at once.
    ///
    /// # Errors
    /// [`BudgetExceeded::Runs`].
    pub fn trigger(&self) -> Result<(), BudgetExceeded> {
        let more = |runs: u32| (runs < MAX_TRIGGERED_RUNS).then_some(runs + 1);
        let counted = self.0.runs.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        counted.map(|_| ()).map_err(|_| BudgetExceeded::Runs)
    }
}

impl fmt::Debug for RootBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootBudget").field("bytes_left", &self.bytes_left()).finish_non_exhaustive()
    }
}

/// Bytes that are held, given back when this is dropped.
#[derive(Debug)]
pub struct HeldBytes {
    budget: RootBudget,
    bytes: usize,
}

impl HeldBytes {
    /// What they are held of.
    #[must_use]
    pub fn budget(&self) -> &RootBudget {
        &self.budget
    }

    /// Takes room for more.
    ///
    /// # Errors
    /// [`BudgetExceeded::Bytes`].
    pub fn grow(&mut self, bytes: usize) -> Result<(), BudgetExceeded> {
        let more = |held: usize| held.checked_add(bytes).filter(|total| *total <= MAX_ROOT_BYTES);
        let taken = self.budget.0.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map_err(|held| BudgetExceeded::Bytes { used: held.saturating_add(bytes) })?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.budget.0.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_their_bytes_and_give_them_back() {
        let budget = RootBudget::default();
        let mut half = budget.clone().take(MAX_ROOT_BYTES / 2).unwrap();
        assert_eq!(budget.bytes_left(), MAX_ROOT_BYTES / 2);
        assert_eq!(
            half.grow(MAX_ROOT_BYTES / 2 + 1),
            Err(BudgetExceeded::Bytes { used: MAX_ROOT_BYTES + 1 })
        );
        half.grow(MAX_ROOT_BYTES / 2).unwrap();
        assert_eq!(budget.take(1).unwrap_err(), BudgetExceeded::Bytes { used: MAX_ROOT_BYTES + 1 });
        assert_eq!(budget.take(usize::MAX).unwrap_err(), BudgetExceeded::Bytes { used: usize::MAX });
        drop(half);
        assert_eq!(budget.bytes_left(), MAX_ROOT_BYTES);
    }

    #[test]
    fn runs_are_counted_for_good() {
        let budget = RootBudget::default();
        (0..MAX_TRIGGERED_RUNS).for_each(|_| budget.clone().trigger().unwrap());
        assert_eq!(budget.trigger(), Err(BudgetExceeded::Runs));
    }
}
