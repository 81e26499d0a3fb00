//! What went wrong, what was tried, and what to do next.

use crate::terminal;

/// Why a chore ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    details: Vec<String>,
    next: Vec<String>,
}

impl Failure {
    /// A failure, said in one sentence.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), details: Vec::new(), next: Vec::new() }
    }

    /// A failure of the operating system while doing `what`.
    pub(crate) fn io(what: impl Into<String>, error: &std::io::Error) -> Self {
        Self::new(format!("{}: {error}", what.into()))
    }

    /// Adds something that was tried or found.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Adds something that the reader can do about it.
    pub(crate) fn next(mut self, step: impl Into<String>) -> Self {
        self.next.push(step.into());
        self
    }

    /// The sentence.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Prints everything to stderr.
    pub(crate) fn print(&self) {
        terminal::error(&self.what);
        for detail in &self.details {
            terminal::detail(detail);
        }
        if !self.next.is_empty() {
            terminal::step("next", "what you can do:");
            for step in &self.next {
                terminal::detail(step);
            }
        }
    }
}
