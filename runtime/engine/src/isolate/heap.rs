//! The heap limit of an isolate, and the largest heap that was seen.
#![expect(unsafe_code, reason = "V8 reports garbage collections to a C function")]

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use deno_core::{JsRuntime, v8};

use super::stop::{StopReason, StopSignal};

/// How far the heap may grow beyond its limit while a stop takes effect.
///
/// A stop waits for the next check in JavaScript, and a built-in function can allocate a lot before one: growing an
/// array, doubling a string, filling a `Map`. A near-limit callback that does not raise the limit ends the whole
/// process, and so does a step that is too small: with 16 MiB, 5 of 18 runaway programs still did; with 1 GiB, none.
/// The price is memory, for a moment. Only a process of its own is a hard boundary.
pub(crate) const GRACE_BYTES: usize = 1024 * 1024 * 1024;

static OUT_OF_MEMORY: AtomicI32 = AtomicI32::new(0);

/// From now on the process ends with this status where V8 finds no memory: for a child process that has one run, whose parent
/// then knows why. Without it V8 ends the process by a signal.
pub fn exit_when_out_of_memory(status: i32) {
    OUT_OF_MEMORY.store(status, Ordering::Relaxed);
}

unsafe extern "C" fn out_of_memory(_location: *const c_char, _details: &v8::OomDetails) {
    // SAFETY: `_exit` takes any status, and runs nothing of this program.
    unsafe { libc::_exit(OUT_OF_MEMORY.load(Ordering::Relaxed)) }
}

/// Stops the run when its heap nears the limit.
pub(super) fn guard(runtime: &mut JsRuntime, stop: Arc<StopSignal>) {
    if OUT_OF_MEMORY.load(Ordering::Relaxed) != 0 {
        runtime.v8_isolate().set_oom_error_handler(out_of_memory);
    }
    runtime.add_near_heap_limit_callback(move |current, _initial| {
        stop.request(StopReason::Heap);
        current.saturating_add(GRACE_BYTES)
    });
}

/// Shorter turns cannot make the heap grow by more than a fraction of a megabyte, and asking V8 for its size takes as long as
/// some of them do.
pub(crate) const LONG_TURN: Duration = Duration::from_micros(200);

/// Whether a heap holds more than its limit, what is dead not counted. To be asked when a run goes to wait after a long turn.
///
/// V8 compares a heap with its limit when it collects, and makes one large list or text among the young ones whatever its size:
/// `[].concat(…)`, `flat` and `join` make up to 1 GiB in one step. Until the next collection nobody sees that, and a run that waits
/// may have none: many that wait would hold all of it at once.
pub(crate) fn is_beyond(isolate: &mut v8::Isolate, limit: usize) -> bool {
    let is_beyond = |isolate: &mut v8::Isolate| isolate.get_heap_statistics().used_heap_size() > limit;
    if !is_beyond(isolate) {
        return false;
    }
    isolate.low_memory_notification();
    is_beyond(isolate)
}

/// The largest heap seen before any garbage collection of one isolate. V8 keeps no such figure itself.
#[derive(Clone, Default)]
pub(super) struct HeapPeak(Rc<Cell<usize>>);

impl HeapPeak {
    /// Watches the garbage collections of `runtime`, which must be dropped before the returned value.
    pub(super) fn watch(runtime: &mut JsRuntime) -> Self {
        let peak = Self::default();
        let data = Rc::as_ptr(&peak.0).cast_mut().cast::<c_void>();
        runtime.v8_isolate().add_gc_prologue_callback(before_collection, data, v8::GCType::kGCTypeAll);
        peak
    }

    /// The peak, the heap as it is now included.
    pub(super) fn read(&self, runtime: &mut JsRuntime) -> usize {
        let now = runtime.v8_isolate().get_heap_statistics().used_heap_size();
        self.0.get().max(now)
    }
}

unsafe extern "C" fn before_collection(
    isolate: v8::UnsafeRawIsolatePtr,
    _kind: v8::GCType,
    _flags: v8::GCCallbackFlags,
    data: *mut c_void,
) {
    // SAFETY: V8 calls this on the isolate's thread, with the isolate that collects.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    let used = isolate.get_heap_statistics().used_heap_size();
    // SAFETY: `data` points into the `Rc` that `watch` made; its owner outlives the isolate, on the same thread.
    let peak = unsafe { &*data.cast::<Cell<usize>>() };
    peak.set(peak.get().max(used));
}
