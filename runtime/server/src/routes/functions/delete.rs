//! `DELETE /integrations/:key/functions/:name`: a deployment without the function.

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use onevent_contract::{FunctionName, IntegrationId};
use onevent_store::Audit;

use super::named::Named;
use super::query::OneQuery;
use crate::answer::{Data, Success};
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, PathOf, StrictQuery, client, needs};
use crate::state::ServerState;

needs! {
    Delete => FunctionsDelete;
}

#[utoipa::path(
    delete,
    path = "/integrations/{key}/functions/{name}",
    operation_id = "deleteFunction",
    tag = "functions",
    summary = "Take a function away from what is deployed",
    params(
        ("key" = String, Path, description = "The integration"),
        ("name" = String, Path, description = "The function"),
        ("type" = Option<String>, Query, description = "`sync`, `action` or `on-event`"),
    ),
    responses(
        (status = 200, description = "Done", body = Data<Success>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
pub(super) async fn delete(
    caller: Authorized<Delete>,
    PathOf(names): PathOf<(IntegrationId, FunctionName)>,
    StrictQuery(query): StrictQuery<OneQuery>,
    headers: HeaderMap,
    State(state): State<ServerState>,
) -> Result<Json<Data<Success>>, ApiError> {
    let named = Named::find(&state, caller.environment(), names, query.kind).await?;
    let function = &named.function;
    if named.version().is_none() {
        let message = format!(
            "{} is a function of the project's folder: delete its file and its import there",
            function.key
        );
        return Err(ApiError::new(StatusCode::CONFLICT, "function_managed_by_deploy", message));
    }
    let message = Some(format!("{} was deleted", function.key));
    let audit = Audit { author: None, message, client: client(&headers) };
    let done = state.service().delete_function(caller.environment(), function, audit).await?;
    if done.is_new {
        Ok(Json(Data { data: Success::YES }))
    } else {
        Err(ApiError::not_found(format!("{} is not deployed any more", function.key)))
    }
}
