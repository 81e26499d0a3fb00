//! The store's errors as failures.

use onevent_store::StoreError;

use super::Failure;
use super::advice::with_credentials;
use crate::exit::ExitCode;

/// A store's error: what was asked for is not there (1), was asked for wrongly (2), or the store failed (12).
impl From<&StoreError> for Failure {
    fn from(error: &StoreError) -> Self {
        let exit = match error {
            StoreError::ConnectionExists { .. }
            | StoreError::ConnectionQuarantined { .. }
            | StoreError::EventNotReplayable { .. }
            | StoreError::EventNotSkippable { .. }
            | StoreError::UnknownConnection { .. }
            | StoreError::OperationInProgress { .. }
            | StoreError::UnknownApiKey { .. }
            | StoreError::IntegrationExists { .. }
            | StoreError::UnknownIntegration { .. }
            | StoreError::IntegrationInUse { .. }
            | StoreError::UnknownDeployment { .. } => ExitCode::Failed,
            StoreError::Url(_)
            | StoreError::Key(_)
            | StoreError::DatabaseMissing { .. }
            | StoreError::MetadataTooLarge { .. }
            | StoreError::InvalidRunId { .. }
            | StoreError::AmbiguousRunId { .. } => ExitCode::Usage,
            _ => ExitCode::Internal,
        };
        let hint = match error {
            StoreError::ConnectionExists { key } => {
                Some(format!("to give it new credentials: {}", with_credentials("reconnect", key)))
            }
            StoreError::UnknownConnection { key } => {
                Some(format!("`onevent connection list -e {}` shows what there is", key.environment))
            }
            StoreError::DatabaseMissing { .. } => Some(
                "`onevent connection create` makes a new one; `onevent config` shows who names this one"
                    .into(),
            ),
            other => other.hint(),
        };
        Failure::new(exit, error.code(), error.to_string()).hint_if(hint)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}
