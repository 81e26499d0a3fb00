//! Load errors, and runs that did not start, as failures.

use onevent_app::Location;
use onevent_engine::{LoadError, LoadErrorCode, RunRefused};

use super::Failure;
use crate::exit::ExitCode;

/// A load error with its code frame.
impl From<&LoadError> for Failure {
    fn from(error: &LoadError) -> Self {
        let exit = match error.code {
            LoadErrorCode::Engine => ExitCode::Internal,
            _ => ExitCode::Project,
        };
        let failure =
            Failure::new(exit, error.code.as_str(), error.message.clone()).hint_if(error.hint.clone());
        let Some(position) = error.position.as_deref() else { return failure };
        failure.at(match &position.source {
            Some(text) => Location::of_position(&position.file, text, position.line, position.column),
            None => Location::without_text(&position.file, position.line as usize, position.column as usize),
        })
    }
}

impl From<RunRefused> for Failure {
    fn from(refused: RunRefused) -> Self {
        let exit = match refused {
            RunRefused::Limits(_) => ExitCode::Usage,
            RunRefused::Cancelled => return Self::interrupted("the run did not start"),
            _ => ExitCode::Internal,
        };
        Self::new(exit, refused.code(), refused.to_string())
    }
}
