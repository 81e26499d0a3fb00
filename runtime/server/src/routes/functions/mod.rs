//! The functions that run, and their code.

mod delete;
mod named;
mod query;
mod shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use onevent_contract::{Function, FunctionName, IntegrationId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::named::{Named, functions, running, version};
use self::query::{ListQuery, OneQuery};
use self::shape::{FunctionCode, FunctionList, ListedFunction, Pagination};
use crate::answer::Data;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, PathOf, StrictQuery, needs};
use crate::state::ServerState;

needs! {
    List => FunctionsList | IntegrationsListFunctions;
    Read => FunctionsRead;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one, delete::delete)).routes(routes!(code))
}

#[utoipa::path(
    get,
    path = "/integrations/{key}/functions",
    operation_id = "listFunctions",
    tag = "functions",
    summary = "The functions of an integration",
    params(
        ("key" = String, Path, description = "The integration"),
        ("type" = Option<String>, Query, description = "`sync`, `action` or `on-event`"),
        ("search" = Option<String>, Query, description = "In their names"),
        ("page" = Option<u32>, Query, description = "From 0"),
        ("limit" = Option<u32>, Query, description = "1 to 100; 20"),
    ),
    responses(
        (status = 200, description = "Done", body = FunctionList),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(
    caller: Authorized<List>,
    PathOf(key): PathOf<IntegrationId>,
    StrictQuery(query): StrictQuery<ListQuery>,
    State(state): State<ServerState>,
) -> Result<Json<FunctionList>, ApiError> {
    let running = running(&state, caller.environment(), &key).await?;
    let found: Vec<&Arc<Function>> = functions(&running.project, &key, query.kind)
        .filter(|function| function.key.name.as_str().to_lowercase().contains(&query.search))
        .collect();
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let before = usize::try_from(query.page).unwrap_or(usize::MAX).saturating_mul(limit);
    let page = found.iter().skip(before).take(limit);
    let data = page.map(|function| ListedFunction::new(function, version(&running, function))).collect();
    let pagination = Pagination { total: found.len(), page: query.page, limit: query.limit };
    Ok(Json(FunctionList { data, pagination }))
}

#[utoipa::path(
    get,
    path = "/integrations/{key}/functions/{name}",
    operation_id = "getFunction",
    tag = "functions",
    summary = "One function",
    params(
        ("key" = String, Path, description = "The integration"),
        ("name" = String, Path, description = "The function"),
        ("type" = Option<String>, Query, description = "`sync`, `action` or `on-event`"),
    ),
    responses(
        (status = 200, description = "Done", body = Data<ListedFunction>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn one(
    caller: Authorized<Read>,
    PathOf(names): PathOf<(IntegrationId, FunctionName)>,
    StrictQuery(query): StrictQuery<OneQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Data<ListedFunction>>, ApiError> {
    let named = Named::find(&state, caller.environment(), names, query.kind).await?;
    Ok(Json(Data { data: ListedFunction::new(&named.function, named.version()) }))
}

#[utoipa::path(
    get,
    path = "/integrations/{key}/functions/{name}/code",
    operation_id = "getFunctionCode",
    tag = "functions",
    summary = "The TypeScript of a function",
    params(
        ("key" = String, Path, description = "The integration"),
        ("name" = String, Path, description = "The function"),
        ("type" = Option<String>, Query, description = "`sync`, `action` or `on-event`"),
    ),
    responses(
        (status = 200, description = "Done", body = FunctionCode),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn code(
    caller: Authorized<Read>,
    PathOf(names): PathOf<(IntegrationId, FunctionName)>,
    StrictQuery(query): StrictQuery<OneQuery>,
    State(state): State<ServerState>,
) -> Result<Json<FunctionCode>, ApiError> {
    let named = Named::find(&state, caller.environment(), names, query.kind).await?;
    let code = match named.deployed_source() {
        Some(source) => source.to_owned(),
        None => shape::source(&named.function)?,
    };
    Ok(Json(FunctionCode { r#type: named.function.kind.as_str(), code }))
}
