//! One run, as it is read from its report: the one form that live and kept reports share.

use onevent_contract::Timings;
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;

/// A run report as it is stored and sent: the one form that live and kept reports share.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RunView {
    pub(super) run_id: String,
    pub(super) function: String,
    pub(super) integration: String,
    pub(super) event: Option<String>,
    pub(super) connection_id: String,
    pub(super) environment: String,
    pub(super) mode: String,
    pub(super) attempt: u32,
    /// Runs that an older onevent stored do not have it.
    #[serde(default)]
    pub(super) caller_run_id: Option<String>,
    /// Only of runs of a deployment.
    #[serde(default)]
    pub(super) deployment: Option<String>,
    /// Only of runs that a request led to.
    #[serde(default)]
    pub(super) request_id: Option<String>,
    pub(super) outcome: String,
    pub(super) verdict: Option<VerdictView>,
    pub(super) error: Option<ErrorView>,
    pub(super) warnings: Vec<WarningView>,
    pub(super) metadata: MetadataView,
    pub(super) http: Vec<HttpView>,
    pub(super) logs: Vec<LogView>,
    pub(super) usage: UsageView,
    /// Only where somebody asked for them.
    #[serde(default)]
    pub(super) timings: Option<Timings>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct VerdictView {
    pub(super) accepted: bool,
    pub(super) message: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ErrorView {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) payload: Option<Value>,
    pub(super) hint: Option<String>,
    pub(super) frames: Vec<onevent_contract::Frame>,
}

/// A warning of a run, or of the operation around it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WarningView {
    pub(super) code: String,
    pub(super) message: String,
}

impl WarningView {
    /// The `warnings` of a document.
    pub(crate) fn of(document: &Value) -> Vec<Self> {
        document.get("warnings").and_then(|list| Vec::deserialize(list).ok()).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct MetadataView {
    pub(super) before: Value,
    pub(super) after: Value,
    pub(super) persisted: bool,
    #[serde(default)]
    pub(super) writes: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct HttpView {
    pub(super) seq: u64,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) pending: bool,
    pub(super) attempt: u32,
    pub(super) duration_ms: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct LogView {
    pub(super) seq: u64,
    pub(super) level: String,
    pub(super) message: String,
    pub(super) meta: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct UsageView {
    pub(super) wall_ms: f64,
    pub(super) cpu_ms: f64,
    pub(super) heap_peak_bytes: u64,
}

impl RunView {
    /// Reads a report's JSON form.
    ///
    /// # Errors
    /// When it is no report: the database was written by something else.
    pub(crate) fn from_document(document: &Value) -> Result<Self, Failure> {
        Self::deserialize(document)
            .map_err(|error| Failure::internal(format!("a stored run report cannot be read: {error}")))
    }
}
