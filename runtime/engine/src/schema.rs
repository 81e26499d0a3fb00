//! Metadata schemas on the Rust side: the floor that hostile code cannot step over.

use std::sync::Arc;

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, ValidationError, Validator};
use onevent_contract::{Schema, SchemaCheck, Violation, limit_met};
use serde_json::Value;

use crate::limits::{
    MAX_EXPLAINED_ALTERNATIVES, MAX_PATTERN_BYTES, MAX_PATTERN_BYTES_EACH, MAX_SCHEMA_PARTS, MAX_SCHEMA_WORK,
    MAX_VIOLATIONS,
};
use crate::schema_work::{looks, values};

/// Compiles a JSON Schema (draft 2020-12). Formats are not asserted, remote references are refused, and patterns
/// run in linear time. Where a pattern is too large for that, all patterns are left to zod.
pub(crate) fn compile(schema: &Value) -> Result<Arc<dyn SchemaCheck>, String> {
    let Size { parts, patterns, alternatives } = Size::of(schema);
    if parts > MAX_SCHEMA_PARTS {
        let limit = limit_met("schema_parts", MAX_SCHEMA_PARTS, parts);
        return Err(format!("it has too many parts ({limit})"));
    }
    let pattern_bytes = (MAX_PATTERN_BYTES / patterns.max(1)).min(MAX_PATTERN_BYTES_EACH);
    let compiled =
        build(schema, pattern_bytes).or_else(|_| build(&without_patterns(schema), pattern_bytes))?;
    let refers = has_references(schema);
    let tells_details = alternatives <= MAX_EXPLAINED_ALTERNATIVES && !refers;
    // Where it refers to its parts, each of them may look at each value.
    let looks = if refers { parts } else { looks(schema) };
    Ok(Arc::new(Compiled { schema: compiled, tells_details, looks }))
}

/// The check of a declared schema, compiled again where the function came from another process.
pub(crate) fn check(schema: &Schema) -> Arc<dyn SchemaCheck> {
    schema.check(|json_schema| compile(json_schema).unwrap_or_else(|error| Arc::new(Broken(error)))).clone()
}

/// Every violation of a declared schema.
pub(crate) fn violations(schema: &Schema, value: &Value) -> Vec<Violation> {
    check(schema).violations(value)
}

fn build(schema: &Value, pattern_bytes: usize) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(false)
        .with_pattern_options(PatternOptions::regex().size_limit(pattern_bytes).dfa_size_limit(pattern_bytes))
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

/// What makes a schema dear.
#[derive(Default)]
struct Size {
    parts: usize,
    patterns: usize,
    alternatives: usize,
}

impl Size {
    fn of(schema: &Value) -> Self {
        let mut size = Self::default();
        size.add(schema);
        size
    }

    fn add(&mut self, schema: &Value) {
        match schema {
            Value::Object(object) => {
                self.parts += 1;
                for (key, value) in object {
                    match (key.as_str(), value) {
                        ("pattern", Value::String(_)) => self.patterns += 1,
                        ("patternProperties", Value::Object(patterns)) => self.patterns += patterns.len(),
                        ("anyOf" | "oneOf", Value::Array(members)) => self.alternatives += members.len(),
                        _ => {}
                    }
                    self.add(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            _ => {}
        }
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
    /// Whether it is safe to collect what is wrong.
    tells_details: bool,
    /// So many of its parts may have to look at one value.
    looks: usize,
}

impl SchemaCheck for Compiled {
    fn violations(&self, value: &Value) -> Vec<Violation> {
        let work = values(value).saturating_mul(self.looks);
        if work > MAX_SCHEMA_WORK {
            let limit = limit_met("schema_work", MAX_SCHEMA_WORK, work);
            let message =
                format!("the value has too many parts for a schema with so many alternatives ({limit})");
            return vec![Violation { path: Vec::new(), message, code: "schema".to_owned() }];
        }
        // Validity is memoised over references, so it is cheap for every schema. Collecting the errors is not: a
        // union of two recursive members takes twice as long for each level of the value, and no stop reaches it.
        if self.schema.is_valid(value) {
            return Vec::new();
        }
        if !self.tells_details {
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
