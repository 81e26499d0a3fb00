//! `onevent deploy`: the project's functions become what an environment runs, here or on a server.

use anstyle::Style;
use onevent_app::{DeploymentRequest, MadeDeployment, PlannedDeployment};
use onevent_check::Finding;
use onevent_contract::EnvironmentName;
use onevent_engine::{ListedFunction, ProjectSource};
use onevent_lifecycle::deployments::{DeploymentScope, FunctionChange};
use onevent_store::{Audit, DeploymentId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::args::DeployArgs;
use crate::commands::check::{self, Judging};
use crate::failure::Failure;
use crate::output::{ChangeView, DIM, FindingDocument, NAME, Reply, Table, clean, render_finding};
use crate::session::Session;

/// How this program names itself in the list of deployments.
const CLIENT: &str = concat!("onevent/", env!("CARGO_PKG_VERSION"));

/// `docs/schemas/deploy.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    environment: &'a EnvironmentName,
    /// What the environment runs now; of a dry run nothing.
    deployment: Option<DeploymentId>,
    dry_run: bool,
    /// Whether it runs anything else than before; of a dry run, whether it would.
    changed: bool,
    functions: &'a [FunctionChange],
    /// Files of kinds that are not run: syncs.
    skipped: &'a [String],
}

/// The same, as it is shown.
#[derive(Debug, Deserialize)]
struct View {
    environment: String,
    deployment: Option<String>,
    dry_run: bool,
    changed: bool,
    functions: Vec<ChangeView>,
    skipped: Vec<String>,
}

/// Deploys, or says what a deployment would do.
pub(crate) async fn run(session: &Session, args: &DeployArgs) -> Result<Reply, Failure> {
    let findings = findings(session, args).await?;
    let service = &session.service;
    let environment = service.environment();
    let request = DeploymentRequest {
        source: ProjectSource::directory(session.folder()),
        scope: scope(args),
        events: Vec::new(),
        audit: audit(args.message.clone()),
    };
    let document = if args.dry_run {
        let PlannedDeployment { changes, changes_something, skipped } =
            service.plan_deployment(environment, request).await?;
        let (functions, skipped) = (changes.as_slice(), skipped.as_slice());
        let (deployment, changed) = (None, changes_something);
        document(&Document { environment, deployment, dry_run: true, changed, functions, skipped })?
    } else {
        let MadeDeployment { deployed, skipped } = service.deploy(environment, request).await?;
        let deployment = deployed.deployment.as_ref().map(|deployment| deployment.id);
        let (functions, skipped) = (deployed.changes.as_slice(), skipped.as_slice());
        let changed = deployed.is_new;
        document(&Document { environment, deployment, dry_run: false, changed, functions, skipped })?
    };
    reply(document, &findings)
}

/// What is to be mended in what is deployed.
///
/// # Errors
/// The command line denies it: then nothing is deployed.
pub(super) async fn findings(session: &Session, args: &DeployArgs) -> Result<Vec<Finding>, Failure> {
    let judging = Judging::of(&args.judging)?;
    let is_deployed = |listed: &ListedFunction| {
        args.integration.as_ref().is_none_or(|integration| listed.key.integration == *integration)
    };
    let entries = check::listed(session, is_deployed).await?;
    let found = check::unawaited(session, entries, &judging).await?;
    judging.refusal(&found).map_or(Ok(found), Err)
}

/// What is deployed.
pub(super) fn scope(args: &DeployArgs) -> DeploymentScope {
    args.integration.clone().map_or_else(DeploymentScope::environment, DeploymentScope::integration)
}

/// Who deploys.
pub(super) fn audit(message: Option<String>) -> Audit {
    Audit { author: None, message, client: CLIENT.to_owned() }
}

fn document(document: &Document<'_>) -> Result<Value, Failure> {
    serde_json::to_value(document).map_err(|error| Failure::internal(error.to_string()))
}

/// The answer, from its document.
pub(super) fn reply(mut document: Value, findings: &[Finding]) -> Result<Reply, Failure> {
    let view = View::deserialize(&document).map_err(|error| Failure::internal(error.to_string()))?;
    let View { environment, deployment, dry_run, changed, functions, skipped } = view;
    let environment = clean(&environment);
    let last = match (dry_run, changed, deployment) {
        (true, true, _) => format!("Nothing was changed: {environment} would run these.\n"),
        (true, false, _) => format!("{environment} runs these already.\n"),
        (false, true, Some(id)) => format!("{environment} runs deployment {} now.\n", clean(&id)),
        (false, _, _) => format!("{environment} runs these already; nothing was changed.\n"),
    };
    let told: Vec<FindingDocument<'_>> = findings.iter().map(FindingDocument::from).collect();
    document["findings"] =
        serde_json::to_value(told).map_err(|error| Failure::internal(error.to_string()))?;
    let mut reply = Reply::new(&document, format!("{}\n{last}", table(&functions)))?;
    for finding in findings {
        reply = reply.note(&render_finding(finding));
    }
    for path in skipped {
        let path = clean(&path);
        reply = reply.note(&format!("note: {path} is a sync: it was left out, syncs are not run\n"));
    }
    Ok(reply)
}

fn table(changes: &[ChangeView]) -> String {
    let mut table = Table::new(&["function", "kind", "change", "version"]);
    for change in changes {
        table.row([
            (NAME, change.name()),
            (Style::new(), change.kind()),
            (change.style(), change.change.as_str().to_owned()),
            (DIM, change.versions()),
        ]);
    }
    table.render()
}
