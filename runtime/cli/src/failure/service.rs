//! Errors of the service, and of operations on connections, as failures.

use onevent_app::ServiceError;
use onevent_lifecycle::LifecycleError;
use onevent_lifecycle::deployments::DeploymentError;

use super::Failure;
use crate::exit::ExitCode;

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Config(error) => error.into(),
            ServiceError::Load(error) => Self::from(&error),
            ServiceError::Store(error) => error.into(),
            ServiceError::Deployment(error) => Self::from(&error),
            ServiceError::Lifecycle(error) => Self::from(&error),
            ServiceError::Remote(error) => error.into(),
            ServiceError::Refused(refused) => refused.into(),
            error @ ServiceError::NoToken { .. } => {
                Self::new(ExitCode::Failed, error.code().to_owned(), error.to_string())
                    .hint("nothing was stored")
            }
            error @ ServiceError::Elsewhere { .. } => {
                Self::new(ExitCode::Usage, error.code().to_owned(), error.to_string()).hint_if(error.hint())
            }
            other => Self::internal(other.to_string()),
        }
    }
}

/// A deployment that was not made.
impl From<&DeploymentError> for Failure {
    fn from(error: &DeploymentError) -> Self {
        let exit = match error {
            DeploymentError::Store(error) => return error.into(),
            DeploymentError::Unreadable(error) => return error.into(),
            DeploymentError::Broken { .. }
            | DeploymentError::OtherEvent { .. }
            | DeploymentError::Twice { .. }
            | DeploymentError::Nothing => ExitCode::Project,
            _ => ExitCode::Failed,
        };
        let failure = Failure::new(exit, error.code().to_owned(), error.to_string()).hint_if(error.hint());
        let DeploymentError::Broken { broken } = error else { return failure };
        match broken.iter().find_map(|broken| Failure::from(&broken.error).location) {
            Some(place) => failure.at(*place),
            None => failure,
        }
    }
}

/// An operation that was not done, or not to its end.
impl From<&LifecycleError> for Failure {
    fn from(error: &LifecycleError) -> Self {
        match error {
            LifecycleError::Store(error) => error.into(),
            LifecycleError::Broken { broken, .. } => {
                let failure = Failure::project("function_broken", error.to_string()).hint_if(error.hint());
                match broken.iter().find_map(|broken| Failure::from(&broken.error).location) {
                    Some(place) => failure.at(*place),
                    None => failure,
                }
            }
            LifecycleError::InvalidLimits { .. } => of(ExitCode::Usage, error),
            LifecycleError::Incomplete { .. } => of(ExitCode::Unrecorded, error),
            LifecycleError::Interrupted { .. } => of(ExitCode::Interrupted, error),
            other => of(ExitCode::Internal, other),
        }
    }
}

fn of(exit: ExitCode, error: &LifecycleError) -> Failure {
    Failure::new(exit, error.code().to_owned(), error.to_string()).hint_if(error.hint())
}
