//! Whether the server lives, and whether it takes work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use onevent_app::ServiceError;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ServerState;

/// How long the database may take: whoever asks whether a server is ready does not wait much longer.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(5);

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`, `ready`, `draining` or `no database`.
    result: &'static str,
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

/// It lives.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "server",
    summary = "Whether the server lives",
    security(()),
    responses(
        (status = 200, description = "Done", body = Health),
    ),
)]
async fn health() -> Json<Health> {
    Json(Health { result: "ok" })
}

/// It takes work: its database answers, and it is not about to go away.
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "ready",
    tag = "server",
    summary = "Whether the server takes work; 503 while it does not",
    security(()),
    responses(
        (status = 200, description = "It does", body = Health),
        (status = 503, description = "It does not", body = Health),
    ),
)]
async fn ready(State(state): State<ServerState>) -> (StatusCode, Json<Health>) {
    let (status, result) = match database_answers(&state).await {
        _ if state.is_draining() => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "no database"),
    };
    (status, Json(Health { result }))
}

async fn database_answers(state: &ServerState) -> bool {
    let asked = async {
        state.service().store().await?.check().await?;
        Ok::<(), ServiceError>(())
    };
    match timeout(DATABASE_TIMEOUT, asked).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, "the database cannot be used");
            false
        }
        Err(_) => {
            tracing::error!("the database gave no answer within {DATABASE_TIMEOUT:?}");
            false
        }
    }
}
