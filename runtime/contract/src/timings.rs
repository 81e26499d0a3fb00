//! Where the time of a run went.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::milliseconds;

/// The phases of one run, one after the other; `exec` and `host` together are the time in `exec`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Whether the isolate was made, and its modules loaded, before there was a run: `isolate` and `load` are then no part
    /// of what the caller waited.
    pub prewarmed: bool,
    /// Waiting for a place among the isolates, and for turns to compute.
    #[serde(rename = "queue_ms", with = "milliseconds")]
    pub queue: Duration,
    /// Making the isolate.
    #[serde(rename = "isolate_ms", with = "milliseconds")]
    pub isolate: Duration,
    /// Loading and evaluating the function's modules.
    #[serde(rename = "load_ms", with = "milliseconds")]
    pub load: Duration,
    /// In `exec`, while the host had nothing to do.
    #[serde(rename = "exec_ms", with = "milliseconds")]
    pub exec: Duration,
    /// Waiting for the metadata before the run, and in `exec` while the host worked on a call at least.
    #[serde(rename = "host_ms", with = "milliseconds")]
    pub host: Duration,
    /// After `exec`, until the report: the last writes and the run's locks. The isolate is taken down after the report.
    #[serde(rename = "teardown_ms", with = "milliseconds")]
    pub teardown: Duration,
}
