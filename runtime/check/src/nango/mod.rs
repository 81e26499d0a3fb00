//! What Nango would not take, though onevent does: what its compiler refuses, and what fails when it runs a function.

mod awaits;
mod exports;
mod file;
mod globals;
mod imports;
mod index;
mod manifest;
mod names;

use deno_ast::ParsedSource;
use onevent_source::ProjectSource;

use self::file::File;
use crate::files::Targets;
use crate::finding::Finding;

/// Adds what Nango would not take of these files, of which `entries` are those of functions.
pub(crate) fn check(
    source: &ProjectSource,
    entries: &[String],
    files: &[(String, ParsedSource)],
    targets: &Targets,
    found: &mut Vec<Finding>,
) {
    index::check(source, entries, found);
    manifest::check(source, found);
    for (path, parsed) in files {
        let file = File { path, parsed, targets, is_entry: entries.contains(path) };
        imports::check(&file, found);
        globals::check(&file, found);
        awaits::check(&file, found);
        if file.is_entry {
            exports::check(&file, found);
            names::check(&file, entries, found);
        }
    }
}
