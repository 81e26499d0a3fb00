use std::process::Command;

use onevent_contract::{Clock, SystemClock};
use serde_json::json;

use super::*;

#[test]
fn a_violation_names_path_rule_and_no_value() {
    let check = compile(&json!({
        "type": "object",
        "properties": { "tags": { "type": "array", "items": { "type": "string" } } },
        "required": ["id"],
    }))
    .unwrap();
    let violations = check.violations(&json!({ "tags": ["a", 7_654_321] }));
    let found: Vec<_> = violations.iter().map(|v| (v.path.clone(), v.code.as_str())).collect();
    assert!(found.contains(&(vec![json!("tags"), json!(1)], "type")), "{found:?}");
    assert!(found.contains(&(vec![], "required")), "{found:?}");
    assert!(violations.iter().all(|v| !v.message.contains("7654321")), "{violations:?}");
}

#[test]
fn a_recursive_union_cannot_be_made_to_take_exponential_time() {
    let again = json!({ "type": "array", "items": { "$ref": "#/$defs/a" } });
    let check = compile(
        &json!({ "$ref": "#/$defs/a", "$defs": { "a": { "anyOf": [again, again, { "type": "null" }] } } }),
    )
    .unwrap();
    let nested = |leaf: Value| (0..60).fold(leaf, |inner, _| json!([inner]));
    // Two to the power of sixty evaluations would not end.
    assert_eq!(check.violations(&nested(json!(7))).len(), 1);
    assert_eq!(check.violations(&nested(Value::Null)), vec![]);
}

#[test]
fn a_schema_that_runs_in_circles_or_goes_very_deep_does_no_harm() {
    let circle = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#" }] } } });
    for schema in [json!({ "$ref": "#" }), circle] {
        // What it answers does not matter: zod makes no such schema. That it answers does.
        let _ = compile(&schema).map(|check| check.violations(&json!({ "a": [1] })));
    }
    let deep =
        (0..120).fold(json!({ "type": "string" }), |inner, _| json!({ "items": inner, "type": "array" }));
    let value = (0..120).fold(json!("leaf"), |inner, _| json!([inner]));
    assert_eq!(compile(&deep).unwrap().violations(&value), vec![]);
}

#[test]
fn a_pattern_that_is_too_large_is_left_to_zod() {
    let huge = json!({ "type": "object", "properties": {
        "a": { "type": "string", "pattern": "^(\\\\w{1,1000}){1,1000}$" },
        "b": { "const": { "pattern": "x" } },
    } });
    let check = compile(&huge).unwrap();
    assert_eq!(check.violations(&json!({ "a": "!", "b": { "pattern": "x" } })), vec![]);
    assert_eq!(check.violations(&json!({ "a": 7 })).len(), 1);
}

#[test]
fn remote_references_are_refused() {
    assert!(compile(&json!({ "$ref": "https://example.com/schema.json" })).is_err());
    assert!(compile(&json!({ "$ref": "file:///etc/passwd" })).is_err());
}

#[test]
fn formats_are_not_asserted() {
    let check = compile(&json!({ "type": "string", "format": "email" })).unwrap();
    assert_eq!(check.violations(&json!("not an address")), vec![]);
}

/// How many schemas the generator draws for each seed.
const CASES: usize = 1_000;

/// The packages of `js-sdk` that make the schemas: the built-in zod, and one that a project may have installed.
const ZODS: [&str; 2] = ["zod", "zod-latest"];

/// What zod accepts, Rust accepts: over schemas and values that js-sdk generates. The generator runs zod itself and
/// the SDK's own conversion; here only the last step is missing.
#[test]
fn rust_never_rejects_what_zod_accepts() {
    let fresh = SystemClock.now().as_millisecond().to_string();
    let other_zods = ZODS.iter().skip(1).map(|zod| (*zod, fresh.as_str(), CASES / 2));
    let built_in = [(ZODS[0], "1", CASES), (ZODS[0], &fresh, CASES)];
    for (zod, seed, cases) in built_in.into_iter().chain(other_zods) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../js-sdk/test/corpus.mjs");
        let output = Command::new("node")
            .args([script, "--cases", &cases.to_string(), "--seed", seed, "--zod", zod])
            .output()
            .expect("node runs: `cargo xtask setup` checks that it is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        assert!(
            lines.lines().count() > cases / 2,
            "the generator drew too little: {} values",
            lines.lines().count()
        );
        for line in lines.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let check = build(&case["schema"], MAX_PATTERN_BYTES_EACH)
                .unwrap_or_else(|error| panic!("{zod}, seed {seed}: {error}\n{line}"));
            assert!(
                check.is_valid(&case["value"]),
                "{zod}, seed {seed}: zod accepts this, Rust does not:\n{line}"
            );
        }
    }
}

#[test]
fn a_schema_has_a_limit_of_parts_and_one_of_the_most_takes_bounded_room() {
    let field =
        |number: usize| json!({ "anyOf": [{ "const": number }, { "type": "string", "minLength": 1 }] });
    let schema = |fields: usize| {
        let fields: serde_json::Map<_, _> = (0..fields).map(|n| (format!("k{n}"), field(n))).collect();
        json!({ "type": "object", "properties": fields })
    };
    let Err(error) = compile(&schema(MAX_SCHEMA_PARTS / 3 + 1)) else { panic!("it compiles") };
    assert!(error.contains("limit schema_parts: 20000, used: "), "{error}");
    let check = compile(&schema(MAX_SCHEMA_PARTS / 3 - 10)).unwrap();
    assert_eq!(check.violations(&json!({ "k1": "" })).len(), 1);
    // Without a process of its own this says nothing about what other tests hold: nextest gives it one.
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 300 * 1024, "{kib} KiB");
}

#[test]
fn a_value_that_is_too_much_work_is_refused_before_it_is_looked_at() {
    let words: Vec<Value> = (0..3_000).map(|n| json!({ "const": format!("q{n}") })).collect();
    let check = compile(&json!({ "properties": { "a": { "items": { "anyOf": words } } } })).unwrap();
    let list = |length: usize| json!({ "a": vec!["none of them"; length] });
    let said = &check.violations(&list(30_000))[0].message;
    assert!(said.contains("limit schema_work: 50000000, used: "), "{said}");
    assert!(!check.violations(&list(100))[0].message.contains("limit"), "the probe works");
    // Fields do not look at each other's values: a large value of a wide schema is no more work than it has values.
    let wide: serde_json::Map<_, _> =
        (0..5_000).map(|n| (format!("k{n}"), json!({ "enum": ["a", "b"] }))).collect();
    let value: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("k{n}"), json!("a"))).collect();
    let check = compile(&json!({ "properties": wide, "additionalProperties": false })).unwrap();
    assert_eq!(check.violations(&Value::Object(value)), vec![]);
}
