//! The provider templates. Every key may read them: they are the same for everybody.

use axum::Json;
use axum::extract::State;
use onevent_contract::JsonObject;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Data;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{FromQuery, NoQuery, PathOf, QueryReader, StrictQuery};
use crate::state::ServerState;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(templates))
}

/// What of the templates is asked for.
struct ListQuery {
    search: Option<String>,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryReader) -> Option<Self> {
        Some(Self { search: query.text("search") })
    }
}

#[utoipa::path(
    get,
    path = "/providers",
    operation_id = "listProviders",
    tag = "providers",
    summary = "The provider templates",
    params(
        ("search" = Option<String>, Query, description = "In names and categories"),
    ),
    responses(
        (status = 200, description = "Done", body = Data<Vec<ProviderTemplate>>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn list(
    StrictQuery(query): StrictQuery<ListQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let integrations = state.service().integrations()?;
    let providers = integrations.providers();
    let search = query.search.unwrap_or_default().to_lowercase();
    let found = providers.templates().filter(|(name, template)| is_found(name, template, &search));
    let shown: Vec<Value> = found.map(|(name, template)| shown(name, template)).collect();
    Ok(Json(json!({ "data": shown })))
}

#[utoipa::path(
    get,
    path = "/providers/{provider}",
    operation_id = "getProvider",
    tag = "providers",
    summary = "One provider template",
    params(
        ("provider" = String, Path, description = "Its name"),
    ),
    responses(
        (status = 200, description = "Done", body = Data<ProviderTemplate>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn one(
    PathOf(name): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let integrations = state.service().integrations()?;
    let providers = integrations.providers();
    let template = providers.template(&name).ok_or_else(|| unknown(&name))?;
    Ok(Json(json!({ "data": shown(&name, template) })))
}

/// Ready-made functions for a provider: onevent brings none.
#[utoipa::path(
    get,
    path = "/providers/{provider}/templates",
    operation_id = "listProviderTemplates",
    tag = "providers",
    summary = "Ready-made functions: none",
    params(
        ("provider" = String, Path, description = "Its name"),
    ),
    responses(
        (status = 200, description = "Done", body = Data<Vec<FunctionTemplate>>),
        (status = "4XX", description = "Refused", body = ErrorBody),
    ),
)]
async fn templates(
    PathOf(name): PathOf<String>,
    StrictQuery(NoQuery): StrictQuery<NoQuery>,
    State(state): State<ServerState>,
) -> Result<Json<Value>, ApiError> {
    let integrations = state.service().integrations()?;
    let providers = integrations.providers();
    providers.template(&name).ok_or_else(|| unknown(&name))?;
    Ok(Json(json!({ "data": [] })))
}

/// A provider's template, as the description of the API says it: everything that its file says, and these.
#[derive(Serialize, ToSchema)]
struct ProviderTemplate {
    /// Its name.
    name: String,
    /// The name for people.
    display_name: Option<String>,
    /// How connections authenticate.
    auth_mode: String,
    /// onevent has no logos.
    logo_url: Option<String>,
    #[serde(flatten)]
    #[schema(value_type = HashMap<String, Value>)]
    rest: JsonObject,
}

/// A ready-made function.
#[derive(ToSchema)]
struct FunctionTemplate {}

fn unknown(name: &str) -> ApiError {
    ApiError::not_found(format!("there is no provider {name:?}"))
}

/// By name, name for people, or group, as Nango's catalogue searches.
fn is_found(name: &str, template: &JsonObject, search: &str) -> bool {
    let holds = |value: &Value| value.as_str().is_some_and(|text| text.to_lowercase().contains(search));
    name.to_lowercase().contains(search)
        || template.get("display_name").is_some_and(holds)
        || template.get("categories").and_then(Value::as_array).is_some_and(|all| all.iter().any(holds))
}

/// A template as Nango shows it; onevent has no logos.
fn shown(name: &str, template: &JsonObject) -> Value {
    let mut shown = JsonObject::from_iter([("name".to_owned(), json!(name))]);
    shown.extend(template.clone());
    shown.insert("logo_url".to_owned(), Value::Null);
    Value::Object(shown)
}
