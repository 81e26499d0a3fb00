//! Checking a project's functions.

use deno_ast::ParsedSource;
use onevent_source::{LoadError, ProjectSource};

use crate::calls;
use crate::code::{Code, Family};
use crate::files::Files;
use crate::finding::Finding;
use crate::ignore::Ignores;
use crate::nango;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// Calls of `nango` that nobody awaits.
    Calls,
    /// These, and what Nango would not take.
    All,
}

impl Rules {
    /// Whether a code is looked for. `TS…` never is: TypeScript's compiler finds those.
    #[must_use]
    pub fn seek(self, code: &str) -> bool {
        match code.parse::<Code>().map(Code::family) {
            Ok(Family::Calls | Family::Ignores) => true,
            Ok(Family::Nango) => self == Self::All,
            Err(_) => false,
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many of the project's own files were looked at.
    pub files: usize,
    /// What is to be mended, what comments silence included.
    pub findings: Vec<Finding>,
    /// The comments.
    pub ignores: Ignores,
}

/// Looks at the functions whose files are at these paths, and at the project's own files that they import.
///
/// What cannot be read or parsed is left out: loading the project reports it.
///
/// # Errors
/// There is no thread to parse on.
pub fn check(source: &ProjectSource, entries: &[String], rules: Rules) -> Result<Checked, LoadError> {
    let Files { texts, targets } = Files::of(source, entries);
    onevent_source::with_trees(&texts, |trees| {
        let files: Vec<(String, ParsedSource)> = texts
            .iter()
            .zip(trees)
            .filter_map(|((path, _), tree)| Some((path.clone(), tree.ok()?)))
            .collect();
        let mut checked = Checked { files: files.len(), ..Checked::default() };
        for (path, parsed) in &files {
            checked.ignores.read(path, parsed);
        }
        checked.findings = calls::check(&files, &targets);
        if rules == Rules::All {
            nango::check(source, entries, &files, &targets, &mut checked.findings);
        }
        let place = |finding: &Finding| (finding.file.clone(), finding.line, finding.column);
        checked.findings.sort_by_cached_key(place);
        checked
    })
}
