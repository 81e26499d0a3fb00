//! Places in files.

use std::sync::Arc;

use deno_ast::{ParsedSource, SourcePos};

/// A place in a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
    pub(crate) text: Arc<str>,
}

impl Place {
    /// Where this position of a parsed file is.
    pub(crate) fn of(file: &str, parsed: &ParsedSource, at: SourcePos) -> Self {
        let index = parsed.text_info_lazy().line_and_column_index(at);
        let number = |index: usize| u32::try_from(index.saturating_add(1)).unwrap_or(u32::MAX);
        Self {
            file: file.to_owned(),
            line: number(index.line_index),
            column: number(index.column_index),
            text: parsed.text().clone(),
        }
    }
}
