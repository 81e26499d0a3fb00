//! Why an operation was not done.

use onevent_contract::{ApiErrorCode, FunctionKey, IntegrationId, LimitsError, RunReport};
use onevent_engine::BrokenFunction;
use onevent_hosts::RemoteError;
use onevent_store::StoreError;
use thiserror::Error;

use crate::{InterruptedIn, OperationReport};

/// Why an operation was not done, or not to its end. But for [`LifecycleError::Incomplete`], and where
/// [`LifecycleError::Interrupted`] says otherwise, the connection is as it was before.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LifecycleError {
    /// The store refused or failed; among others `connection_exists`, `unknown_connection` and
    /// `operation_in_progress`.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The Nango that keeps the connection did not do its part.
    #[error(transparent)]
    Nango(#[from] RemoteError),
    /// Functions of the integration cannot be loaded, so nobody knows what they would have decided. Nothing
    /// was started.
    #[error("{}", broken_message(.integration, .broken))]
    Broken {
        /// The integration.
        integration: IntegrationId,
        /// Its broken functions, each with its error; at least one.
        broken: Vec<BrokenFunction>,
    },
    /// The limits that the configuration gives a function make no sense. Nothing was started.
    #[error("{function}: {source}")]
    InvalidLimits {
        /// The function.
        function: FunctionKey,
        /// What is wrong with them.
        source: LimitsError,
    },
    /// onevent itself failed while the validation ran: there is no verdict.
    #[error("{function} gave no verdict, by onevent's own fault: {message}")]
    NoVerdict {
        /// The function.
        function: FunctionKey,
        /// The code of what failed.
        code: String,
        /// In words.
        message: String,
        /// The runs so far, the one without a verdict included where it has started.
        runs: Vec<RunReport>,
    },
    /// There was no place for the run of a validation or a cleanup: more is asked of this process than it takes. A little
    /// later there may be one.
    #[error("{function}: {message}")]
    NoPlace {
        /// The function.
        function: FunctionKey,
        /// Why not.
        code: ApiErrorCode,
        /// In words.
        message: String,
        /// The runs before it.
        runs: Vec<RunReport>,
    },
    /// The connection was created, but its setup could not be finished or recorded.
    #[error("the connection was created, but its setup was not finished: {source}")]
    Incomplete {
        /// What was done.
        report: Box<OperationReport>,
        /// What failed.
        source: StoreError,
    },
    /// The connection was cleaned up, but it could not be deleted, or its runs not be recorded.
    #[error("the connection was cleaned up, but not deleted: {source}")]
    CleanedUpOnly {
        /// What was done.
        report: Box<OperationReport>,
        /// What failed.
        source: StoreError,
    },
    /// A cleanup function did not succeed, and `on_failure.cleanup` is `block`: the connection stays.
    #[error("the connection was not deleted, because its cleanup failed: {}", .report.warnings.iter().map(|warning| warning.message.as_str()).collect::<Vec<_>>().join(" "))]
    CleanupFailed {
        /// What was done.
        report: Box<OperationReport>,
    },
    /// The operation was interrupted: the process was asked to stop.
    #[error("interrupted: {}", .during.consequence())]
    Interrupted {
        /// What it was doing, and so what became of the connection.
        during: InterruptedIn,
        /// What was done. Its runs are stored, where the database took them.
        report: Box<OperationReport>,
    },
}

impl LifecycleError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Store(error) => error.code(),
            Self::Nango(error) => error.code(),
            Self::Broken { .. } => "function_broken",
            Self::InvalidLimits { .. } => "invalid_limits",
            Self::NoVerdict { code, .. } => code,
            Self::NoPlace { code, .. } => code.as_str(),
            Self::Incomplete { .. } | Self::CleanedUpOnly { .. } => "operation_incomplete",
            Self::CleanupFailed { .. } => "cleanup_failed",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    /// What the reader can do, where there is something to be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(StoreError::ConnectionExists { .. }) => {
                Some("to give it new credentials, use `connection reconnect`".into())
            }
            Self::Store(StoreError::UnknownConnection { .. }) => {
                Some("to make a new connection, use `connection create`".into())
            }
            Self::Store(error) => error.hint(),
            Self::Nango(error) => error.hint(),
            Self::Broken { .. } => Some(
                "repair the functions, or take their imports out of index.ts; nothing was changed".into(),
            ),
            Self::InvalidLimits { .. } => Some("change the limits in the configuration".into()),
            Self::NoVerdict { .. } | Self::NoPlace { .. } => {
                Some("try again; the connection is as it was before".into())
            }
            Self::Incomplete { .. } => {
                Some("the connection can be used; delete and create it again to repeat its setup".into())
            }
            Self::CleanedUpOnly { .. } => {
                Some("the connection is still here; delete it again, and its cleanup runs again".into())
            }
            Self::CleanupFailed { .. } => Some(
                "mend the function or the account, and delete the connection again; on_failure.cleanup=continue deletes \
                 it all the same"
                    .into(),
            ),
            Self::Interrupted { during, .. } => Some(match during {
                InterruptedIn::Setup => {
                    "what its functions did at a provider stays; a server on this database goes on with the setup, or \
                     delete the connection and create it again"
                        .into()
                }
                InterruptedIn::Waiting => "run the command again".into(),
                InterruptedIn::Creation | InterruptedIn::Reconnect | InterruptedIn::Cleanup => {
                    "what functions did at a provider stays; run the command again".into()
                }
            }),
        }
    }
}

/// Its file and its error; most errors name the file themselves.
fn broken_text(broken: &BrokenFunction) -> String {
    let message = &broken.error.message;
    if message.starts_with(&broken.path) { message.clone() } else { format!("{}: {message}", broken.path) }
}

fn broken_message(integration: &IntegrationId, broken: &[BrokenFunction]) -> String {
    let each: Vec<String> = broken.iter().map(broken_text).collect();
    format!("functions of {integration} cannot be loaded: {}", each.join("; "))
}
