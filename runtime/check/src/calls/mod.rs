//! Calls of `nango` that nobody awaits.
//!
//! First each file says what it declares, hands on and calls ([`facts`]). From that follows, over all files, which names are a
//! `nango`, and which functions give a promise of its calls ([`project`]). Then each file is walked with what becomes of each
//! value ([`walk`]).

mod array;
mod facts;
mod members;
mod project;
mod reader;
mod types;
mod using;
mod variables;
mod walk;

use deno_ast::ParsedSource;

use self::project::ProjectFacts;
use crate::files::Targets;
use crate::finding::Finding;

/// What is to be mended in these files.
pub(crate) fn check(files: &[(String, ParsedSource)], targets: &Targets) -> Vec<Finding> {
    let facts = ProjectFacts::of(files, targets);
    let mut found = Vec::new();
    for (index, (path, parsed)) in files.iter().enumerate() {
        found.extend(walk::walk(path, parsed, index, &facts));
    }
    found
}
