//! `onevent deployments list`, `show`, `diff`, `rollback` and `prune`.

mod view;

use onevent_lifecycle::deployments::FunctionDiff;
use onevent_store::{Deployment, DeploymentHistoryEntry, DeploymentId, Pruned};
use serde::Serialize;
use serde_json::Value;

pub(super) use self::view::{different, listed, pruned, shown};
use super::deploy::audit;
use crate::args::{
    DeploymentsDiffArgs, DeploymentsListArgs, DeploymentsPruneArgs, DeploymentsRollbackArgs,
    DeploymentsShowArgs,
};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::Reply;
use crate::session::Session;

/// `docs/schemas/deployments.json`.
#[derive(Debug, Serialize)]
struct ListDocument<'a> {
    environment: &'a str,
    active: Option<DeploymentId>,
    history: &'a [DeploymentHistoryEntry],
}

/// Lists which deployments the environment ran.
pub(crate) async fn list(session: &Session, args: &DeploymentsListArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let history = session.service.deployments(environment, args.limit).await?;
    let active = history.first().map(|newest| newest.deployment);
    listed(&written(&ListDocument { environment: environment.as_str(), active, history: &history })?)
}

/// `docs/schemas/deployment.json`.
#[derive(Debug, Serialize)]
struct ShowDocument<'a> {
    #[serde(flatten)]
    deployment: &'a Deployment,
    /// Whether the environment runs it.
    active: bool,
}

/// Shows the functions of a deployment.
pub(crate) async fn show(session: &Session, args: &DeploymentsShowArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let id = args.id.as_deref().map(read_id).transpose()?;
    let found = session.service.deployment(environment, id).await?.deployment;
    let newest = session.service.deployments(environment, 1).await?;
    let active = newest.first().is_some_and(|newest| newest.deployment == found.id);
    shown(&written(&ShowDocument { deployment: &found, active })?)
}

/// `docs/schemas/deployments-diff.json`.
#[derive(Debug, Serialize)]
struct DiffDocument<'a> {
    environment: &'a str,
    from: DeploymentId,
    to: DeploymentId,
    functions: &'a [FunctionDiff],
}

/// Shows what is different between two deployments.
pub(crate) async fn diff(session: &Session, args: &DeploymentsDiffArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let from = read_id(&args.from)?;
    let to = args.to.as_deref().map(read_id).transpose()?;
    let (to, functions) = session.service.deployment_difference(environment, from, to).await?;
    different(&written(&DiffDocument { environment: environment.as_str(), from, to, functions: &functions })?)
}

/// Runs an earlier deployment again.
pub(crate) async fn roll_back(session: &Session, args: &DeploymentsRollbackArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let id = args.id.as_deref().map(read_id).transpose()?;
    let audit = audit(args.message.clone());
    let now = session.service.roll_back_deployment(environment, id, &audit).await?;
    shown(&written(&ShowDocument { deployment: &now, active: true })?)
}

/// `docs/schemas/deployments-pruned.json`.
#[derive(Debug, Serialize)]
struct PruneDocument<'a> {
    environment: &'a str,
    #[serde(flatten)]
    pruned: Pruned,
}

/// Deletes old deployments.
pub(crate) async fn prune(session: &Session, args: &DeploymentsPruneArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let deleted = session.service.prune_deployments(environment, args.keep).await?;
    pruned(&written(&PruneDocument { environment: environment.as_str(), pruned: deleted })?)
}

fn written(document: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(document).map_err(|error| Failure::internal(error.to_string()))
}

/// The id that a person wrote.
pub(super) fn read_id(text: &str) -> Result<DeploymentId, Failure> {
    DeploymentId::parse(text).ok_or_else(|| {
        let message = format!("there is no deployment `{text}`");
        Failure::new(ExitCode::Failed, "unknown_deployment", message)
            .hint("`onevent deployments list` shows what there is")
    })
}
