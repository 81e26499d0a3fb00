//! What Nango would not take, though onevent does: what its compiler refuses, and what fails when it runs a function.

mod awaits;
mod exports;
mod globals;
mod imports;
mod index;
mod manifest;
mod names;

use deno_ast::ParsedSource;
use onevent_source::ProjectSource;

use crate::files::Targets;
use crate::finding::Finding;
use crate::place::Place;

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

/// One of the files.
struct File<'a> {
    path: &'a str,
    parsed: &'a ParsedSource,
    targets: &'a Targets,
    is_entry: bool,
}

impl File<'_> {
    fn place(&self, at: deno_ast::SourcePos) -> Place {
        Place::of(self.path, self.parsed, at)
    }

    /// Where the file begins.
    fn beginning(&self) -> Place {
        Place { file: self.path.to_owned(), line: 1, column: 1, text: self.parsed.text().clone() }
    }
}
