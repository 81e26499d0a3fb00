//! The corpus' files, and copies of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// The project.
fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Folders that tools make.
fn is_made(name: &str) -> bool {
    matches!(name, "node_modules" | "build" | ".nango" | ".onevent")
}

/// A copy of the project. `wanted` is asked for the path of each file and folder.
pub(super) fn copied(wanted: impl Fn(&str) -> bool) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&corpus(), folder.path(), "", &wanted);
    folder
}

fn copy(from: &Path, to: &Path, at: &str, wanted: &dyn Fn(&str) -> bool) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{at}{name}");
        if is_made(&name) || !wanted(&path) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(&name), &format!("{path}/"), wanted);
        } else {
            std::fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}

/// A JSON file of the project.
pub(super) fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(corpus().join(file)).unwrap()).unwrap()
}

/// Every fixture, by its path in the project.
pub(super) fn fixtures() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(corpus()).unwrap() {
        let integration = entry.unwrap().file_name().into_string().unwrap();
        let Ok(tests) = std::fs::read_dir(corpus().join(&integration).join("tests")) else { continue };
        for file in tests {
            let path = format!("{integration}/tests/{}", file.unwrap().file_name().into_string().unwrap());
            let fixture = json(&path);
            found.insert(path, fixture);
        }
    }
    found
}
