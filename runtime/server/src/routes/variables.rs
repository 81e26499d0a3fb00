//! What functions read with `nango.getEnvironmentVariables`.

use axum::Json;
use axum::extract::State;
use onevent_contract::EnvironmentVariable;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ErrorBody;
use crate::extract::{Authorized, NoQuery, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    Read => VariablesRead;
}

/// A variable.
#[derive(Serialize, ToSchema)]
struct Variable {
    name: String,
    value: String,
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[utoipa::path(
    get,
    path = "/environment-variables",
    operation_id = "listEnvironmentVariables",
    tag = "environment",
    summary = "What functions read with nango.getEnvironmentVariables",
    responses(
        (status = 200, description = "Done", body = [Variable]),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(
    _caller: Authorized<Read>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Json<Vec<Variable>> {
    let variables = state.service().environment_variables();
    let shown = |variable: EnvironmentVariable| Variable { name: variable.name, value: variable.value };
    Json(variables.into_iter().map(shown).collect())
}
