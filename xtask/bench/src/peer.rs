//! Who is measured, and at what.

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::workload::Workload;

/// Who runs functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Peer {
    /// Nango's compiler, Nango's classes, `node:vm`, a fresh context for each run.
    NangoWay,
    /// onevent, a fresh isolate for each run.
    Onevent,
    /// onevent, warm isolates that runs share, a fresh context for each run.
    OneventShared,
    /// onevent, a fresh isolate for each run that was made before it, with time between runs.
    OneventPrewarmed,
    /// onevent, each run in a child process.
    OneventProcess,
    /// onevent with fresh isolates, of another commit.
    Baseline,
    /// `isolated-vm`, a fresh isolate for each run.
    IsolatedVm,
    /// `workerd`, one warm isolate for all runs.
    Workerd,
    /// `deno run`, a process for each run.
    Deno,
    /// The command line `nango`: compile and dry run.
    NangoCli,
    /// Vitest with Nango's mocks.
    Vitest,
}

impl Peer {
    /// How tables call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::NangoWay => "Nango's way",
            Self::Onevent => "onevent",
            Self::OneventShared => "onevent, shared realm",
            Self::OneventPrewarmed => "onevent, prewarmed",
            Self::OneventProcess => "onevent, processes",
            Self::Baseline => "onevent, baseline",
            Self::IsolatedVm => "isolated-vm",
            Self::Workerd => "workerd, warm",
            Self::Deno => "deno run",
            Self::NangoCli => "nango dryrun",
            Self::Vitest => "vitest, Nango's mocks",
        }
    }

    /// Whom others are compared with.
    pub(crate) fn reference(workload: Workload) -> Self {
        match workload {
            Workload::W6 => Self::NangoCli,
            Workload::W7 => Self::Baseline,
            Workload::W8 => Self::Vitest,
            _ => Self::NangoWay,
        }
    }

    /// Whether it can be measured at that at all.
    pub(crate) fn takes_part(self, workload: Workload) -> bool {
        use Workload::{Curve, Slope, W1, W2, W3, W4, W5, W6, W7, W8, Waiting};
        match (self, workload) {
            (Self::Onevent | Self::Baseline, _) => true,
            (Self::OneventShared, W1 | W2 | W3 | W4 | W5 | W7 | W8 | Curve | Waiting | Slope) => true,
            (Self::OneventPrewarmed, W1 | W2) => true,
            (Self::OneventProcess, W1 | W2 | W4 | W5 | Waiting) => true,
            (Self::NangoWay, W1 | W2 | W3 | W4 | W5 | Curve | Waiting | Slope) => true,
            (Self::IsolatedVm | Self::Workerd, W1 | W2 | W3 | W4 | W5 | Waiting) => true,
            (Self::Deno, W1 | W2 | W4 | W5) => true,
            (Self::NangoCli, W6) | (Self::Vitest, W8) => true,
            (Self::OneventShared, W6)
            | (Self::OneventPrewarmed, W3 | W4 | W5 | W6 | W7 | W8 | Curve | Waiting | Slope)
            | (Self::OneventProcess, W3 | W6 | W7 | W8 | Curve | Slope)
            | (Self::NangoWay, W6 | W7 | W8)
            | (Self::IsolatedVm | Self::Workerd, W6 | W7 | W8 | Curve | Slope)
            | (Self::Deno, W3 | W6 | W7 | W8 | Curve | Waiting | Slope)
            | (Self::NangoCli | Self::Vitest, _) => false,
        }
    }

    /// Whether it is measured with that setting: some would take hours, or all of the memory.
    pub(crate) fn takes(self, setting: usize) -> bool {
        match self {
            Self::Deno => setting <= 16,
            // With more there is no time between runs.
            Self::OneventPrewarmed => setting == 1,
            Self::NangoCli => setting <= 3,
            _ => true,
        }
    }

    /// What a caller waits before it calls again. An isolate that is made before its run needs that time.
    pub(crate) fn pause(self) -> Duration {
        match self {
            Self::OneventPrewarmed => Duration::from_millis(25),
            _ => Duration::ZERO,
        }
    }

    /// Its share of the runs: what takes long is run less often.
    pub(crate) fn runs(self, runs: usize) -> usize {
        match self {
            Self::Deno => (runs / 4).max(1),
            Self::NangoCli => 1,
            _ => runs,
        }
    }

    /// Runs before anything is counted.
    pub(crate) fn warm_up(self, workload: Workload) -> usize {
        match (self, workload) {
            (Self::Deno | Self::NangoCli | Self::Vitest, _) | (_, Workload::W6 | Workload::W8) => 0,
            _ => 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured_with_somebody_beside_it() {
        for workload in Workload::value_variants() {
            assert!(Peer::Onevent.takes_part(*workload));
            assert!(Peer::reference(*workload).takes_part(*workload), "{workload:?}");
        }
    }
}
