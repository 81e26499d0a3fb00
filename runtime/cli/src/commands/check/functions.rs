//! Loading the functions that are asked for, and what is wrong with those that do not load.

use std::borrow::Cow;

use onevent_check::{Finding, Severity};
use onevent_engine::{BrokenFunction, LoadErrorCode};

use crate::failure::Failure;
use crate::function_names;
use crate::session::Session;

/// The functions that were asked for.
pub(super) struct Loaded {
    /// The paths of their files.
    pub(super) entries: Vec<String>,
    /// How many there are, broken ones included.
    pub(super) functions: usize,
    /// What keeps some from loading.
    pub(super) broken: Vec<Finding>,
    pub(super) notes: Vec<String>,
}

pub(super) async fn load(session: &Session, names: &[String]) -> Result<Loaded, Failure> {
    let project = session.service.selected(function_names::selection_of(names)).await?;
    function_names::all_are_known(&project, names)?;
    let (unsupported, broken): (Vec<_>, Vec<_>) =
        project.broken.iter().partition(|broken| broken.is_unsupported());
    if let Some(ours) = broken.iter().find(|broken| broken.error.code == LoadErrorCode::Engine) {
        return Err(Failure::from(&ours.error));
    }
    let mut entries: Vec<String> = project.functions.iter().map(|function| function.path.clone()).collect();
    entries.extend(broken.iter().map(|broken| broken.path.trim_start_matches("./").to_owned()));
    let mut notes: Vec<String> = unsupported.iter().map(|broken| broken.error.message.clone()).collect();
    notes.extend(project.notes.iter().cloned());
    Ok(Loaded {
        entries,
        functions: project.functions.len() + broken.len(),
        broken: broken.into_iter().map(finding).collect(),
        notes,
    })
}

/// A function that does not load is an error that no comment silences.
fn finding(broken: &BrokenFunction) -> Finding {
    let error = &broken.error;
    let position = error.position.as_deref();
    Finding {
        code: Cow::Borrowed(error.code.as_str()),
        severity: Severity::Error,
        file: position.map_or_else(|| broken.path.clone(), |position| position.file.clone()),
        line: position.map_or(1, |position| position.line),
        column: position.map_or(1, |position| position.column),
        message: error.message.clone(),
        next: error.hint.clone(),
        source: position.and_then(|position| position.source.clone()),
    }
}
