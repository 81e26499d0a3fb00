//! `onevent deploy`: the project's functions become what the environment runs.

use anstyle::Style;
use onevent_app::{DeploymentRequest, MadeDeployment, PlannedDeployment};
use onevent_engine::ProjectSource;
use onevent_lifecycle::deployments::{ChangeKind, DeploymentScope, FunctionChange};
use onevent_store::{Audit, DeploymentId};
use serde::Serialize;

use crate::args::DeployArgs;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, WARN};
use crate::session::Session;

/// How this program names itself in the list of deployments.
const CLIENT: &str = concat!("onevent/", env!("CARGO_PKG_VERSION"));

/// `docs/schemas/deploy.json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    environment: &'a str,
    /// What the environment runs now; of a dry run nothing.
    deployment: Option<DeploymentId>,
    dry_run: bool,
    functions: &'a [FunctionChange],
    /// Files of kinds that are not run: syncs.
    skipped: &'a [String],
}

/// Deploys, or says what a deployment would do.
pub(crate) async fn run(session: &Session, args: &DeployArgs) -> Result<Reply, Failure> {
    let service = &session.service;
    let environment = service.environment();
    let scope = args.integration.clone();
    let request = DeploymentRequest {
        source: ProjectSource::directory(session.folder()),
        scope: scope.map_or_else(DeploymentScope::environment, DeploymentScope::integration),
        events: Vec::new(),
        audit: audit(args.message.clone()),
    };
    if args.dry_run {
        let PlannedDeployment { changes, changes_something, skipped } =
            service.plan_deployment(environment, request).await?;
        let last = match changes_something {
            true => {
                format!("\nNothing was changed: this is what `onevent deploy -e {environment}` would do.\n")
            }
            false => format!("\n{environment} runs these already.\n"),
        };
        return reply(environment.as_str(), None, true, &changes, &skipped, &last);
    }
    let MadeDeployment { deployed, skipped } = service.deploy(environment, request).await?;
    let id = deployed.deployment.as_ref().map(|deployment| deployment.id);
    let last = match (id, deployed.is_new) {
        (Some(id), true) => format!("\n{environment} runs deployment {id} now.\n"),
        _ => format!("\n{environment} runs these already; nothing was changed.\n"),
    };
    reply(environment.as_str(), id, false, &deployed.changes, &skipped, &last)
}

/// Who deploys.
pub(super) fn audit(message: Option<String>) -> Audit {
    Audit { author: None, message, client: CLIENT.to_owned() }
}

fn reply(
    environment: &str,
    deployment: Option<DeploymentId>,
    dry_run: bool,
    functions: &[FunctionChange],
    skipped: &[String],
    last: &str,
) -> Result<Reply, Failure> {
    let document = Document { environment, deployment, dry_run, functions, skipped };
    let mut reply = Reply::new(&document, format!("{}{last}", table(functions)))?;
    for path in skipped {
        reply = reply.note(&format!("note: {path} is a sync: it was left out, syncs are not run\n"));
    }
    Ok(reply)
}

fn table(changes: &[FunctionChange]) -> String {
    let mut table = Table::new(&["function", "kind", "change", "version"]);
    for change in changes {
        table.row([
            (NAME, change.key.to_string()),
            (Style::new(), change.event.map_or(change.function_type, |event| event.as_str()).to_owned()),
            (style(change.change), change.change.as_str().to_owned()),
            (DIM, versions(change)),
        ]);
    }
    table.render()
}

/// The colour of a change.
pub(super) fn style(change: ChangeKind) -> Style {
    match change {
        ChangeKind::Created => GOOD,
        ChangeKind::Updated => WARN,
        ChangeKind::Unchanged => DIM,
        ChangeKind::Deleted => BAD,
    }
}

/// `0.0.1 → 0.0.2`.
pub(super) fn versions(change: &FunctionChange) -> String {
    match (change.before, change.after) {
        (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (_, Some(version)) | (Some(version), None) => version.to_string(),
        (None, None) => String::new(),
    }
}
