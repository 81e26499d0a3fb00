//! Kept runs: onevent's own routes. Nango keeps them in its dashboard.

use axum::Json;
use axum::extract::State;
use onevent_app::ListedRun;
use onevent_contract::{ConnectionId, FunctionName, IntegrationId, Outcome, RequestId, RunId};
use onevent_store::{DEFAULT_RUN_LIMIT, RunFilter};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Read => FunctionsInvocations;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// Kept runs.
#[derive(Serialize, ToSchema)]
struct RunList {
    runs: Vec<ListedRun>,
}

/// Which runs are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Of this integration
    #[param(rename = "integrationId", required = false, value_type = String)]
    integration: Option<IntegrationId>,
    /// Of the connections with this id
    #[param(rename = "connectionId", required = false, value_type = String)]
    connection_id: Option<ConnectionId>,
    /// Of the functions of this name
    #[param(required = false, value_type = String)]
    function: Option<FunctionName>,
    /// `succeeded`, `rejected`, `failed`, `stopped` or `unknown`
    #[param(required = false, value_type = String)]
    outcome: Option<Outcome>,
    /// That this request led to
    #[param(rename = "requestId", required = false, value_type = String)]
    request_id: Option<RequestId>,
    /// 1 to 1,000; 50
    #[param(required = false, value_type = u32)]
    limit: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let outcome = query.named("outcome", Outcome::from_name);
        let request_id = query.text("requestId").map(RequestId::new);
        if let Some(None) = request_id {
            query.mistake("requestId", "invalid_format", "no request has such an id");
        }
        Some(Self {
            integration: query.parsed("integrationId"),
            connection_id: query.parsed("connectionId"),
            function: query.parsed("function"),
            outcome,
            request_id: request_id.flatten(),
            limit: query.limit(DEFAULT_RUN_LIMIT),
        })
    }
}

#[utoipa::path(
    get,
    path = "/runs",
    operation_id = "listRuns",
    tag = "runs",
    summary = "Kept runs, the newest first",
    params(Wanted),
    responses((status = 200, description = "Done", body = RunList)),
)]
async fn list(
    caller: Authorized<Read>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<RunList>, ApiError> {
    let Wanted { integration, connection_id, function, outcome, request_id, limit } = wanted;
    let filter = RunFilter {
        integration,
        connection_id,
        function,
        outcome,
        request_id,
        limit,
        ..RunFilter::of(caller.environment().clone())
    };
    let runs = state.service().store_of(caller.environment()).await?.runs(&filter).await?;
    Ok(Json(RunList { runs: runs.iter().map(ListedRun::from).collect() }))
}

#[utoipa::path(
    get,
    path = "/runs/{id}",
    operation_id = "getRun",
    tag = "runs",
    summary = "The report of one run",
    params(("id" = String, Path, description = "The run")),
    responses((status = 200, description = "Done: `docs/schemas/run-report.json`", body = Object)),
)]
async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no run `{id}`"));
    // The whole id: what begins with a part of it may be another environment's.
    let whole = RunId::parse(&id).ok_or_else(unknown)?;
    let found = state.service().store_of(caller.environment()).await?.run(&whole.to_string()).await?;
    // A run of another environment is none that this key knows of.
    let own = found.filter(|run| run.summary.connection.environment == *caller.environment());
    let run = own.ok_or_else(unknown)?;
    Ok(Json(run.report))
}
