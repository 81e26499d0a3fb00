//! `onevent deploy --server` and `onevent deployments … --server`.

use http::Method;
use onevent_app::DeployableFiles;
use onevent_contract::JsonObject;
use serde_json::{Value, json};

use crate::args::{
    DeployArgs, DeploymentsDiffArgs, DeploymentsListArgs, DeploymentsPruneArgs, DeploymentsRollbackArgs,
    DeploymentsShowArgs,
};
use crate::commands::{deploy, deployments};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::Reply;
use crate::server_api::{Refusal, ServerApi};
use crate::session::Session;

/// How far back an earlier deployment is looked for.
const HISTORY: &str = "1000";

/// Deploys the project's functions to the server, or says what that would do. They are loaded here first: what is wrong
/// with them is told as without a server.
pub(super) async fn deploy(session: &Session, args: &DeployArgs) -> Result<Reply, Failure> {
    let server = ServerApi::needed(session)?;
    let findings = deploy::findings(session, args).await?;
    let DeployableFiles { files, .. } = session.service.deployable_files(&deploy::scope(args)).await?;
    let mut body = JsonObject::from_iter([
        ("files".to_owned(), json!(files.files)),
        ("links".to_owned(), json!(files.links)),
        ("dry_run".to_owned(), args.dry_run.into()),
    ]);
    body.extend(args.integration.iter().map(|name| ("integration".to_owned(), json!(name))));
    body.extend(args.message.iter().map(|text| ("message".to_owned(), json!(text))));
    let answer = server.try_ask(Method::POST, &["deployments"], &[], Some(&Value::Object(body))).await?;
    deploy::reply(answer.map_err(refused)?, &findings)
}

/// What the server says of the project is the project's.
fn refused(refusal: Refusal) -> Failure {
    let (status, is_form) = (refusal.status, refusal.code.starts_with("invalid_"));
    let failure = Failure::from(refusal);
    match status {
        400 if !is_form => Failure { exit: ExitCode::Project, ..failure },
        413 => failure.hint("the server's setting server.body_limit says how much it takes"),
        _ => failure,
    }
}

/// Lists which deployments the key's environment ran.
pub(super) async fn list(server: &ServerApi, args: &DeploymentsListArgs) -> Result<Reply, Failure> {
    deployments::listed(&history(server, &args.limit.to_string()).await?)
}

/// Shows the functions of a deployment.
pub(super) async fn show(server: &ServerApi, args: &DeploymentsShowArgs) -> Result<Reply, Failure> {
    let id = match &args.id {
        Some(id) => Some(deployments::read_id(id)?.to_string()),
        None => active(&history(server, "1").await?),
    };
    let id = id.ok_or_else(|| {
        let message = "nothing is deployed to the environment of this key";
        Failure::new(ExitCode::Failed, "nothing_deployed", message)
            .hint("`onevent deploy` with the same --server deploys the functions of a project")
    })?;
    deployments::shown(&server.ask(Method::GET, &["deployments", &id], &[], None).await?)
}

/// Shows what is different between two deployments.
pub(super) async fn diff(server: &ServerApi, args: &DeploymentsDiffArgs) -> Result<Reply, Failure> {
    let from = deployments::read_id(&args.from)?.to_string();
    let to = args.to.as_deref().map(deployments::read_id).transpose()?.map(|id| id.to_string());
    let query: Vec<(&str, &str)> = to.iter().map(|id| ("to", id.as_str())).collect();
    let path = ["deployments", &from, "diff"];
    deployments::different(&server.ask(Method::GET, &path, &query, None).await?)
}

/// Runs an earlier deployment again; without an id, the one that was active before.
pub(super) async fn roll_back(server: &ServerApi, args: &DeploymentsRollbackArgs) -> Result<Reply, Failure> {
    if let Some(id) = &args.id {
        let id = deployments::read_id(id)?.to_string();
        return deployments::shown(&activate(server, &id, args).await?.map_err(Failure::from)?);
    }
    let history = history(server, HISTORY).await?;
    let active = active(&history);
    let entries = history.get("history").and_then(Value::as_array).into_iter().flatten();
    let earlier = entries.filter_map(|entry| entry.get("deployment")?.as_str());
    for id in earlier.filter(|id| active.as_deref() != Some(*id)) {
        match activate(server, id, args).await? {
            // It was pruned.
            Err(refusal) if refusal.status == 404 => {}
            answer => return deployments::shown(&answer.map_err(Failure::from)?),
        }
    }
    let message = "the environment of this key has no earlier deployment";
    Err(Failure::new(ExitCode::Failed, "no_earlier_deployment", message))
}

async fn activate(
    server: &ServerApi,
    id: &str,
    args: &DeploymentsRollbackArgs,
) -> Result<Result<Value, Refusal>, Failure> {
    let message = args.message.iter().map(|text| ("message".to_owned(), json!(text)));
    let body = Value::Object(message.collect());
    server.try_ask(Method::POST, &["deployments", id, "rollback"], &[], Some(&body)).await
}

/// Deletes old deployments.
pub(super) async fn prune(server: &ServerApi, args: &DeploymentsPruneArgs) -> Result<Reply, Failure> {
    let body = json!({ "keep": args.keep });
    deployments::pruned(&server.ask(Method::POST, &["deployments", "prune"], &[], Some(&body)).await?)
}

async fn history(server: &ServerApi, limit: &str) -> Result<Value, Failure> {
    server.ask(Method::GET, &["deployments"], &[("limit", limit)], None).await
}

fn active(history: &Value) -> Option<String> {
    history.get("active")?.as_str().map(str::to_owned)
}
