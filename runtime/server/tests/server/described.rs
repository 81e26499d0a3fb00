//! Every answer of these tests is held against the description of the API: what that says of shapes is so.

use std::sync::LazyLock;

use serde_json::{Value, json};

/// The description, whose objects have no fields that it does not name.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(&onevent_server::openapi_json().unwrap()).unwrap();
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    let parts: Vec<String> = schemas.values().flat_map(parts_of).collect();
    for (name, schema) in schemas {
        if !parts.contains(name) {
            close(schema);
        }
    }
    document
});

/// The schemas that are parts of this one, and know only their own fields.
fn parts_of(schema: &Value) -> Vec<String> {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let name = |part: &Value| part["$ref"].as_str()?.rsplit('/').next().map(str::to_owned);
    parts.filter_map(name).collect()
}

fn close(schema: &mut Value) {
    let is_open = schema.get("additionalProperties").is_some();
    if !is_open && (schema.get("properties").is_some() || schema.get("allOf").is_some()) {
        schema["unevaluatedProperties"] = json!(false);
    }
}

/// What the description has of a path.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap();
    let path = if path == "/" { path } else { path.trim_end_matches('/') };
    let fits = |template: &str| {
        let (wanted, given) = (template.split('/'), path.split('/'));
        wanted.clone().count() == given.clone().count()
            && wanted.zip(given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let found = paths.get(path).or_else(|| paths.iter().find(|(path, _)| fits(path)).map(|(_, of)| of));
    found?.get(method.to_lowercase())
}

/// Fails where an answer is not as the description says; what it does not describe is refused in the shape of an error.
pub(crate) fn hold_against(method: &str, path: &str, status: u16, body: &Value) {
    // What the provider answers, and what a router around this one does: that has no body, as none of this one's errors.
    if path.starts_with("/proxy") || (status == 404 && *body == Value::Null) {
        return;
    }
    // Functions that do not load are told with their file, line and column, which the description does not have yet.
    if body.pointer("/error/code") == Some(&json!("function_broken")) {
        return;
    }
    let Some(operation) = operation(method, path) else { return };
    let class = format!("{}XX", status / 100);
    let responses = &operation["responses"];
    let response = responses.get(status.to_string()).or_else(|| responses.get(class));
    assert!(response.is_some(), "{method} {path}: {status} is not described: {body}");
    let Some(schema) = response.unwrap().pointer("/content/application~1json/schema") else {
        assert_eq!(*body, Value::Null, "{method} {path}: no body is described");
        return;
    };
    let mut schema = schema.clone();
    close(&mut schema);
    schema["components"] = DOCUMENT["components"].clone();
    let validator = jsonschema::options().build(&schema).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{method} {path} {status}: {wrong:#?}\n{body:#}");
}

#[test]
fn an_answer_with_a_field_that_is_not_described_would_be_found() {
    let health =
        |body: Value| std::panic::catch_unwind(|| hold_against("GET", "/health", 200, &body)).is_ok();
    assert!(health(json!({ "result": "ok" })));
    for wrong in [json!({ "result": "ok", "more": 1 }), json!({ "result": 1 }), json!({})] {
        assert!(!health(wrong.clone()), "{wrong}");
    }
}
