//! Deploying as Nango's command line does it: what it would do, then the deployment.

mod body;
mod shape;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use http::header::USER_AGENT;
use http::{HeaderMap, StatusCode};
use onevent_app::DeploymentRequest;
use serde_json::Value;

use self::body::DeployBody;
use crate::error::{ApiError, FieldError};
use crate::extract::{Authorized, JsonBody, NoQuery, StrictQuery, needs};
use crate::state::ServerState;

/// The oldest command line whose bundles are understood, as in Nango.
const OLDEST_CLI: [u64; 3] = [0, 39, 25];
/// How it names itself.
const CLI_AGENT: &str = "nango-cli/";
/// The longest name of a program that is kept with a deployment, in characters.
const MAX_CLIENT_CHARS: usize = 200;

needs! {
    Deploy => Deploy;
}

pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/sync/deploy/confirmation", post(confirm))
        .route("/sync/deploy", post(deploy))
        .route("/functions/deployments/bundle/preview", post(bundle))
        .route("/functions/deployments/bundle", post(bundle))
        .route("/functions/deployments", post(single))
}

/// What the deployment would do.
async fn confirm(
    caller: Authorized<Deploy>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<DeployBody>,
) -> Result<Json<Value>, ApiError> {
    let client = client(&headers)?;
    let (body, request) = read(body, client).await?;
    let planned = state.service().plan_deployment(caller.environment(), request).await?;
    warn_of_skipped(&body);
    Ok(Json(shape::plan(&planned.changes)))
}

/// Does it.
async fn deploy(
    caller: Authorized<Deploy>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
    JsonBody(body): JsonBody<DeployBody>,
) -> Result<Json<Value>, ApiError> {
    let client = client(&headers)?;
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
async fn bundle(_caller: Authorized<Deploy>) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "not_supported",
        "onevent runs functions of createOnEvent() and createAction(); those of createFunction() have no lifecycle events, and \
         are not supported",
    )
}

/// Nango's compiler in the cloud knows actions and syncs only.
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
fn client(headers: &HeaderMap) -> Result<String, ApiError> {
    let agent = headers.get(USER_AGENT).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let first = agent.split(' ').next().unwrap_or_default();
    if let Some(version) = first.strip_prefix(CLI_AGENT) {
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<u64> = core.split('.').map_while(|number| number.parse().ok()).collect();
        if numbers.as_slice() < OLDEST_CLI.as_slice() {
            let oldest = OLDEST_CLI.map(|number| number.to_string()).join(".");
            let message = format!("this version of Nango's command line is too old: {oldest} is needed");
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_cli_version", message));
        }
    }
    Ok(if first.is_empty() { "unknown".to_owned() } else { first.chars().take(MAX_CLIENT_CHARS).collect() })
}

fn warn_of_skipped(body: &DeployBody) {
    for sync in body.syncs() {
        tracing::warn!(sync, "a sync was left out of a deployment: onevent has no syncs");
    }
}
