//! Schemas that a function declares, and values that are held against them.
//!
//! An input is a JSON Schema and a value, with `---` between them.

use std::sync::Arc;

use onevent_contract::{
    ConnectionFacts, Function, FunctionKey, FunctionKind, Invocation, Schema, Trigger, Validation,
};
use onevent_engine::refused_input;
use serde_json::{Value, json};

use crate::input::{parts, text};
use crate::target::Target;

pub(super) const TARGET: Target = Target {
    name: "schema",
    run,
    words: &[
        "{\"type\": \"",
        "\"}",
        "object",
        "array",
        "string",
        "number",
        "integer",
        "null",
        "{\"anyOf\": [",
        "{\"allOf\": [",
        "{\"oneOf\": [",
        "{\"not\": ",
        "{\"if\": ",
        ", \"then\": ",
        ", \"else\": ",
        "{\"$ref\": \"#",
        "\"}",
        "/$defs/a",
        "{\"$defs\": {\"a\": ",
        "{\"items\": ",
        "{\"prefixItems\": [",
        "{\"properties\": {\"a\": ",
        "{\"patternProperties\": {\"",
        "\": ",
        "{\"pattern\": \"",
        "(a+)+$",
        "[a-z]{1,1000}",
        "\\\\p{L}",
        "(?=a)",
        "\\\\1",
        "{\"required\": [\"a\"]",
        "{\"enum\": [",
        "{\"const\": ",
        "{\"minimum\": ",
        "{\"multipleOf\": ",
        "1e308",
        "1e-308",
        "0",
        "-1",
        "{\"maxLength\": ",
        "{\"format\": \"date-time\"}",
        "{\"$id\": \"http://a/b\"",
        "{\"$dynamicRef\": \"#a\"}",
        "{\"$anchor\": \"a\"",
        "{\"unevaluatedProperties\": false",
        "{\"dependentSchemas\": {\"a\": ",
        "]",
        "}",
        ", ",
        "true",
        "false",
        "\n---\n",
        "{\"a\": ",
        "[",
        "\"a\"",
        "\"\\ud83d\"",
        "\"$schema\": \"http://json-schema.org/draft-04/schema#\"",
        "{\"uniqueItems\": true",
        "{\"contains\": ",
    ],
    seeds: Vec::new,
};

fn run(input: &[u8]) {
    let text = text(input);
    let [schema, value] = parts::<2>(&text);
    let (Ok(schema), Ok(value)) =
        (serde_json::from_str::<Value>(schema), serde_json::from_str::<Value>(value))
    else {
        return;
    };
    let accepts_all = schema == Value::Bool(true) || schema == json!({});
    let Some(invocation) = invocation(schema, value) else { return };
    let once = refused_input(&invocation);
    assert_eq!(once, refused_input(&invocation), "the same value is judged in the same way");
    assert!(!(accepts_all && once.is_some()), "{once:?}");
}

/// A run of an action that declared this input, and is called with that one.
fn invocation(schema: Value, input: Value) -> Option<Invocation> {
    let key = FunctionKey { integration: "p".parse().ok()?, name: "act".parse().ok()? };
    let function = Function {
        kind: FunctionKind::Action { input: Some(declared(schema)?), output: None },
        description: None,
        path: "p/actions/act.ts".into(),
        modules: Arc::from([]),
        metadata_schema: None,
        key: key.clone(),
    };
    let connection = ConnectionFacts {
        connection_id: "acme".parse().ok()?,
        integration: key.integration,
        provider: "p".into(),
    };
    let invocation = Invocation::new(Arc::new(function), connection, "dev".parse().ok()?);
    Some(Invocation {
        trigger: Trigger::Action { input: Some(input) },
        validation: Validation::Enforce,
        ..invocation
    })
}

/// A schema that has come from another process: it is compiled when it is asked.
fn declared(schema: Value) -> Option<Schema> {
    serde_json::from_value(json!({ "json_schema": schema })).ok()
}
