//! What was found of memory.

use serde::{Deserialize, Serialize};

use crate::peer::Peer;
use crate::statistics::Spread;
use crate::workload::Workload;

/// One subject's memory, in bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Waiting runs, or many.
    pub(crate) workload: Workload,
    /// Who.
    pub(crate) peer: Peer,
    /// From 0.
    pub(crate) round: usize,
    /// Resident before the runs.
    pub(crate) before: f64,
    /// What was found.
    pub(crate) found: Found,
    /// Why this figure says nothing; `None` where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) void: Option<String>,
}

/// What was found, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Found {
    /// Of runs that all wait for the provider at the same time.
    Waiting {
        /// How many.
        runs: usize,
        /// Resident while they wait, above before.
        waiting: f64,
        /// Resident when they are gone, above before.
        gone: f64,
        /// Resident a minute later, above before.
        idle: f64,
    },
    /// Of many runs.
    Slope {
        /// What each run leaves.
        each: f64,
    },
}

/// Bytes of a megabyte, as the tables count.
const MEGABYTE: f64 = 1e6;

impl Found {
    /// What each waiting run holds, in megabytes.
    pub(crate) fn each_waiting(&self) -> Option<f64> {
        match self {
            Self::Waiting { runs, waiting, .. } => Some(waiting / *runs as f64 / MEGABYTE),
            Self::Slope { .. } => None,
        }
    }

    /// What stays at once when they are gone, in megabytes.
    pub(crate) fn gone(&self) -> Option<f64> {
        match self {
            Self::Waiting { gone, .. } => Some(gone / MEGABYTE),
            Self::Slope { .. } => None,
        }
    }

    /// What stays a minute later, in megabytes.
    pub(crate) fn idle(&self) -> Option<f64> {
        match self {
            Self::Waiting { idle, .. } => Some(idle / MEGABYTE),
            Self::Slope { .. } => None,
        }
    }

    /// What a run leaves, in bytes.
    pub(crate) fn left(&self) -> Option<f64> {
        match self {
            Self::Slope { each } => Some(*each),
            Self::Waiting { .. } => None,
        }
    }
}

/// The rounds of somebody, by one of the above.
pub(crate) fn of_rounds(memory: &[Memory], peer: Peer, value: fn(&Found) -> Option<f64>) -> Option<Spread> {
    let own = memory.iter().filter(|one| one.peer == peer && one.void.is_none());
    Spread::of(own.filter_map(|one| value(&one.found)))
}
