//! How an op asks the host: a call begins, and its promise is settled when the answer is there.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{ExternalOpsTracker, OpState, v8};
use serde::Serialize;

use crate::before_run::BeforeRun;
use crate::calls::Answer;
use crate::place::ScriptPlace;
use crate::runs::run_of;
use crate::state::RunState;
use crate::wire::{OpResult, refused};

/// Lets deno_core's event loop know, until it is dropped, that something goes on which it does not drive itself: else it would
/// take a module that awaits a call for one that nothing can settle.
struct Open(ExternalOpsTracker);

impl Open {
    fn new(state: &RefCell<OpState>) -> Self {
        let tracker = state.borrow().external_ops_tracker.clone();
        tracker.ref_op();
        Self(tracker)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.unref_op();
    }
}

/// Begins a call of the run that the op is called in, and returns the promise of its answer.
pub(crate) fn call<'s, T: Serialize + 'static>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &Rc<RefCell<OpState>>,
    work: impl AsyncFnOnce(Rc<RunState>) -> OpResult<T> + 'static,
) -> v8::Local<'s, v8::Value> {
    // V8 has none where it is being stopped.
    let Some(resolver) = v8::PromiseResolver::new(scope) else { return v8::undefined(scope).into() };
    let promise = resolver.get_promise(scope);
    let resolver = v8::Global::new(scope, resolver);
    match run_of(scope, state) {
        Some(run) => {
            let (own, open) = (run.clone(), Open::new(state));
            let made_at = run.calls.made_at(ScriptPlace::of_what_executes(scope));
            run.calls.begin(Box::pin(async move {
                let (_open, _made_at) = (open, made_at);
                let answer = work(own).await;
                Answer::new(resolver, answer)
            }));
        }
        None => {
            // The global `fetch` can be called while a module is loaded, before there is a run.
            if let Some(before) = state.borrow().try_borrow::<Rc<BeforeRun>>() {
                before.asked_for_run();
            }
            let answer = OpResult::<T>::of(Err(refused(
                "no_run",
                "no requests while a module is loaded, or after a run: make them in `exec`",
            )));
            Answer::new(resolver, answer).give(scope);
        }
    }
    promise.into()
}
