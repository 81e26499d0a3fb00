//! What happens to a function, as people read it.

use anstyle::Style;
use onevent_lifecycle::deployments::ChangeKind;
use serde::Deserialize;

use super::style::{BAD, DIM, GOOD, WARN, clean};

/// A change of one function in a document about deployments, of this machine's or a server's.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangeView {
    integration: String,
    function: String,
    r#type: String,
    event: Option<String>,
    /// What happens to it.
    pub(crate) change: ChangeKind,
    before: Option<String>,
    after: Option<String>,
}

impl ChangeView {
    /// `salesforce/setup`.
    pub(crate) fn name(&self) -> String {
        clean(&format!("{}/{}", self.integration, self.function))
    }

    /// The event it subscribes to, or what else calls it.
    pub(crate) fn kind(&self) -> String {
        clean(self.event.as_ref().unwrap_or(&self.r#type))
    }

    /// The colour of it.
    pub(crate) fn style(&self) -> Style {
        change_style(self.change)
    }

    /// `0.0.1 → 0.0.2`.
    pub(crate) fn versions(&self) -> String {
        clean(&match (&self.before, &self.after) {
            (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
            (_, Some(version)) | (Some(version), None) => version.clone(),
            (None, None) => String::new(),
        })
    }
}

/// The colour of a change.
pub(crate) fn change_style(change: ChangeKind) -> Style {
    match change {
        ChangeKind::Created => GOOD,
        ChangeKind::Updated => WARN,
        ChangeKind::Unchanged => DIM,
        ChangeKind::Deleted => BAD,
    }
}
