//! A run over a fixture.

use onevent_contract::RunReport;

use crate::fixture::Replay;

/// A run over a fixture, and what it asked for.
pub(super) struct ReplayedRun {
    pub(super) report: RunReport,
    pub(super) replay: Replay,
}
