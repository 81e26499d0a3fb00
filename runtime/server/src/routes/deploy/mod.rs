//! Deploying as Nango's command line does it: what it would do, then the deployment.

mod body;
mod shape;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use onevent_app::DeploymentRequest;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::DeployBody;
use self::shape::{DeployPlan, DeployedFlow};
use crate::error::{ApiError, ErrorBody, FieldError};
use crate::extract::{Authorized, JsonBody, NoQuery, StrictQuery, client, needs};
use crate::state::ServerState;

/// The oldest command line whose bundles are understood, as in Nango.
const OLDEST_CLI: [u64; 3] = [0, 39, 25];
/// How it names itself.
const CLI_AGENT: &str = "nango-cli/";

needs! {
    Deploy => Deploy;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(confirm))
        .routes(routes!(deploy))
        .routes(routes!(preview))
        .routes(routes!(bundle))
        .routes(routes!(single))
}

/// What the deployment would do.
#[utoipa::path(
    post,
    path = "/sync/deploy/confirmation",
    operation_id = "confirmDeploy",
    tag = "deployments",
    summary = "What a deployment of Nango's command line would do",
    request_body = DeployBody,
    responses((status = 200, description = "Done", body = DeployPlan)),
)]
async fn confirm(
    caller: Authorized<Deploy>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<DeployBody>,
) -> Result<Json<DeployPlan>, ApiError> {
    let client = known_client(&headers)?;
    let (body, request) = read(body, client).await?;
    let planned = state.service().plan_deployment(caller.environment(), request).await?;
    warn_of_skipped(&body);
    Ok(Json(DeployPlan::new(&planned.changes)))
}

/// Does it.
#[utoipa::path(
    post,
    path = "/sync/deploy",
    operation_id = "deployAsNango",
    tag = "deployments",
    summary = "Deploy as Nango's command line does",
    request_body = DeployBody,
    responses((status = 200, description = "Done", body = [DeployedFlow])),
)]
async fn deploy(
    caller: Authorized<Deploy>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<DeployBody>,
) -> Result<Json<Vec<DeployedFlow>>, ApiError> {
    let client = known_client(&headers)?;
    if body.nango_yaml_body.is_none() {
        let error = FieldError::of("nangoYamlBody", "invalid_type", "this field is required");
        return Err(ApiError::invalid("invalid_body", vec![error]));
    }
    let (body, request) = read(body, client).await?;
    let made = state.service().deploy(caller.environment(), request).await?;
    warn_of_skipped(&body);
    if let Some(deployment) = &made.deployed.deployment {
        tracing::info!(deployment = %deployment.id, "functions were deployed");
    }
    Ok(Json(shape::deployed(&made.deployed, &body)))
}

/// Projects of `createFunction`, Nango's next form of functions. Its functions have no lifecycle events.
#[utoipa::path(
    post,
    path = "/functions/deployments/bundle/preview",
    operation_id = "previewBundle",
    tag = "deployments",
    summary = "Refused: functions of createFunction()",
    responses((status = 400, description = "`not_supported`", body = ErrorBody)),
)]
async fn preview(_caller: Authorized<Deploy>) -> ApiError {
    no_bundles()
}

/// As before it.
#[utoipa::path(
    post,
    path = "/functions/deployments/bundle",
    operation_id = "deployBundle",
    tag = "deployments",
    summary = "Refused: functions of createFunction()",
    responses((status = 400, description = "`not_supported`", body = ErrorBody)),
)]
async fn bundle(_caller: Authorized<Deploy>) -> ApiError {
    no_bundles()
}

fn no_bundles() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "not_supported",
        "onevent runs functions of createOnEvent() and createAction(); those of createFunction() have no lifecycle events, and \
         are not supported",
    )
}

/// Nango's compiler in the cloud knows actions and syncs only.
#[utoipa::path(
    post,
    path = "/functions/deployments",
    operation_id = "deploySingle",
    tag = "deployments",
    summary = "Refused: nothing is compiled here",
    responses((status = 400, description = "`not_supported`", body = ErrorBody)),
)]
async fn single(_caller: Authorized<Deploy>) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "not_supported",
        "onevent does not compile single functions over HTTP: use `nango deploy` or `onevent deploy`",
    )
}

/// Finding an author's lines again takes a while: not on a thread that answers others.
async fn read(body: DeployBody, client: String) -> Result<(DeployBody, DeploymentRequest), ApiError> {
    let read = tokio::task::spawn_blocking(move || body.request(client).map(|request| (body, request)));
    read.await.map_err(|error| ApiError::internal(&error))?
}

/// Who asks, as a program; an error where that is a command line which is too old.
fn known_client(headers: &HeaderMap) -> Result<String, ApiError> {
    let client = client(headers);
    if let Some(version) = client.strip_prefix(CLI_AGENT) {
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<u64> = core.split('.').map_while(|number| number.parse().ok()).collect();
        if numbers.as_slice() < OLDEST_CLI.as_slice() {
            let oldest = OLDEST_CLI.map(|number| number.to_string()).join(".");
            let message = format!("this version of Nango's command line is too old: {oldest} is needed");
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_cli_version", message));
        }
    }
    Ok(client)
}

fn warn_of_skipped(body: &DeployBody) {
    for sync in body.syncs() {
        tracing::warn!(sync, "a sync was left out of a deployment: onevent has no syncs");
    }
}
