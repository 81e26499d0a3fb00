//! A file that is looked at.

use deno_ast::{ParsedSource, SourcePos};

use crate::files::Targets;
use crate::place::Place;

/// One of the files.
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) parsed: &'a ParsedSource,
    pub(super) targets: &'a Targets,
    pub(super) is_entry: bool,
}

impl File<'_> {
    pub(super) fn place(&self, at: SourcePos) -> Place {
        Place::of(self.path, self.parsed, at)
    }

    /// Where the file begins.
    pub(super) fn beginning(&self) -> Place {
        Place { file: self.path.to_owned(), line: 1, column: 1, text: self.parsed.text().clone() }
    }
}
