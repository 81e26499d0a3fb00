//! Trying what a child may not do, one child for each attempt.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use onevent_contract::Limits;

use super::nursery::command;
use crate::attempt::{Attempt, Attempted};
use crate::child::{ATTEMPT, ATTEMPT_IN_THE_OPEN, REFUSED_EXIT};

/// Which doors are closed while something is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doors {
    /// All.
    Closed,
    /// None.
    Open,
}

/// Tries it in a child, and waits for that; `None` where the attempt says nothing, because something else went wrong.
pub(super) fn attempt(program: &Path, attempt: Attempt, doors: Doors) -> Option<Attempted> {
    let how = match doors {
        Doors::Closed => ATTEMPT,
        Doors::Open => ATTEMPT_IN_THE_OPEN,
    };
    let mut child = command(program, Limits::DEFAULT_HEAP_BYTES);
    let status = child.args([how, &attempt.to_string()]).status().ok()?;
    attempted(status)
}

fn attempted(status: ExitStatus) -> Option<Attempted> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Some(Attempted::Worked),
        (Some(REFUSED_EXIT), _) | (None, Some(libc::SIGSYS)) => Some(Attempted::Refused),
        _ => None,
    }
}
