//! The documents of `--json` against `docs/schemas/`.

use std::path::Path;

use jsonschema::Registry;
use serde_json::{Value, json};

/// Fails unless the document is as its schema says.
pub(crate) fn check(schema: &str, document: &Value) {
    let mut registry = Registry::new();
    for (name, schema) in all() {
        registry = registry.add(format!("urn:onevent:schema:{name}"), schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&json!({"$ref": format!("urn:onevent:schema:{schema}")}))
        .unwrap();
    let problems: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "not a {schema}: {problems:#?}\n{document:#}");
}

fn all() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        found.push((name, serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()));
    }
    found
}

#[test]
fn every_schema_is_one_and_is_named_like_its_file() {
    let schemas = all();
    assert_eq!(schemas.len(), 36);
    for (name, schema) in schemas {
        assert_eq!(schema["$id"], format!("urn:onevent:schema:{name}"));
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
    }
}

#[test]
fn the_page_about_documents_knows_every_warning() {
    let (_, report) = all().into_iter().find(|(name, _)| name == "run-report").unwrap();
    let listed = report["$defs"]["warning"]["properties"]["code"]["description"].as_str().unwrap();
    let listed = listed.trim_start_matches("Stable: ").trim_end_matches(", …");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## Warnings\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let described: Vec<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split(','))
        .map(|code| code.trim().trim_matches('`'))
        .collect();
    assert_eq!(described, listed.split(", ").collect::<Vec<_>>());
}

#[test]
#[should_panic(expected = "not a error")]
fn a_document_that_is_not_as_its_schema_says_is_noticed() {
    check("error", &json!({"schema_version": 1, "error": {"code": "x"}}));
}
