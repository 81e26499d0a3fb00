//! Deployments in onevent's own form: what `onevent --server` asks for, and what Nango has no route for.

mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use onevent_app::{DeploymentRequest, ServiceError};
use onevent_contract::IntegrationId;
use onevent_engine::{ProjectFiles, ProjectSource};
use onevent_lifecycle::deployments::DeploymentScope;
use onevent_store::{Audit, Deployment, DeploymentId, Pruned};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, FieldError};
use crate::extract::{
    Authorized, FromQuery, JsonBody, NoQuery, PathOf, QueryReader, StrictQuery, client, needs, present,
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

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, deploy))
        .routes(routes!(prune))
        .routes(routes!(one))
        .routes(routes!(diff))
        .routes(routes!(roll_back))
}

struct ListQuery {
    limit: u32,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { limit: query.number("limit", 1..=MAX_ENTRIES).unwrap_or(DEFAULT_ENTRIES) })
    }
}

#[utoipa::path(
    get,
    path = "/deployments",
    operation_id = "listDeployments",
    tag = "deployments",
    summary = "What the environment ran, the newest first",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 1,000; 20"),
    ),
    responses((status = 200, description = "Done", body = schema::DeploymentHistory)),
)]
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeployBody {
    /// Path inside the project -> text.
    #[schema(value_type = HashMap<String, String>)]
    files: BTreeMap<String, Arc<str>>,
    /// Path that is a link -> where it leads to, inside the project.
    #[serde(default)]
    #[schema(value_type = HashMap<String, String>)]
    links: BTreeMap<String, String>,
    /// Deploy only this integration.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    integration: Option<IntegrationId>,
    #[serde(default, deserialize_with = "present")]
    message: Option<String>,
    #[serde(default, deserialize_with = "present")]
    author: Option<String>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

#[utoipa::path(
    post,
    path = "/deployments",
    operation_id = "deploy",
    tag = "deployments",
    summary = "Deploy the functions of a project",
    request_body = DeployBody,
    responses((status = 200, description = "Done", body = schema::Deployed)),
)]
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

#[utoipa::path(
    get,
    path = "/deployments/{id}",
    operation_id = "getDeployment",
    tag = "deployments",
    summary = "One deployment",
    params(
        ("id" = String, Path, description = "The deployment"),
    ),
    responses((status = 200, description = "Done", body = schema::Deployment)),
)]
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
#[utoipa::path(
    get,
    path = "/deployments/{id}/diff",
    operation_id = "diffDeployments",
    tag = "deployments",
    summary = "What is different in another deployment",
    params(
        ("id" = String, Path, description = "The deployment"),
        ("to" = Option<String>, Query, description = "The other one; without it, the active one"),
    ),
    responses((status = 200, description = "Done", body = schema::DeploymentDiff)),
)]
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RollbackBody {
    #[serde(default, deserialize_with = "present")]
    message: Option<String>,
    #[serde(default, deserialize_with = "present")]
    author: Option<String>,
}

#[utoipa::path(
    post,
    path = "/deployments/{id}/rollback",
    operation_id = "rollBackDeployment",
    tag = "deployments",
    summary = "Make a deployment the active one again",
    params(
        ("id" = String, Path, description = "The deployment"),
    ),
    request_body = RollbackBody,
    responses((status = 200, description = "Done", body = schema::Deployment)),
)]
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PruneBody {
    keep: u32,
}

#[utoipa::path(
    post,
    path = "/deployments/prune",
    operation_id = "pruneDeployments",
    tag = "deployments",
    summary = "Delete all but the latest deployments",
    request_body = PruneBody,
    responses((status = 200, description = "Done", body = schema::Pruned)),
)]
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
    Ok(Audit { author, message, client: client(headers) })
}
