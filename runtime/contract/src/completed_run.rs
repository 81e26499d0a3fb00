//! A run that came to its end, for whoever asked for it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::RunReport;
use crate::encoding::optional_json;

/// The report of a run, which may be stored and shown, and beside it what the caller of an action asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompletedRun {
    /// What is said about it. It holds no secret that the run was given.
    pub report: RunReport,
    /// What an action returned, as it returned it; `None` of an event function, and where the run did not succeed. It
    /// is its caller's, and may hold secrets: [`RunReport::output`] is the same to be shown.
    #[serde(with = "optional_json")]
    pub returned: Option<Value>,
}
