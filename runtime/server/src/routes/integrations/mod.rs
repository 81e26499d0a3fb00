//! Integrations: those of the project's folder and settings, which the API shows and does not change, and those that it
//! made.

mod body;
mod change;
mod create;
mod find;
mod schema;
mod shape;

use axum::Json;
use axum::extract::State;
use onevent_contract::{ApiScope, IntegrationId, IntegrationInclude};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::find::{found, listed};
use self::schema::ShownIntegration;
use crate::answer::Data;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, FromQuery, NoQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    List => IntegrationsList;
    Read => IntegrationsRead | IntegrationsReadCredentials;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, create::create))
        .routes(routes!(create::quickstart))
        .routes(routes!(one, change::update, change::delete))
}

/// What more of an integration is asked for.
struct OneQuery {
    include: Vec<IntegrationInclude>,
}

impl FromQuery for OneQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let mut include = Vec::new();
        for wanted in query.all("include") {
            match wanted.as_str() {
                "webhook" => include.push(IntegrationInclude::Webhook),
                "credentials" => include.push(IntegrationInclude::Credentials),
                _ => {
                    query.mistake("include", "invalid_value", "this parameter is `webhook` or `credentials`")
                }
            }
        }
        Some(Self { include })
    }
}

#[utoipa::path(
    get,
    path = "/integrations",
    operation_id = "listIntegrations",
    tag = "integrations",
    summary = "The integrations",
    responses(
        (status = 200, description = "Done", body = Data<Vec<ShownIntegration>>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(
    caller: Authorized<List>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let all = state.service().integrations_in(caller.environment()).await?;
    let shown: Vec<_> = all.values().map(|found| shape::shown(found, caller.environment(), &[])).collect();
    Ok(Json(json!({ "data": shown })))
}

#[utoipa::path(
    get,
    path = "/integrations/{key}",
    operation_id = "getIntegration",
    tag = "integrations",
    summary = "One integration",
    params(
        ("key" = String, Path, description = "The integration"),
        ("include" = Option<Vec<String>>, Query, description = "`webhook`, `credentials`, or both"),
    ),
    responses(
        (status = 200, description = "Done", body = Data<ShownIntegration>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn one(
    caller: Authorized<Read>,
    PathOf(key): PathOf<IntegrationId>,
    StrictQuery(query): StrictQuery<OneQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let secret = query.include.contains(&IntegrationInclude::Credentials);
    if secret && !caller.may(ApiScope::IntegrationsReadCredentials) {
        return Err(ApiError::forbidden(&[ApiScope::IntegrationsReadCredentials]));
    }
    let found = listed(&state, caller.environment(), &key).await?;
    Ok(Json(json!({ "data": shape::shown(&found, caller.environment(), &query.include) })))
}
