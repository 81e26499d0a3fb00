//! Whether the server lives, and whether it takes work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use onevent_app::DatabaseHealth;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ServerState;

/// How long the database may take: whoever asks whether a server is ready does not wait much longer.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(5);

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    result: &'static str,
}

/// Whether the server takes work.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready`; `degraded` where an environment's own database does not answer; `draining` or `no database`.
    result: &'static str,
    /// Each of its databases.
    databases: Vec<DatabaseReadiness>,
}

/// Whether a database answers.
#[derive(Serialize, ToSchema)]
struct DatabaseReadiness {
    /// Whether it is the main one: of secret keys, and of the environments that have none of their own.
    main: bool,
    /// The environments that name it.
    environments: Vec<String>,
    /// `ready` or `no answer`. The log says why.
    result: &'static str,
}

impl From<DatabaseHealth> for DatabaseReadiness {
    fn from(health: DatabaseHealth) -> Self {
        let DatabaseHealth { name, error } = health;
        Self {
            main: name.is_main,
            environments: name.environments.iter().map(ToString::to_string).collect(),
            result: if error.is_none() { "ready" } else { "no answer" },
        }
    }
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

/// It takes work: its main database answers, and it is not about to go away. Without the database of one environment it goes on
/// for the others: taken out of service, it would serve nobody.
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "ready",
    tag = "server",
    summary = "Whether the server takes work; 503 while it does not",
    security(()),
    responses(
        (status = 200, description = "It does", body = Readiness),
        (status = 503, description = "It does not", body = Readiness),
    ),
)]
async fn ready(State(state): State<ServerState>) -> (StatusCode, Json<Readiness>) {
    let all = state.service().check_databases(DATABASE_TIMEOUT).await;
    for DatabaseHealth { name, error } in &all {
        if let Some(error) = error {
            tracing::error!(database = %name, error, "it cannot be used");
        }
    }
    let fails = |is_main| all.iter().any(|one| one.error.is_some() && one.name.is_main == is_main);
    let (status, result) = if state.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if fails(true) {
        (StatusCode::SERVICE_UNAVAILABLE, "no database")
    } else if fails(false) {
        (StatusCode::OK, "degraded")
    } else {
        (StatusCode::OK, "ready")
    };
    (status, Json(Readiness { result, databases: all.into_iter().map(DatabaseReadiness::from).collect() }))
}
