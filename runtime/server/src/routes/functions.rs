//! The functions that run, and their code.

mod shape;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use onevent_app::RunningFunctions;
use onevent_contract::{EnvironmentName, Function, FunctionName, IntegrationId};
use onevent_engine::Project;
use onevent_store::FunctionVersion;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, ErrorBody};
use crate::extract::{Authorized, FromQuery, PathOf, QueryReader, StrictQuery, needs};
use crate::routes::integrations;
use crate::state::ServerState;

/// How many functions a page has, where nobody says, and at most.
const DEFAULT_PAGE: u32 = 20;
const MAX_PAGE: u32 = 100;

needs! {
    List => FunctionsList | IntegrationsListFunctions;
    Read => FunctionsRead;
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(code))
}

/// Which functions are asked for.
struct ListQuery {
    kind: Option<Kind>,
    search: String,
    page: u32,
    limit: u32,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        let kind = Kind::read(query);
        let search = query.text("search").unwrap_or_default().to_lowercase();
        let page = query.number("page", 0..=u32::MAX).unwrap_or(0);
        let limit = query.number("limit", 1..=MAX_PAGE).unwrap_or(DEFAULT_PAGE);
        Some(Self { kind, search, page, limit })
    }
}

/// Which of the functions of one name is asked for.
struct OneQuery {
    kind: Option<Kind>,
}

impl FromQuery for OneQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { kind: Kind::read(query) })
    }
}

/// A kind of functions, as Nango names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sync,
    Action,
    OnEvent,
}

impl Kind {
    fn read(query: &mut QueryReader) -> Option<Self> {
        match query.text("type")?.as_str() {
            "sync" => Some(Self::Sync),
            "action" => Some(Self::Action),
            "on-event" => Some(Self::OnEvent),
            _ => {
                let message = "this parameter is `sync`, `action` or `on-event`";
                query.mistake("type", "invalid_value", message);
                None
            }
        }
    }

    fn is_of(self, function: &Function) -> bool {
        match self {
            Self::Sync => false,
            Self::Action => function.event().is_none(),
            Self::OnEvent => function.event().is_some(),
        }
    }
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
        (status = 200, description = "Done", body = Object),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(
    caller: Authorized<List>,
    PathOf(key): PathOf<IntegrationId>,
    StrictQuery(query): StrictQuery<ListQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let running = running(&state, caller.environment(), &key).await?;
    let found: Vec<&Arc<Function>> = functions(&running.project, &key, query.kind)
        .filter(|function| function.key.name.as_str().to_lowercase().contains(&query.search))
        .collect();
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let before = usize::try_from(query.page).unwrap_or(usize::MAX).saturating_mul(limit);
    let page = found.iter().skip(before).take(limit);
    let data: Vec<Value> =
        page.map(|function| shape::listed(function, version(&running, function))).collect();
    let pagination = json!({ "total": found.len(), "page": query.page, "limit": query.limit });
    Ok(Json(json!({ "data": data, "pagination": pagination })))
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
        (status = 200, description = "Done", body = Object),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn one(
    caller: Authorized<Read>,
    PathOf((key, name)): PathOf<(IntegrationId, FunctionName)>,
    StrictQuery(query): StrictQuery<OneQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let running = running(&state, caller.environment(), &key).await?;
    let function = the_one(&running.project, &key, &name, query.kind)?;
    Ok(Json(json!({ "data": shape::listed(function, version(&running, function)) })))
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
        (status = 200, description = "Done", body = Object),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn code(
    caller: Authorized<Read>,
    PathOf((key, name)): PathOf<(IntegrationId, FunctionName)>,
    StrictQuery(query): StrictQuery<OneQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let running = running(&state, caller.environment(), &key).await?;
    let function = the_one(&running.project, &key, &name, query.kind)?;
    let code = match running.version(function) {
        Some((_, source)) => source.to_owned(),
        None => shape::source(function)?,
    };
    Ok(Json(json!({ "type": function.kind.as_str(), "code": code })))
}

/// Which of its versions a function is, where it was deployed.
fn version<'a>(running: &'a RunningFunctions, function: &Function) -> Option<&'a FunctionVersion> {
    running.version(function).map(|(version, _)| version)
}

/// What runs, if there is such an integration.
async fn running(
    state: &ServerState,
    environment: &EnvironmentName,
    key: &IntegrationId,
) -> Result<RunningFunctions, ApiError> {
    integrations::listed(state, environment, key).await?;
    Ok(state.service().all_functions(environment).await?)
}

fn functions<'a>(
    project: &'a Project,
    key: &'a IntegrationId,
    kind: Option<Kind>,
) -> impl Iterator<Item = &'a Arc<Function>> {
    project.functions.iter().filter(move |function| {
        function.key.integration == *key && kind.is_none_or(|kind| kind.is_of(function))
    })
}

fn the_one<'a>(
    project: &'a Project,
    key: &'a IntegrationId,
    name: &FunctionName,
    kind: Option<Kind>,
) -> Result<&'a Arc<Function>, ApiError> {
    let found: Vec<_> = functions(project, key, kind).filter(|function| function.key.name == *name).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(ApiError::not_found(format!("the integration `{key}` has no function `{name}`"))),
        several => {
            let message =
                format!("several functions of `{key}` have the name `{name}`: say which with `type`");
            let matches: Vec<Value> = several
                .iter()
                .map(|function| json!({ "type": function.kind.as_str(), "name": function.key.name }))
                .collect();
            let payload = json!({ "matches": matches });
            Err(ApiError::new(StatusCode::BAD_REQUEST, "ambiguous_function", message)
                .with("payload", payload))
        }
    }
}
