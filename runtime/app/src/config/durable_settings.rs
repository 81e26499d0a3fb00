//! What becomes of what fails, and how long things are kept.

use std::time::Duration;

use onevent_lifecycle::{CleanupFailure, DEFAULT_QUARANTINE, RetryPolicy, SetupFailure};

use super::origin::{Origin, Sourced};
use super::value::{KeptFor, RetryCount, RetryWait};

/// How long runs, ended events, attempts to deliver webhooks and the audit log are kept unless it is said.
const DEFAULT_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How queued functions that failed are tried again.
#[derive(Debug, Clone)]
pub struct RetrySettings {
    /// How often.
    pub max: Sourced<RetryCount>,
    /// How long the first retry waits.
    pub backoff: Sourced<RetryWait>,
    /// The longest wait.
    pub max_backoff: Sourced<RetryWait>,
}

/// The same of one function or one integration; what is not set is that of the integration, or everybody's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnRetrySettings {
    /// How often.
    pub max: Option<Sourced<RetryCount>>,
    /// How long the first retry waits.
    pub backoff: Option<Sourced<RetryWait>>,
    /// The longest wait.
    pub max_backoff: Option<Sourced<RetryWait>>,
}

/// What becomes of an operation whose functions failed.
#[derive(Debug, Clone)]
pub struct FailureSettings {
    /// A deletion whose cleanup failed.
    pub cleanup: Sourced<CleanupFailure>,
    /// How long such a connection stays in quarantine.
    pub quarantine: Sourced<KeptFor>,
    /// A creation whose setup failed.
    pub setup: Sourced<SetupFailure>,
}

/// The same of one integration; what is not set is everybody's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnFailureSettings {
    /// A deletion whose cleanup failed.
    pub cleanup: Option<Sourced<CleanupFailure>>,
    /// How long such a connection stays in quarantine.
    pub quarantine: Option<Sourced<KeptFor>>,
    /// A creation whose setup failed.
    pub setup: Option<Sourced<SetupFailure>>,
}

/// What becomes of an operation of one integration whose functions failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailurePolicy {
    /// A deletion whose cleanup failed.
    pub cleanup: CleanupFailure,
    /// How long such a connection stays in quarantine.
    pub quarantine: Duration,
    /// A creation whose setup failed.
    pub setup: SetupFailure,
}

impl RetrySettings {
    /// The policy of everybody who has none of his own.
    #[must_use]
    pub fn policy(&self) -> RetryPolicy {
        RetryPolicy {
            max: self.max.value.get(),
            backoff: self.backoff.value.get(),
            max_backoff: self.max_backoff.value.get(),
        }
    }
}

impl OwnRetrySettings {
    /// Its policy, over a more general one.
    #[must_use]
    pub fn policy(&self, general: RetryPolicy) -> RetryPolicy {
        RetryPolicy {
            max: self.max.as_ref().map_or(general.max, |set| set.value.get()),
            backoff: self.backoff.as_ref().map_or(general.backoff, |set| set.value.get()),
            max_backoff: self.max_backoff.as_ref().map_or(general.max_backoff, |set| set.value.get()),
        }
    }

    /// Where each of them comes from.
    pub(super) fn origins(&self) -> [Option<&Origin>; 3] {
        let Self { max, backoff, max_backoff } = self;
        [origin(max), origin(backoff), origin(max_backoff)]
    }
}

impl OwnFailureSettings {
    /// Its policy, over everybody's.
    #[must_use]
    pub fn policy(&self, general: &FailureSettings) -> FailurePolicy {
        let Self { cleanup, quarantine, setup } = self;
        FailurePolicy {
            cleanup: cleanup.as_ref().unwrap_or(&general.cleanup).value,
            quarantine: quarantine.as_ref().unwrap_or(&general.quarantine).value.get(),
            setup: setup.as_ref().unwrap_or(&general.setup).value,
        }
    }

    /// Where each of them comes from.
    pub(super) fn origins(&self) -> [Option<&Origin>; 3] {
        let Self { cleanup, quarantine, setup } = self;
        [origin(cleanup), origin(quarantine), origin(setup)]
    }
}

/// Where a setting comes from, if it is set.
pub(super) fn origin<T>(set: &Option<Sourced<T>>) -> Option<&Origin> {
    set.as_ref().map(|set| &set.origin)
}

impl Default for RetrySettings {
    fn default() -> Self {
        let policy = RetryPolicy::default();
        Self {
            max: Sourced::default(RetryCount::of(policy.max)),
            backoff: Sourced::default(RetryWait::of(policy.backoff)),
            max_backoff: Sourced::default(RetryWait::of(policy.max_backoff)),
        }
    }
}

impl Default for FailureSettings {
    fn default() -> Self {
        Self {
            cleanup: Sourced::default(CleanupFailure::Continue),
            quarantine: Sourced::default(KeptFor::of(DEFAULT_QUARANTINE)),
            setup: Sourced::default(SetupFailure::Continue),
        }
    }
}

/// The default of `retention`.
pub(super) fn default_retention() -> Sourced<KeptFor> {
    Sourced::default(KeptFor::of(DEFAULT_RETENTION))
}
