//! The house as ARCHITECTURE.md has it: every crate is in its table, arrows run as it says, and V8 and SQL stay in their
//! rooms.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Crates that only these rooms may name.
const CONFINED: [(&str, &[&str]); 7] = [
    ("deno_core", &["ops", "engine"]),
    ("deno_web", &["ops"]),
    ("deno_ast", &["source", "check", "testing"]),
    ("rsa", &["crypto"]),
    ("jsonschema", &["engine"]),
    ("sqlx", &["store"]),
    ("reqwest", &["proxy"]),
];

/// What everything rests on, so that the table does not say it.
const CONTRACT: &str = "contract";

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The crates in `runtime`, by their folders, and what each needs to be built and to run: folders of ours, names of
/// others.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let runtime = root().join("runtime").canonicalize().unwrap();
    let folder = |path: &Value| {
        let path = Path::new(path.as_str()?).canonicalize().ok()?;
        Some(path.strip_prefix(&runtime).ok()?.to_str()?.to_owned())
    };
    let need = |dependency: &Value| {
        folder(&dependency["path"]).unwrap_or_else(|| dependency["name"].as_str().unwrap().to_owned())
    };
    let packages = metadata["packages"].as_array().unwrap().iter().filter_map(|package| {
        let name = folder(&package["manifest_path"])?.strip_suffix("/Cargo.toml")?.to_owned();
        let needs = package["dependencies"].as_array().unwrap().iter();
        Some((name, needs.filter(|dependency| dependency["kind"] != "dev").map(need).collect()))
    });
    packages.collect()
}

/// The names between backticks in a cell of a table.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The table of ARCHITECTURE.md: each room, and what it rests on beside the contract.
fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `runtime/")?.split('|');
        let room = cells.next()?.trim().strip_suffix('`')?.to_owned();
        // Other tables name files.
        (!room.contains('/')).then_some((room, names(cells.next()?)))
    });
    rows.collect()
}

/// What of `needs` is a room.
fn arrows(needs: &BTreeSet<String>, rooms: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    needs.iter().filter(|need| rooms.contains_key(*need) && *need != CONTRACT).cloned().collect()
}

#[test]
fn the_page_lists_every_crate_and_every_arrow_between_them() {
    let (rooms, drawn) = (rooms(), drawn());
    let listed = |rooms: &BTreeMap<String, BTreeSet<String>>| rooms.keys().cloned().collect::<BTreeSet<_>>();
    assert!(rooms.len() > 5, "{rooms:?}");
    assert_eq!(listed(&rooms), listed(&drawn), "the crates in runtime, and the rows of ARCHITECTURE.md");
    for (room, needs) in &rooms {
        assert_eq!(arrows(needs, &rooms), drawn[room], "what {room} needs, and its row in ARCHITECTURE.md");
    }
}

#[test]
fn arrows_run_one_way() {
    let rooms = rooms();
    let mut left = rooms.clone();
    // A room whose needs are all gone goes too; what stays at the end needs itself in a circle.
    while let Some(room) = left
        .iter()
        .find(|(_, needs)| !needs.iter().any(|need| left.contains_key(need)))
        .map(|(room, _)| room.clone())
    {
        left.remove(&room);
    }
    assert!(left.is_empty(), "in a circle: {left:?}");
    let beneath: Vec<&String> = rooms[CONTRACT].iter().filter(|need| rooms.contains_key(*need)).collect();
    assert_eq!(beneath, ["redaction"], "the contract rests on what a secret is, and on nothing else");
}

#[test]
fn what_belongs_to_one_room_is_named_in_no_other() {
    let rooms = rooms();
    for (library, homes) in CONFINED {
        for (room, needs) in &rooms {
            assert_eq!(
                needs.contains(library),
                homes.contains(&room.as_str()),
                "whether {room} names {library}, which is of {homes:?}"
            );
        }
    }
}
