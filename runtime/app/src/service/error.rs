//! Why the service did not do what was asked.

use onevent_contract::EnvironmentName;
use onevent_engine::{LoadError, RunRefused};
use onevent_hosts::RemoteError;
use onevent_lifecycle::deployments::DeploymentError;
use onevent_lifecycle::{LifecycleError, TriggerError};
use onevent_store::StoreError;
use thiserror::Error;

use crate::config::DatabaseName;
use crate::error::ConfigError;

/// Why the service did not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// What is configured cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The project could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The database refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A deployment was not made.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// An operation on a connection was not done.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleError),
    /// An action was not run.
    #[error(transparent)]
    Trigger(#[from] TriggerError),
    /// A run did not start.
    #[error(transparent)]
    Refused(#[from] RunRefused),
    /// Nango's API did not answer, or did not answer what was asked.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A database holds what its settings say to live in another one: it would be seen, and worked on, in the wrong place.
    #[error("{database} holds {}, and the settings say that it lives elsewhere", listed(.environments))]
    Elsewhere {
        /// Where it was found.
        database: DatabaseName,
        /// What was found.
        environments: Vec<EnvironmentName>,
    },
    /// A client's credentials gave no token, so nothing was stored.
    #[error("no access token was issued for these credentials: {message}")]
    NoToken {
        /// Why.
        message: String,
    },
    /// The machine did not give what a part of onevent needs: a thread, or a socket.
    #[error("{message}")]
    Machine {
        /// What could not be started, and why.
        message: String,
    },
}

impl ServiceError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Config(error) => error.code(),
            Self::Load(error) => error.code.as_str(),
            Self::Store(error) => error.code(),
            Self::Deployment(error) => error.code(),
            Self::Lifecycle(error) => error.code(),
            Self::Trigger(error) => error.code(),
            Self::Refused(refused) => refused.code(),
            Self::Remote(error) => error.code(),
            Self::Elsewhere { .. } => "environment_elsewhere",
            Self::NoToken { .. } => "connection_test_failed",
            Self::Machine { .. } => "internal_error",
        }
    }

    /// Whether it may pass by itself: a database that does not answer now. What is wrong with what it holds stays so.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Busy | StoreError::Conflict | StoreError::Full | StoreError::Database(_))
        )
    }

    /// What the reader can do, where there is something to be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Load(error) => error.hint.clone(),
            Self::Store(error) => error.hint(),
            Self::Deployment(error) => error.hint(),
            Self::Lifecycle(error) => error.hint(),
            Self::Remote(error) => error.hint(),
            Self::Elsewhere { .. } => Some(
                "set environments.<environment>.database.url to where it is, or move what is there first"
                    .into(),
            ),
            Self::Trigger(_) | Self::Refused(_) | Self::NoToken { .. } | Self::Machine { .. } => None,
        }
    }
}

fn listed(environments: &[EnvironmentName]) -> String {
    environments.iter().map(EnvironmentName::as_str).collect::<Vec<_>>().join(", ")
}
