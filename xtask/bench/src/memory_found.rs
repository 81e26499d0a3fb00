//! What was found of memory.

use serde::{Deserialize, Serialize};

use crate::peer::Peer;
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
