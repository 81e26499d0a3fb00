//! Deployments in onevent's own form: what `onevent --server` asks for, and what Nango has no route for.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::USER_AGENT;
use http::{HeaderMap, StatusCode};
use onevent_app::{DeploymentRequest, ServiceError};
use onevent_contract::IntegrationId;
use onevent_engine::{ProjectFiles, ProjectSource};
use onevent_lifecycle::deployments::DeploymentScope;
use onevent_store::{Audit, Deployment, DeploymentId, Pruned};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{ApiError, FieldError};
use crate::extract::{
    Authorized, FromQuery, JsonBody, NoQuery, PathOf, QueryReader, StrictQuery, needs, present,
};
use crate::state::ServerState;

/// How many entries of the history are answered, where nobody says, and at most.
const DEFAULT_ENTRIES: u32 = 20;
const MAX_ENTRIES: u32 = 1_000;
/// The longest message of a deployment, in bytes.
const MAX_MESSAGE_BYTES: usize = 4 * 1024;

needs! {
    Deploy => Deploy;
}

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/deployments", get(list).post(deploy))
        .route("/deployments/prune", post(prune))
        .route("/deployments/{id}", get(one))
        .route("/deployments/{id}/diff", get(diff))
        .route("/deployments/{id}/rollback", post(roll_back))
}

struct ListQuery {
    limit: u32,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { limit: query.number("limit", 1..=MAX_ENTRIES).unwrap_or(DEFAULT_ENTRIES) })
    }
}

async fn list(
    caller: Authorized<Deploy>,
    StrictQuery(query): StrictQuery<ListQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let environment = caller.environment();
    let history = state.service().deployments(environment, query.limit).await?;
    let active = history.first().map(|newest| newest.deployment);
    Ok(Json(json!({ "environment": environment, "active": active, "history": history })))
}

/// The files of a project, and what is to be deployed of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeployBody {
    /// Path inside the project -> text.
    files: BTreeMap<String, Arc<str>>,
    /// Path that is a link -> where it leads to, inside the project.
    #[serde(default)]
    links: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "present")]
    integration: Option<IntegrationId>,
    #[serde(default, deserialize_with = "present")]
    message: Option<String>,
    #[serde(default, deserialize_with = "present")]
    author: Option<String>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

async fn deploy(
    caller: Authorized<Deploy>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<DeployBody>,
) -> Result<Json<Value>, ApiError> {
    let DeployBody { files, links, integration, message, author, dry_run } = body;
    let request = DeploymentRequest {
        source: ProjectSource::from(ProjectFiles { files, links }),
        scope: integration.map_or_else(DeploymentScope::environment, DeploymentScope::integration),
        events: Vec::new(),
        audit: audit(&headers, author, message)?,
    };
    let (service, environment) = (state.service(), caller.environment());
    if dry_run {
        let planned = service.plan_deployment(environment, request).await.map_err(refused)?;
        return Ok(Json(json!({
            "environment": environment,
            "deployment": null,
            "dry_run": true,
            "changed": planned.changes_something,
            "functions": planned.changes,
            "skipped": planned.skipped,
        })));
    }
    let made = service.deploy(environment, request).await.map_err(refused)?;
    Ok(Json(json!({
        "environment": environment,
        "deployment": made.deployed.deployment.map(|deployment| deployment.id),
        "dry_run": false,
        "changed": made.deployed.is_new,
        "functions": made.deployed.changes,
        "skipped": made.skipped,
    })))
}

/// A deployment, as `onevent deployments show` has it.
#[derive(Serialize)]
struct DeploymentDocument<'a> {
    #[serde(flatten)]
    deployment: &'a Deployment,
    /// Whether the environment runs it.
    active: bool,
}

async fn one(
    caller: Authorized<Deploy>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let environment = caller.environment();
    let found = state.service().deployment(environment, Some(read_id(&id)?)).await?.deployment;
    let newest = state.service().deployments(environment, 1).await?;
    let active = newest.first().is_some_and(|newest| newest.deployment == found.id);
    Ok(Json(json!(DeploymentDocument { deployment: &found, active })))
}

struct DiffQuery {
    to: Option<String>,
}

impl FromQuery for DiffQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { to: query.text("to") })
    }
}

/// What is different in another deployment; in the active one, where none is named.
async fn diff(
    caller: Authorized<Deploy>,
    PathOf(id): PathOf<String>,
    StrictQuery(query): StrictQuery<DiffQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let environment = caller.environment();
    let from = read_id(&id)?;
    let to = query.to.as_deref().map(read_id).transpose()?;
    let (to, functions) = state.service().deployment_difference(environment, from, to).await?;
    Ok(Json(json!({ "environment": environment, "from": from, "to": to, "functions": functions })))
}

/// Why a deployment is made active again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RollbackBody {
    #[serde(default, deserialize_with = "present")]
    message: Option<String>,
    #[serde(default, deserialize_with = "present")]
    author: Option<String>,
}

async fn roll_back(
    caller: Authorized<Deploy>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<RollbackBody>,
) -> Result<Json<Value>, ApiError> {
    let audit = audit(&headers, body.author, body.message)?;
    let id = Some(read_id(&id)?);
    let deployment = state.service().roll_back_deployment(caller.environment(), id, &audit).await?;
    Ok(Json(json!(DeploymentDocument { deployment: &deployment, active: true })))
}

/// How many deployments stay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PruneBody {
    keep: u32,
}

async fn prune(
    caller: Authorized<Deploy>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<PruneBody>,
) -> Result<Json<Value>, ApiError> {
    let environment = caller.environment();
    let Pruned { deployments, function_versions, modules } =
        state.service().prune_deployments(environment, body.keep).await?;
    Ok(Json(json!({
        "environment": environment,
        "deployments": deployments,
        "function_versions": function_versions,
        "modules": modules,
    })))
}

/// The project is the caller's, and so are its mistakes.
fn refused(error: ServiceError) -> ApiError {
    match error {
        ServiceError::Load(error) => {
            ApiError::new(StatusCode::BAD_REQUEST, error.code.as_str(), error.to_string())
        }
        error => error.into(),
    }
}

fn read_id(text: &str) -> Result<DeploymentId, ApiError> {
    DeploymentId::parse(text).ok_or_else(|| ApiError::not_found(format!("there is no deployment `{text}`")))
}

fn audit(headers: &HeaderMap, author: Option<String>, message: Option<String>) -> Result<Audit, ApiError> {
    for (field, text) in [("author", &author), ("message", &message)] {
        if text.as_ref().is_some_and(|text| text.len() > MAX_MESSAGE_BYTES) {
            let message = format!("this field may have {MAX_MESSAGE_BYTES} bytes");
            return Err(ApiError::invalid("invalid_body", vec![FieldError::of(field, "too_big", message)]));
        }
    }
    let client = headers.get(USER_AGENT).and_then(|line| line.to_str().ok()).unwrap_or("unknown");
    let client = client.split(' ').next().unwrap_or_default().chars().take(200).collect();
    Ok(Audit { author, message, client })
}
