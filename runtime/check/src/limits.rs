//! What checking may cost.

/// So often is what is known of a project's functions taken one call further: a `nango` that is handed on through more
/// functions than this is not followed.
pub(crate) const MAX_ROUNDS: usize = 50;

/// The project's own files that are looked at.
pub(crate) const MAX_FILES: usize = 5_000;

/// When so little of the stack is left, more is taken.
pub(crate) const STACK_LEFT: usize = 256 * 1024;

/// So much more.
pub(crate) const STACK_STEP: usize = 4 * 1024 * 1024;
