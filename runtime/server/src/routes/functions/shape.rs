//! A function as Nango's API shows it.

use onevent_contract::{Function, FunctionKind, JsonObject, Schema};
use onevent_store::FunctionVersion;
use serde_json::{Value, json};

use crate::error::ApiError;

/// An entry of the list. A function of a project's folder has no day on which it was deployed: `null`.
pub(super) fn listed(function: &Function, version: Option<&FunctionVersion>) -> Value {
    let mut shown = json!({
        "name": function.key.name,
        "type": function.kind.as_str(),
        "id": null,
        "enabled": true,
        "last_deployed": version.map(|version| version.created_at),
        "source": "repo",
    });
    if let Some(version) = version {
        shown["version"] = json!(version.version);
    }
    if let Some(description) = &function.description {
        shown["description"] = json!(description);
    }
    match &function.kind {
        FunctionKind::Event(event) => shown["event"] = json!(event),
        FunctionKind::Action { input, output } => {
            let input = input.as_ref().map(|schema| (model("ActionInput", function), schema));
            let output = output.as_ref().map(|schema| (model("ActionOutput", function), schema));
            if let Some((name, _)) = &input {
                shown["input"] = json!(name);
            }
            shown["returns"] = json!(output.iter().map(|(name, _)| name).collect::<Vec<_>>());
            shown["json_schema"] = definitions(input.into_iter().chain(output));
        }
        _ => {}
    }
    shown
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
