//! Stops what an isolate executes, and notes where that was.
#![expect(unsafe_code, reason = "V8 calls back with a pointer to the isolate")]

use std::cell::RefCell;
use std::ffi::c_void;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use deno_core::{JsRuntime, v8};
use onevent_ops::ScriptPlace;

/// Where the function's code was when it was interrupted.
#[derive(Clone, Default)]
pub(super) struct InterruptedAt(Rc<RefCell<Option<ScriptPlace>>>);

/// What the callback finds in the isolate.
struct Looking {
    context: v8::Global<v8::Context>,
    found: InterruptedAt,
}

impl InterruptedAt {
    /// Of an isolate that has one function: an interrupt that comes late would hit another one. It must be
    /// [forgotten](Self::forget) before the isolate is gone.
    pub(super) fn watch(runtime: &mut JsRuntime) -> Self {
        let found = Self::default();
        let looking = Looking { context: runtime.main_context(), found: found.clone() };
        runtime.v8_isolate().set_slot(looking);
        found
    }

    /// Lets go of the isolate's context.
    pub(super) fn forget(runtime: &mut JsRuntime) {
        drop(runtime.v8_isolate().remove_slot::<Looking>());
    }

    /// Taken out.
    pub(super) fn take(&self) -> Option<ScriptPlace> {
        self.0.borrow_mut().take()
    }
}

/// What stops the isolate. The first time V8 looks where it is, as soon as it can, and ends what it executes there; from then
/// on it is told to end without looking.
pub(super) fn interrupt(runtime: &mut JsRuntime) -> impl Fn() + Send + Sync + 'static {
    let handle = runtime.v8_isolate().thread_safe_handle();
    let asked = AtomicBool::new(false);
    move || {
        if asked.swap(true, Ordering::SeqCst) {
            handle.terminate_execution();
        } else {
            handle.request_interrupt(look_and_end, std::ptr::null_mut());
        }
    }
}

unsafe extern "C" fn look_and_end(isolate: v8::UnsafeRawIsolatePtr, _: *mut c_void) {
    // SAFETY: V8 calls this on the isolate's own thread, between two steps of what it executes, with the isolate itself. What
    // is made of the pointer does not dispose of it.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    if let Some(Looking { context, found }) = isolate.get_slot::<Looking>() {
        let (context, found) = (context.clone(), found.clone());
        v8::scope_with_context!(scope, &mut isolate, context);
        *found.0.borrow_mut() = ScriptPlace::of_what_executes(scope);
    }
    isolate.terminate_execution();
}
