//! Errors of Nango's API as failures.

use onevent_hosts::RemoteError;

use super::Failure;
use crate::exit::ExitCode;

/// An error of Nango's API before the run began.
impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        let exit = match (&error, error.code()) {
            (_, "unknown_connection" | "unknown_integration" | "connection_needs_reconnect") => {
                ExitCode::Failed
            }
            (RemoteError::Unreachable { .. }, _) => ExitCode::Internal,
            (RemoteError::Answer { status, .. }, _) if !matches!(status, 400..=403) => ExitCode::Internal,
            _ => ExitCode::Usage,
        };
        Failure::new(exit, error.code(), error.to_string()).hint_if(error.hint())
    }
}
