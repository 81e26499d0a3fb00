//! The allocator of `ArrayBuffer`s: V8's heap limit does not count their contents, so they have a budget of their own.
#![expect(unsafe_code, reason = "V8 takes its allocator as a table of C functions")]

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use deno_core::JsRuntime;
use deno_core::v8::{self, RustAllocatorVtable};

/// V8 tries an allocation again after collecting garbage, three times. Only when the last of these attempts was
/// refused as well is the memory really in use.
const ATTEMPTS_OF_ONE_ALLOCATION: u32 = 4;

/// How many times its budget `ArrayBuffer`s may hold in all, with memory that this allocator has not made. Before a collection what is
/// dead counts, too, so it takes more than once.
const WITH_GIVEN_MEMORY: usize = 2;

/// What the `ArrayBuffer`s of one isolate may hold.
pub(crate) struct ArrayBufferBudget {
    limit: usize,
    used: AtomicUsize,
    refused_in_a_row: AtomicU32,
    on_full: Box<dyn Fn() + Send + Sync>,
}

impl ArrayBufferBudget {
    /// Calls `on_full` when it is used up.
    pub(crate) fn new(limit: usize, on_full: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        let on_full = Box::new(on_full);
        Arc::new(Self { limit, used: AtomicUsize::new(0), refused_in_a_row: AtomicU32::new(0), on_full })
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// The allocator that draws on this budget.
    pub(crate) fn allocator(self: Arc<Self>) -> v8::UniqueRef<v8::Allocator> {
        // SAFETY: the handle is one reference count of a `Send + Sync` value; the table's `drop` gives it back,
        // once. The table's functions fulfil V8's contract, as each of them says.
        unsafe { v8::new_rust_allocator(Arc::into_raw(self), &VTABLE) }
    }

    /// Looks at memory that V8 is given ready-made, too, as `TextEncoder` and other ops of deno_web do. V8 collects when it has got
    /// much of that, and before each collection it is asked how much there is. `runtime` must be dropped before the budget.
    pub(crate) fn watch(self: &Arc<Self>, runtime: &mut JsRuntime) {
        let data = Arc::as_ptr(self).cast_mut().cast::<c_void>();
        runtime.v8_isolate().add_gc_prologue_callback(before_collection, data, v8::GCType::kGCTypeAll);
    }

    /// Takes `length` bytes from the budget, or refuses.
    fn take(&self, length: usize) -> bool {
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(length).filter(|total| *total <= self.limit)
        });
        if taken.is_ok() {
            self.refused_in_a_row.store(0, Ordering::Relaxed);
            return true;
        }
        let refused = self.refused_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        if refused >= ATTEMPTS_OF_ONE_ALLOCATION {
            (self.on_full)();
        }
        false
    }

    fn give_back(&self, length: usize) {
        self.used.fetch_sub(length, Ordering::Relaxed);
    }
}

static VTABLE: RustAllocatorVtable<ArrayBufferBudget> =
    RustAllocatorVtable { allocate, allocate_uninitialized, free, drop: release };

/// Zeroed memory, or null when the budget or the system has none.
unsafe extern "C" fn allocate(budget: &ArrayBufferBudget, length: usize) -> *mut c_void {
    if !budget.take(length) {
        return std::ptr::null_mut();
    }
    // SAFETY: `calloc` accepts every size; null is what V8 expects of a failure.
    let memory = unsafe { libc::calloc(1, length.max(1)) };
    if memory.is_null() {
        budget.give_back(length);
    }
    memory
}

/// Memory that V8 will fill itself. It is zeroed all the same, so that no other run's bytes can show up in it.
unsafe extern "C" fn allocate_uninitialized(budget: &ArrayBufferBudget, length: usize) -> *mut c_void {
    // SAFETY: same contract as `allocate`.
    unsafe { allocate(budget, length) }
}

unsafe extern "C" fn free(budget: &ArrayBufferBudget, memory: *mut c_void, length: usize) {
    // SAFETY: V8 hands back what `allocate` returned, once, with the length it asked for.
    unsafe { libc::free(memory) };
    budget.give_back(length);
}

unsafe extern "C" fn release(budget: *const ArrayBufferBudget) {
    // SAFETY: `allocator` leaked exactly this reference count, and V8 calls `drop` once.
    drop(unsafe { Arc::from_raw(budget) });
}

unsafe extern "C" fn before_collection(
    isolate: v8::UnsafeRawIsolatePtr,
    _kind: v8::GCType,
    _flags: v8::GCCallbackFlags,
    data: *mut c_void,
) {
    // SAFETY: V8 calls this on the isolate's thread, with the isolate that collects.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    let held = isolate.get_heap_statistics().external_memory();
    // SAFETY: `data` points to the budget that `watch` was called of; its owner drops it after the isolate.
    let budget = unsafe { &*data.cast::<ArrayBufferBudget>() };
    if held > budget.limit.saturating_mul(WITH_GIVEN_MEMORY) {
        (budget.on_full)();
    }
}
