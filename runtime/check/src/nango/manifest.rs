//! `package.json`: what kind of modules the project's files are.

use onevent_source::ProjectSource;
use serde_json::Value;

use crate::code::Code;
use crate::finding::Finding;
use crate::place::Place;

const MANIFEST: &str = "package.json";

/// Nango's compiler finds imports as Node does, and its projects are ECMAScript modules.
pub(super) fn check(source: &ProjectSource, found: &mut Vec<Finding>) {
    let Ok(text) = source.read(MANIFEST) else { return };
    let Ok(manifest) = serde_json::from_str::<Value>(&text) else { return };
    if manifest["type"] == "module" {
        return;
    }
    let place = Place { file: MANIFEST.to_owned(), line: 1, column: 1, text };
    let message = "Nango's projects are ECMAScript modules, and this package.json does not say so";
    found.push(Finding::new(Code::NangoModuleKind, place, message, "add `\"type\": \"module\"`"));
}
