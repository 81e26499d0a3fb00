//! What loading may cost: every limit of it, in one place.

use std::time::Duration;

/// The largest source file: 4 MiB.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// And it has at most so many tokens. Minified code of [`MAX_FILE_BYTES`] has half of them; each takes its time and memory,
/// and a file of `a;a;a;…` has one for each byte.
pub const MAX_FILE_TOKENS: usize = 3_000_000;

/// One function may consist of this many files.
pub const MAX_MODULES: usize = 5_000;

/// And of this much code, in bytes: 32 MiB.
pub const MAX_FUNCTION_BYTES: usize = 32 * 1024 * 1024;

/// And of so many tokens: minified code of [`MAX_FUNCTION_BYTES`] has about as many.
pub const MAX_FUNCTION_TOKENS: usize = 12_000_000;

/// All files of a project together, those of its packages included: 256 MiB.
pub const MAX_PROJECT_BYTES: usize = 256 * 1024 * 1024;

/// And their tokens, as many times those of a function as they may have its bytes.
pub const MAX_PROJECT_TOKENS: usize = 96_000_000;

/// So many words of a file are compared with another print of it, to find its lines again.
pub(crate) const MAX_ALIGNED_WORDS: usize = 20_000;

/// A comparison that takes longer is coarser.
pub(crate) const LONGEST_ALIGNMENT: Duration = Duration::from_millis(100);

/// A project may list so many functions.
pub const MAX_FUNCTIONS: usize = 5_000;

/// The longest message of an error, and the longest advice, in bytes.
pub(crate) const MAX_ERROR_TEXT: usize = 4 * 1024;

/// So deep may the manifest of a package nest: as deep as serde_json reads.
pub(crate) const MAX_MANIFEST_DEPTH: usize = 127;

/// So deep may a file nest: brackets, functions and statements in each other.
pub(crate) const MAX_NESTING: usize = 1_000;

/// A chain may have so many links, those of the chains around it included: `"a" + "b" + …` of 10,000 texts has twice as
/// many.
pub(crate) const MAX_LINKS: usize = 20_000;

/// So many classes and decorators may lie in each other. What each costs doubles with every one around it.
pub(crate) const MAX_CLASSES: usize = 12;

/// So many names with a colon may lie in each other: labels, and `: …` of `?`. What labels cost grows with the square.
pub(crate) const MAX_LABELS: usize = 1_000;

/// The work that a file may make for each of its bytes. A token counts as much as it is nested deep, each time that the
/// parser takes it: TypeScript's has to try some texts in several ways. Minified code makes about five.
pub(crate) const MAX_WORK_FOR_EACH_BYTE: usize = 20;

/// And so much more, whatever its size.
pub(crate) const MIN_WORK: usize = 2_000_000;

/// The work of a class, beside that of what is in it: its scopes take ten kilobytes while a file is transpiled.
pub(crate) const WORK_OF_CLASS: usize = 1_000;

/// The work of a label, for each one around it: each may be a mistake of its own.
pub(crate) const WORK_OF_LABEL: usize = 10;

/// After so many mistakes nobody looks for more.
pub(crate) const MAX_SYNTAX_ERRORS: usize = 100;

/// The stack of the thread that files are parsed and transpiled on. Only what is used of it becomes memory.
pub(crate) const STACK_BYTES: usize = 512 * 1024 * 1024;

/// The part of it that counting may use. What walks a tree, or drops it, needs less of the stack for each level than
/// a parser; the rest is room for it.
pub(crate) const STACK_BYTES_TO_COUNT: usize = STACK_BYTES / 2;
