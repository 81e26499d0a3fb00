//! What the operator decides about operations.

use std::time::Duration;

use onevent_store::DeploymentId;
use strum::{EnumString, IntoStaticStr, VariantNames};

use crate::retry::RetryPolicies;
use crate::webhooks::Webhooks;

/// How long a connection stays in quarantine unless the operator says otherwise: two weeks, in which somebody looks.
pub const DEFAULT_QUARANTINE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// What becomes of a deletion whose cleanup failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum CleanupFailure {
    /// The connection is deleted all the same, as Nango does it.
    #[default]
    Continue,
    /// The connection stays, and whoever asked for its deletion is told.
    Block,
    /// It is gone for its users. Its credentials and its metadata stay, hidden, and cleanup is tried again until it
    /// succeeds, a person decides, or the time for it is over.
    Quarantine,
}

/// What becomes of a connection whose setup failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum SetupFailure {
    /// It can be used from the moment in which it was accepted, as at Nango.
    #[default]
    Continue,
    /// It is there for its users once its setup is done.
    Block,
}

/// What becomes of the credentials of a reconnect until its validation has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NewCredentials {
    /// They replace the old ones, and stay where they are rejected: the connection needs a reconnect then, as at Nango.
    #[default]
    Replace,
    /// They replace the old ones once they are accepted: a rejection leaves everything as it was.
    Staged,
}

/// Who runs the setup functions of a connection that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SetupBy {
    /// The operation itself, before it answers: a command.
    #[default]
    Operation,
    /// Workers, after it has answered: a server.
    Workers,
}

/// What the operator decides about operations on connections of one integration.
#[derive(Debug, Clone)]
pub struct Policies {
    /// Who runs setup functions.
    pub setup_by: SetupBy,
    /// What becomes of a deletion whose cleanup failed.
    pub cleanup_failure: CleanupFailure,
    /// How long a connection stays in quarantine at most.
    pub quarantine: Duration,
    /// What becomes of a connection whose setup failed.
    pub setup_failure: SetupFailure,
    /// What becomes of new credentials until they are accepted.
    pub new_credentials: NewCredentials,
    /// How queued functions that failed are tried again.
    pub retries: RetryPolicies,
    /// What the operator's app is told; `None` tells nothing.
    pub webhooks: Option<Webhooks>,
    /// The deployment that the functions are of; `None` of a project's folder.
    pub deployment: Option<DeploymentId>,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            setup_by: SetupBy::default(),
            cleanup_failure: CleanupFailure::default(),
            quarantine: DEFAULT_QUARANTINE,
            setup_failure: SetupFailure::default(),
            new_credentials: NewCredentials::default(),
            retries: RetryPolicies::default(),
            webhooks: None,
            deployment: None,
        }
    }
}
