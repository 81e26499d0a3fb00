//! What Nango's command line offers when it asks for an environment: the one that the key opens. Others are none of
//! its business.

use axum::{Extension, Json};
use onevent_contract::EnvironmentName;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Data;
use crate::error::ErrorBody;
use crate::middleware::Caller;
use crate::state::ServerState;

/// An environment.
#[derive(Serialize, ToSchema)]
struct Environment {
    #[schema(value_type = String)]
    name: EnvironmentName,
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[utoipa::path(
    get,
    path = "/api/v1/environments",
    operation_id = "listEnvironments",
    tag = "environment",
    summary = "The key's own environment",
    responses(
        (status = 200, description = "Done", body = Data<Vec<Environment>>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(Extension(caller): Extension<Caller>) -> Json<Data<Vec<Environment>>> {
    Json(Data { data: vec![Environment { name: caller.environment().clone() }] })
}
