//! What functions read with `nango.getEnvironmentVariables`.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::extract::{Authorized, NoQuery, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Read => VariablesRead;
}

pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/environment-variables", get(list))
}

async fn list(
    _caller: Authorized<Read>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Json<Value> {
    let variables = state.service().settings().environment_variables();
    let shown = variables.iter().map(|variable| json!({ "name": variable.name, "value": variable.value }));
    Json(Value::Array(shown.collect()))
}
