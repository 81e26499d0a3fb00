//! Where a recording goes, and what must not be lost there.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use onevent_contract::FunctionKey;
use onevent_testing::fixture_path;
use serde_json::Value;

use crate::args::FixtureCase;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::session::Session;
use crate::whole_file::{WriteError, check_in_project, write_in_project};

/// What becomes of another recording in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    Kept,
    Replaced,
}

/// The file of a recording.
pub(super) struct FixtureFile {
    project: PathBuf,
    path: PathBuf,
    /// Its path in the project.
    shown: String,
    /// The name that a fixture beside it would have.
    another: String,
}

impl FixtureFile {
    pub(super) fn of(session: &Session, function: &FunctionKey, case: FixtureCase<'_>) -> Self {
        let stem = case.stem(function.name.as_str());
        Self {
            project: session.folder().to_owned(),
            path: fixture_path(session.folder(), function.integration.as_str(), &stem),
            shown: format!("{}/tests/{stem}.test.json", function.integration),
            another: format!("{}.NAME.test.json", function.name),
        }
    }

    /// Refuses what cannot be written whatever the run does, so that nothing is sent for it. Whether a file that is there
    /// holds another recording is known only after the run.
    ///
    /// # Errors
    /// When the file is not to be written.
    pub(super) fn check(&self) -> Result<(), Failure> {
        check_in_project(&self.project, &self.path).map_err(|error| refused(&error))
    }

    /// Writes the recording; the remark about it.
    ///
    /// # Errors
    /// When the file holds another recording that is to be kept, or cannot be written.
    pub(super) fn write(&self, text: &str, existing: Existing) -> Result<String, Failure> {
        if existing == Existing::Kept && self.holds_another(text) {
            let Self { shown, another, .. } = self;
            let message = format!("nothing was saved: {shown} holds another recording");
            let hint = format!("--save=NAME writes {another} beside it, and --force replaces it");
            return Err(Failure::new(ExitCode::Failed, "fixture_exists", message).hint(hint));
        }
        write_in_project(&self.project, &self.path, text).map_err(|error| match error {
            // The run was made: nothing is as before.
            WriteError::Io { .. } => Failure { exit: ExitCode::Unrecorded, ..refused(&error) },
            error => refused(&error),
        })?;
        Ok(format!("saved {}\n", self.shown))
    }

    /// Whether a file is there that says something else. What is no file is refused when it is written.
    fn holds_another(&self, text: &str) -> bool {
        let is_file = std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.is_file());
        is_file && !same(&self.path, text)
    }
}

fn refused(error: &WriteError) -> Failure {
    let message = format!("--save: {error}");
    match error {
        WriteError::Io { .. } => Failure::new(ExitCode::Internal, "fixture_not_written", message),
        _ => Failure::project("fixture_not_written", message),
    }
}

fn same(path: &Path, text: &str) -> bool {
    match std::fs::read_to_string(path) {
        Ok(there) if there == text => true,
        Ok(there) => match (serde_json::from_str::<Value>(&there), serde_json::from_str::<Value>(text)) {
            (Ok(there), Ok(new)) => there == new,
            _ => false,
        },
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}
