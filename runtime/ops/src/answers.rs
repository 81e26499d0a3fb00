//! How an isolate that has one run gives its calls their answers.

use std::task::{Context, Poll};

use deno_core::{JsRuntime, v8};

use crate::state::RunState;

/// Gives the run's calls the answers that are there, each with what waits for it, until V8 is stopped. deno_core's event loop
/// is to be polled afterwards: it is pending while calls are open, and whoever begins one wakes `cx`.
pub fn give_answers(
    runtime: &mut JsRuntime,
    run: &RunState,
    cx: &mut Context<'_>,
    is_stopped: impl Fn() -> bool,
) {
    while let Poll::Ready(Some(answer)) = run.poll_answer(cx) {
        deno_core::scope!(scope, runtime);
        v8::tc_scope!(let scope, scope);
        answer.give(scope);
        scope.perform_microtask_checkpoint();
        if is_stopped() {
            return;
        }
    }
}
