//! The house as it is drawn in ARCHITECTURE.md: arrows run one way, and V8 and SQL stay in their rooms.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Room, and the rooms it may lean on.
const ARROWS: [(&str, &[&str]); 10] = [
    ("onevent-redaction", &[]),
    ("onevent-contract", &["onevent-redaction"]),
    ("onevent-engine", &["onevent-contract"]),
    ("onevent-proxy", &["onevent-contract"]),
    ("onevent-store", &["onevent-contract"]),
    ("onevent-hosts", &["onevent-contract", "onevent-proxy", "onevent-store"]),
    (
        "onevent-lifecycle",
        &["onevent-contract", "onevent-engine", "onevent-hosts", "onevent-proxy", "onevent-store"],
    ),
    (
        "onevent-app",
        &[
            "onevent-contract",
            "onevent-engine",
            "onevent-hosts",
            "onevent-lifecycle",
            "onevent-proxy",
            "onevent-store",
        ],
    ),
    ("onevent", &["onevent-contract", "onevent-engine"]),
    (
        "onevent-cli",
        &[
            "onevent-app",
            "onevent-contract",
            "onevent-engine",
            "onevent-hosts",
            "onevent-lifecycle",
            "onevent-proxy",
            "onevent-store",
        ],
    ),
];

/// Crates that only one room may name.
const CONFINED: [(&str, &str); 6] = [
    ("deno_core", "onevent-engine"),
    ("deno_ast", "onevent-engine"),
    ("deno_web", "onevent-engine"),
    ("jsonschema", "onevent-engine"),
    ("sqlx", "onevent-store"),
    ("reqwest", "onevent-proxy"),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let packages = metadata["packages"].as_array().unwrap();
    let normal = |dependency: &&Value| dependency["kind"] != "dev";
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    packages
        .iter()
        .map(|package| {
            let needs = package["dependencies"].as_array().unwrap().iter().filter(normal).map(name).collect();
            (name(package), needs)
        })
        .collect()
}

#[test]
fn arrows_run_one_way() {
    let dependencies = dependencies();
    for (room, allowed) in ARROWS {
        for needed in &dependencies[room] {
            let inside = needed == "onevent" || needed.starts_with("onevent-");
            assert!(!inside || allowed.contains(&needed.as_str()), "{room} must not lean on {needed}");
        }
    }
}

#[test]
fn what_belongs_to_one_room_is_named_in_no_other() {
    let dependencies = dependencies();
    for (library, home) in CONFINED {
        assert!(dependencies[home].contains(library), "{home} names {library}");
        for (room, needs) in &dependencies {
            assert!(room == home || !needs.contains(library), "{room} must not name {library}: {home} does");
        }
    }
}
