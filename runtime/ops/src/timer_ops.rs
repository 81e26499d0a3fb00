//! How a function in a shared isolate starts and clears its timers.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};

use crate::runs::run_of;

/// Starts a timer and returns its number; 0 where there is no run, or it has too many.
#[op2(fast)]
pub(crate) fn op_onevent_start_timer(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    milliseconds: f64,
    repeats: bool,
) -> u32 {
    run_of(scope, &state).and_then(|run| run.timers.start_now(milliseconds, repeats)).unwrap_or(0)
}

/// Clears a timer of the run.
#[op2(fast)]
pub(crate) fn op_onevent_clear_timer(scope: &mut v8::PinScope<'_, '_>, state: Rc<RefCell<OpState>>, id: u32) {
    if let Some(run) = run_of(scope, &state) {
        run.timers.clear(id);
    }
}
