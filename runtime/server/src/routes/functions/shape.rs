//! A function as Nango's API shows it.

use jiff::Timestamp;
use onevent_contract::{Event, Function, FunctionKind, JsonObject, Schema};
use onevent_store::{FunctionVersion, VersionNumber};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::ApiError;

/// An entry of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedFunction {
    name: String,
    /// `action` or `on-event`.
    r#type: &'static str,
    /// Nango's number of it; onevent has none.
    id: Option<u64>,
    enabled: bool,
    /// `null` of a function of a project's folder: it has no such day.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_deployed: Option<Timestamp>,
    source: &'static str,
    /// Of a deployed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    version: Option<VersionNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    /// Of an event function.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    event: Option<Event>,
    /// The name of an action's input in `json_schema`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    input: Option<String>,
    /// The name of an action's output in `json_schema`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    returns: Option<Vec<String>>,
    /// Of an action: its schemas, under `definitions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    json_schema: Option<Value>,
}

impl ListedFunction {
    pub(super) fn new(function: &Function, version: Option<&FunctionVersion>) -> Self {
        let mut shown = Self {
            name: function.key.name.to_string(),
            r#type: function.kind.as_str(),
            id: None,
            enabled: true,
            last_deployed: version.map(|version| version.created_at),
            source: "repo",
            version: version.map(|version| version.version),
            description: function.description.clone(),
            event: function.event(),
            input: None,
            returns: None,
            json_schema: None,
        };
        if let FunctionKind::Action { input, output } = &function.kind {
            let input = input.as_ref().map(|schema| (model("ActionInput", function), schema));
            let output = output.as_ref().map(|schema| (model("ActionOutput", function), schema));
            shown.input = input.as_ref().map(|(name, _)| name.clone());
            shown.returns = Some(output.iter().map(|(name, _)| name.clone()).collect());
            shown.json_schema = Some(definitions(input.into_iter().chain(output)));
        }
        shown
    }
}

/// A page of functions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunctionList {
    pub(super) data: Vec<ListedFunction>,
    pub(super) pagination: Pagination,
}

/// Which page it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Pagination {
    /// How many functions there are on all pages.
    pub(super) total: usize,
    /// From 0.
    pub(super) page: u32,
    pub(super) limit: u32,
}

/// The code of a function.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunctionCode {
    /// `action` or `on-event`.
    pub(super) r#type: &'static str,
    /// Its author's TypeScript.
    pub(super) code: String,
}

/// A name for a schema that has none, as Nango makes it.
fn model(kind: &str, function: &Function) -> String {
    format!("{kind}_{}_{}", function.key.integration, function.key.name)
}

fn definitions<'a>(schemas: impl Iterator<Item = (String, &'a Schema)>) -> Value {
    let definitions: JsonObject = schemas.map(|(name, schema)| (name, schema.json_schema.clone())).collect();
    if definitions.is_empty() { Value::Null } else { json!({ "definitions": definitions }) }
}

/// The author's file: what the source map of the module leads to, or the module itself where it was taken as it is.
pub(super) fn source(function: &Function) -> Result<String, ApiError> {
    let missing = || ApiError::not_found(format!("the code of {} is not kept", function.key));
    let module = function.modules.first().ok_or_else(missing)?;
    let Some(map) = &module.source_map else { return Ok(module.code.to_string()) };
    let map: Value = serde_json::from_slice(map).map_err(|_| missing())?;
    let source = map.get("sourcesContent").and_then(|sources| sources.get(0)).and_then(Value::as_str);
    source.map(str::to_owned).ok_or_else(missing)
}
