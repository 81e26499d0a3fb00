//! Why a deployment was not made.

use onevent_contract::{EnvironmentName, Event, FunctionKey};
use onevent_engine::{BrokenFunction, LoadError};
use onevent_store::{DeploymentId, StoreError};
use thiserror::Error;

/// Why a deployment was not made. Nothing was changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Functions that do not load.
    #[error("{}", broken_text(.broken))]
    Broken {
        /// Each, with its error.
        broken: Vec<BrokenFunction>,
    },
    /// A file of the project that could be loaded, and could not be read again.
    #[error(transparent)]
    Unreadable(LoadError),
    /// A function is of another event than whoever deploys says.
    #[error("{path}: its default export says `{exported}`, and it was deployed as `{said}`", exported = .exported.as_str(), said = .said.as_str())]
    OtherEvent {
        /// Its file.
        path: String,
        /// The event that was said.
        said: Event,
        /// The event of its default export.
        exported: Event,
    },
    /// A function comes twice.
    #[error("the function {function} comes twice")]
    Twice {
        /// The function.
        function: FunctionKey,
    },
    /// There is nothing to be deployed, and nothing that would go.
    #[error("there are no functions to deploy")]
    Nothing,
    /// Nothing was ever deployed.
    #[error("nothing is deployed to {environment}")]
    None {
        /// The environment.
        environment: EnvironmentName,
    },
    /// Another deployment was made meanwhile.
    #[error("another deployment to {environment} was made meanwhile")]
    Concurrent {
        /// The environment.
        environment: EnvironmentName,
    },
    /// There is no earlier deployment to go back to.
    #[error("{environment} has no earlier deployment")]
    NothingBefore {
        /// The environment.
        environment: EnvironmentName,
    },
    /// It is the active one already.
    #[error("the deployment {id} is the active one")]
    Active {
        /// Its id.
        id: DeploymentId,
    },
}

impl DeploymentError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Store(error) => error.code(),
            Self::Broken { .. } => "function_broken",
            Self::Unreadable(error) => error.code.as_str(),
            Self::OtherEvent { .. } => "event_mismatch",
            Self::Twice { .. } => "duplicate_function",
            Self::Nothing => "nothing_to_deploy",
            Self::None { .. } => "nothing_deployed",
            Self::Concurrent { .. } => "concurrent_deployment",
            Self::NothingBefore { .. } => "no_earlier_deployment",
            Self::Active { .. } => "deployment_active",
        }
    }

    /// What the reader can do, where there is something to be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Broken { .. } => Some(
                "repair the functions, or take their imports out of index.ts; nothing was changed".into(),
            ),
            Self::Concurrent { .. } => Some("look at what was deployed, then deploy again".into()),
            Self::Unreadable(error) => error.hint.clone(),
            Self::None { .. } => Some("`onevent deploy` deploys the functions of a project".into()),
            Self::OtherEvent { .. }
            | Self::Twice { .. }
            | Self::Nothing
            | Self::NothingBefore { .. }
            | Self::Active { .. } => None,
        }
    }
}

/// Each with its place: file, line and column.
fn broken_text(broken: &[BrokenFunction]) -> String {
    let texts = broken.iter().map(|broken| {
        let text = broken.error.to_string();
        // What names no place names the file, at least.
        let is_named = broken.error.position.is_some() || text.starts_with(&broken.path);
        if is_named { text } else { format!("{}: {text}", broken.path) }
    });
    texts.collect::<Vec<_>>().join("; ")
}
