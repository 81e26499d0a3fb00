//! The thread on which files are parsed, transpiled and dropped.

use crate::error::{LoadError, LoadErrorCode};
use crate::limits::{STACK_BYTES, STACK_BYTES_TO_COUNT};

/// Runs `work` on a thread with a stack for the deepest file that is let through, and waits for it.
///
/// # Errors
/// The system gave no thread, or `work` panicked.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, LoadError> {
    let failed = |message: String| LoadError::new(LoadErrorCode::Engine, message);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("onevent-source".into()).stack_size(STACK_BYTES);
        let started = thread.spawn_scoped(scope, work);
        let started = started.map_err(|error| failed(format!("no thread to read source: {error}")))?;
        started.join().map_err(|_| failed("the thread that reads source panicked".to_owned()))
    })
}

/// Whether counting has used its part of the stack.
pub(crate) fn is_used_up() -> bool {
    stacker::remaining_stack().is_some_and(|left| left < STACK_BYTES - STACK_BYTES_TO_COUNT)
}
