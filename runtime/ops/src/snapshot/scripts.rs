//! The scripts of an isolate: where they lie, and those that no snapshot holds.

use std::path::Path;

/// Where the scripts of every isolate lie.
#[derive(Debug, Clone, Copy)]
pub struct Scripts<'a> {
    /// The SDK, in one file. Its first line lists what it exports.
    pub bundle: &'a Path,
    /// The folder of the scripts that the snapshot holds, evaluated.
    pub evaluated: &'a Path,
    /// The folder of the scripts that an isolate evaluates at the first use of what they make. They are no part of the
    /// snapshot: its size is the cold start of every run, and few runs use them.
    pub lazy: &'a Path,
}

/// A script that is evaluated at its first use.
#[derive(Debug)]
#[non_exhaustive]
pub struct LazyScript {
    /// What V8 knows it by.
    pub specifier: String,
    /// Its text.
    pub code: String,
}
