//! Kept runs: onevent's own routes. Nango keeps them in its dashboard.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use onevent_contract::{ConnectionId, FunctionName, IntegrationId, Outcome, RunId};
use onevent_store::{DEFAULT_RUN_LIMIT, RunFilter, RunSummary};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

/// The most runs of one answer.
const MAX_LIMIT: u32 = 1_000;

needs! {
    Read => FunctionsInvocations;
}

pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/runs", get(list)).route("/runs/{id}", get(read))
}

/// Which runs are wanted.
struct Wanted {
    integration: Option<IntegrationId>,
    connection_id: Option<ConnectionId>,
    function: Option<FunctionName>,
    outcome: Option<Outcome>,
    limit: u32,
}

impl FromQuery for Wanted {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let outcome = query.text("outcome");
        let known = outcome.as_deref().map(Outcome::from_name);
        if let Some(None) = known {
            query.mistake("outcome", "invalid_value", "there is no such outcome");
        }
        Some(Self {
            integration: query.parsed("integrationId"),
            connection_id: query.parsed("connectionId"),
            function: query.parsed("function"),
            outcome: known.flatten(),
            limit: query.number("limit", 1..=MAX_LIMIT).unwrap_or(DEFAULT_RUN_LIMIT),
        })
    }
}

async fn list(
    caller: Authorized<Read>,
    StrictQuery(wanted): StrictQuery<Wanted>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let Wanted { integration, connection_id, function, outcome, limit } = wanted;
    let filter = RunFilter {
        integration,
        connection_id,
        function,
        outcome,
        limit,
        ..RunFilter::of(caller.environment().clone())
    };
    let runs = state.service().store().await?.runs(&filter).await?;
    Ok(Json(json!({ "runs": runs.iter().map(shown).collect::<Vec<_>>() })))
}

fn shown(run: &RunSummary) -> Value {
    let mut shown = json!({
        "run_id": run.run_id,
        "attempt": run.attempt,
        "integration": run.function.integration,
        "function": run.function.name,
        "event": run.event,
        "connection_id": run.connection.connection_id,
        "outcome": run.outcome,
        "started_at": run.started_at,
        "wall_ms": run.wall.as_secs_f64() * 1000.0,
        "caller_run_id": run.caller_run_id,
    });
    // As in the command's document: only runs of a deployment have it.
    if let (Some(deployment), Some(fields)) = (&run.deployment, shown.as_object_mut()) {
        fields.insert("deployment".to_owned(), json!(deployment));
    }
    shown
}

async fn read(
    caller: Authorized<Read>,
    PathOf(id): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no run `{id}`"));
    // The whole id: what begins with a part of it may be another environment's.
    let whole = RunId::parse(&id).ok_or_else(unknown)?;
    let found = state.service().store().await?.run(&whole.to_string()).await?;
    // A run of another environment is none that this key knows of.
    let own = found.filter(|run| run.summary.connection.environment == *caller.environment());
    let run = own.ok_or_else(unknown)?;
    Ok(Json(run.report))
}
