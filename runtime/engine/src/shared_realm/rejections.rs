//! Promises that were rejected and nobody handles. They are told at the end of the turn in which it happened, so they are
//! that run's.

use std::cell::RefCell;

use deno_core::v8;

/// A promise, and why it was rejected.
type Rejected = (v8::Global<v8::Promise>, v8::Global<v8::Value>);

thread_local! {
    /// Those of the turn under way. V8's callback is a plain function, and a thread has one shared isolate.
    static REJECTED: RefCell<Vec<Rejected>> = const { RefCell::new(Vec::new()) };
}

/// Takes the reasons that nobody has handled until now.
pub(super) fn take(scope: &mut v8::PinScope<'_, '_>) -> Vec<v8::Global<v8::Value>> {
    let rejected = REJECTED.take();
    let unhandled = rejected.into_iter().filter(|(promise, _)| !v8::Local::new(scope, promise).has_handler());
    unhandled.map(|(_, reason)| reason).collect()
}

/// Whether there are none.
pub(super) fn is_empty() -> bool {
    REJECTED.with_borrow(Vec::is_empty)
}

/// Forgets those of a turn that was stopped.
pub(super) fn clear() {
    drop(REJECTED.take());
}

/// Called by V8 when a promise is rejected without a handler.
pub(super) extern "C" fn on_reject(message: v8::PromiseRejectMessage<'_>) {
    if message.get_event() != v8::PromiseRejectEvent::PromiseRejectWithNoHandler {
        return;
    }
    // SAFETY: V8 calls this with a message that is valid until it returns.
    v8::callback_scope!(unsafe scope, &message);
    let promise = v8::Global::new(scope, message.get_promise());
    let reason = message.get_value().unwrap_or_else(|| v8::undefined(scope).into());
    let reason = v8::Global::new(scope, reason);
    REJECTED.with_borrow_mut(|rejected| rejected.push((promise, reason)));
}
