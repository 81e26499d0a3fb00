//! What the operator decides about operations.

use onevent_store::DeploymentId;
use strum::{EnumString, IntoStaticStr, VariantNames};

use crate::Webhooks;

/// What becomes of a deletion whose cleanup failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum CleanupFailure {
    /// The connection is deleted all the same, as Nango does it.
    #[default]
    Continue,
    /// The connection stays, and whoever asked for its deletion is told.
    Block,
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
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Who runs setup functions.
    pub setup_by: SetupBy,
    /// What becomes of a deletion whose cleanup failed.
    pub cleanup_failure: CleanupFailure,
    /// What the operator's app is told; `None` tells nothing.
    pub webhooks: Option<Webhooks>,
    /// The deployment that the functions are of; `None` of a project's folder.
    pub deployment: Option<DeploymentId>,
}
