//! The calls of `nango` that nobody awaits, for commands that do more than checking: they warn of them.

use std::sync::Arc;

use onevent_check::{Code, Family, Finding, Rules, Severity};
use onevent_engine::{ListedFunction, Selection};

use super::judging::Judging;
use super::looking::look_at;
use crate::failure::Failure;
use crate::session::Session;

/// The files of the functions that `index.ts` lists and that fit. Nothing of them is read.
pub(crate) async fn listed(
    session: &Session,
    fits: impl Fn(&ListedFunction) -> bool,
) -> Result<Vec<String>, Failure> {
    let project = session.service.selected(Selection::Fitting(Arc::new(|_| false))).await?;
    Ok(project.not_loaded.iter().filter(|listed| fits(listed)).map(|listed| listed.path.clone()).collect())
}

/// The calls that nobody awaits in these files and the project's own that they import, as warnings.
pub(crate) async fn unawaited(
    session: &Session,
    entries: Vec<String>,
    judging: &Judging,
) -> Result<Vec<Finding>, Failure> {
    let checked = look_at(session, entries, Rules::Calls).await?;
    let mut found = judging.left(checked.ignores.apply(checked.findings, |_| false));
    found.retain(|finding| finding.code.parse::<Code>().is_ok_and(|code| code.family() == Family::Calls));
    Ok(found.into_iter().map(|finding| Finding { severity: Severity::Warning, ..finding }).collect())
}
