//! What the engine holds to beside the limits of each run: every such limit, in one place.

use std::time::Duration;

use onevent_contract::Limits;

/// What the code outside `exec` may use while a project is loaded.
pub const LOAD_LIMITS: Limits = Limits {
    wall: Duration::from_secs(10),
    cpu: Duration::from_secs(2),
    heap_bytes: Limits::DEFAULT_HEAP_BYTES,
};

/// What all that is loaded at one time may hold: 1 GiB. Each function that is asked what it is counts with the heap that it may
/// fill and with its code; reading a project counts with [`READING_BYTES`]. Others wait.
pub const MAX_LOADING_BYTES: u64 = 1024 * 1024 * 1024;

/// What it takes to read a project, beside what is kept: mostly the syntax tree of one file. 512 MiB.
pub const READING_BYTES: u64 = 512 * 1024 * 1024;

/// What a function declares, its schemas included, as JSON: 4 MiB.
pub const MAX_DECLARED_BYTES: usize = 4 * 1024 * 1024;

/// A check reports this many violations; more help nobody.
pub(crate) const MAX_VIOLATIONS: usize = 20;

/// The compiled patterns of one schema, in bytes: 32 MiB together, and each as the crate has it by default.
pub const MAX_PATTERN_BYTES: usize = 32 * 1024 * 1024;
pub(crate) const MAX_PATTERN_BYTES_EACH: usize = 10 * 1024 * 1024;

/// Where a schema has more alternatives (members of `anyOf` and `oneOf`) than this, a violation says no more than that there is one:
/// each value that fits none of them would be explained with all of them.
pub(crate) const MAX_EXPLAINED_ALTERNATIVES: usize = 200;

/// A schema may consist of so many schemas. Each is some hundred bytes, compiled.
pub const MAX_SCHEMA_PARTS: usize = 20_000;

/// Checking a value may take so much work: its values, times the schemas that may have to look at each. A second or so of a core; zod,
/// which has looked at the same before, takes many times that.
pub const MAX_SCHEMA_WORK: usize = 50_000_000;

/// A debugger may hold a run for so long before what the run asks its host for is past its time. The run's own limits stand still.
pub(crate) const LONGEST_HELD: Duration = Duration::from_secs(24 * 60 * 60);

/// A report with more bytes is put together, and searched for secrets, on a thread that may take its time.
pub(crate) const MAX_BYTES_AT_ONCE: usize = 64 * 1024;
