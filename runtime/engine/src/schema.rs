//! Metadata schemas on the Rust side: the floor that hostile code cannot step over.

use std::sync::Arc;

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, ValidationError, Validator};
use onevent_contract::{Schema, SchemaCheck, Violation};
use serde_json::Value;

/// A check reports this many violations; more help nobody.
const MAX_VIOLATIONS: usize = 20;

/// Compiles a JSON Schema (draft 2020-12). Formats are not asserted, remote references are refused, and patterns
/// run in linear time. Where a pattern is too large for that, all patterns are left to zod.
pub(crate) fn compile(schema: &Value) -> Result<Arc<dyn SchemaCheck>, String> {
    let compiled = build(schema).or_else(|_| build(&without_patterns(schema)))?;
    Ok(Arc::new(Compiled { schema: compiled, has_references: has_references(schema) }))
}

/// The check of a declared schema, compiled again where the function came from another process.
pub(crate) fn check(schema: &Schema) -> Arc<dyn SchemaCheck> {
    schema.check(|json_schema| compile(json_schema).unwrap_or_else(|error| Arc::new(Broken(error)))).clone()
}

/// Every violation of a declared schema.
pub(crate) fn violations(schema: &Schema, value: &Value) -> Vec<Violation> {
    check(schema).violations(value)
}

fn build(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(false)
        .with_pattern_options(PatternOptions::regex())
        .with_retriever(NoRemote)
        .build(schema)
        .map_err(|error| error.to_string())
}

/// The schema without its `pattern` keywords. Plain values (`const`, `enum`, …) stay as they are: they may hold a
/// member of that name.
fn without_patterns(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .filter(|(key, value)| !(*key == "pattern" && value.is_string()))
                .map(|(key, value)| match key.as_str() {
                    "const" | "enum" | "default" | "examples" => (key.clone(), value.clone()),
                    _ => (key.clone(), without_patterns(value)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_patterns).collect()),
        other => other.clone(),
    }
}

/// Whether `$ref` occurs anywhere, as a keyword or as a mere key: then details are not worth their risk.
fn has_references(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => object.iter().any(|(key, value)| key == "$ref" || has_references(value)),
        Value::Array(items) => items.iter().any(has_references),
        _ => false,
    }
}

struct NoRemote;

impl Retrieve for NoRemote {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("the schema refers to {uri}; remote references are off").into())
    }
}

struct Compiled {
    schema: Validator,
    has_references: bool,
}

impl SchemaCheck for Compiled {
    fn violations(&self, value: &Value) -> Vec<Violation> {
        // Validity is memoised over references, so it is cheap for every schema. Collecting the errors is not: a
        // union of two recursive members takes twice as long for each level of the value, and no stop reaches it.
        if self.schema.is_valid(value) {
            return Vec::new();
        }
        if self.has_references {
            let message = "the value does not match the declared schema".to_owned();
            return vec![Violation { path: Vec::new(), message, code: "schema".to_owned() }];
        }
        self.schema.iter_errors(value).take(MAX_VIOLATIONS).map(|error| violation(&error)).collect()
    }
}

/// A schema that compiled where the function was loaded, and does not here: nothing conforms to it.
struct Broken(String);

impl SchemaCheck for Broken {
    fn violations(&self, _: &Value) -> Vec<Violation> {
        let message = format!("the declared schema cannot be compiled: {}", self.0);
        vec![Violation { path: Vec::new(), message, code: "schema".to_owned() }]
    }
}

fn violation(error: &ValidationError<'_>) -> Violation {
    let path = error.instance_path().segments().map(|segment| match segment {
        jsonschema::paths::LocationSegment::Property(name) => Value::from(name.into_owned()),
        jsonschema::paths::LocationSegment::Index(index) => Value::from(index),
    });
    // Masked: a message may end up in a log, and metadata is the customer's.
    Violation {
        path: path.collect(),
        message: error.masked().to_string(),
        code: error.kind().keyword().to_owned(),
    }
}

#[cfg(test)]
mod tests;
