//! `onevent deployments list`, `show`, `diff`, `rollback` and `prune`.

use anstyle::Style;
use onevent_contract::{Event, FunctionKind};
use onevent_lifecycle::deployments::FunctionDiff;
use onevent_store::{Deployment, DeploymentHistoryEntry, DeploymentId, Pruned};
use serde::Serialize;

use super::deploy::{audit, style, versions};
use crate::args::{
    DeploymentsDiffArgs, DeploymentsListArgs, DeploymentsPruneArgs, DeploymentsRollbackArgs,
    DeploymentsShowArgs,
};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, clean, paint, when};
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
    let document = ListDocument { environment: environment.as_str(), active, history: &history };
    if history.is_empty() {
        return Ok(Reply::new(&document, "")?.note(&format!("nothing is deployed to {environment}\n")));
    }
    let mut table = Table::new(&["deployment", "since", "by", "client", "message"]);
    for (number, entry) in history.iter().enumerate() {
        let name = if number == 0 { GOOD } else { NAME };
        table.row([
            (name, entry.deployment.to_string()),
            (DIM, when(entry.at)),
            (Style::new(), entry.act.as_str().to_owned()),
            (DIM, entry.audit.client.clone()),
            (Style::new(), entry.audit.message.clone().unwrap_or_default()),
        ]);
    }
    Reply::new(&document, table.render())
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
    Reply::new(&ShowDocument { deployment: &found, active }, shown(&found, active))
}

fn shown(deployment: &Deployment, active: bool) -> String {
    let mut table = Table::new(&["function", "kind", "version", "since", "description"]);
    for function in &deployment.functions {
        let kind = match &function.kind {
            FunctionKind::Event(event) => Event::as_str(*event),
            kind => kind.as_str(),
        };
        table.row([
            (NAME, function.key.to_string()),
            (Style::new(), kind.to_owned()),
            (Style::new(), function.version.to_string()),
            (DIM, when(function.created_at)),
            (DIM, function.description.clone().unwrap_or_default()),
        ]);
    }
    let state = if active { paint(GOOD, "active") } else { "not active".to_owned() };
    format!("deployment {} of {}: {state}\n\n{}", deployment.id, deployment.environment, table.render())
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
    let document = DiffDocument { environment: environment.as_str(), from, to, functions: &functions };
    if functions.is_empty() {
        return Ok(Reply::new(&document, "")?.note("nothing is different\n"));
    }
    Reply::new(&document, functions.iter().map(rendered).collect::<Vec<_>>().join("\n"))
}

fn rendered(diff: &FunctionDiff) -> String {
    let change = &diff.change;
    let what = paint(style(change.change), change.change.as_str());
    let mut text = format!("{} {what} {}\n", paint(NAME, &change.key.to_string()), versions(change));
    for file in &diff.files {
        text.push_str(&format!(
            "  {} {}\n",
            paint(style(file.change), file.change.as_str()),
            clean(&file.path)
        ));
    }
    for line in diff.text.lines() {
        let colour = match line.chars().next() {
            Some('+') => GOOD,
            Some('-') => BAD,
            _ => Style::new(),
        };
        text.push_str(&format!("{}\n", paint(colour, &clean(line))));
    }
    text
}

/// Runs an earlier deployment again.
pub(crate) async fn roll_back(session: &Session, args: &DeploymentsRollbackArgs) -> Result<Reply, Failure> {
    let environment = session.service.environment();
    let id = args.id.as_deref().map(read_id).transpose()?;
    let audit = audit(args.message.clone());
    let now = session.service.roll_back_deployment(environment, id, &audit).await?;
    Reply::new(&ShowDocument { deployment: &now, active: true }, shown(&now, true))
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
    let pruned = session.service.prune_deployments(environment, args.keep).await?;
    let Pruned { deployments, function_versions, .. } = pruned;
    let text = format!("deleted: {deployments} deployments, {function_versions} versions of functions\n");
    Reply::new(&PruneDocument { environment: environment.as_str(), pruned }, text)
}

fn read_id(text: &str) -> Result<DeploymentId, Failure> {
    DeploymentId::parse(text).ok_or_else(|| {
        let message = format!("there is no deployment `{text}`");
        Failure::new(ExitCode::Failed, "unknown_deployment", message)
            .hint("`onevent deployments list` shows what there is")
    })
}
