//! A shared isolate: the SDK and zod in a frozen realm, and a bare realm for each run.
#![expect(unsafe_code, reason = "deno_core's pointers are lent to the contexts of runs")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::{JsRuntime, PollEventLoopOptions, RuntimeOptions, v8};
use onevent_ops::{RunState, SharedRuns};

use super::context::Context;
use super::globals::SharedGlobals;
use super::imports;
use super::loader::{GLUE, SharedLoader};
use super::modules::{self, RunModules};
use super::rejections;
use super::synthetic;
use super::turns::{Meter, Turns};
use crate::isolate::{
    Alive, ArrayBufferBudget, GRACE_BYTES, Interrupted, LAZY_SCRIPTS, Snapshot, StopReason, StopSignal,
    is_beyond,
};
use crate::platform::ThreadCpuClock;

/// Slots of deno_core's in a context: its state, and its modules.
const SLOTS_OF_DENO_CORE: [i32; 2] = [deno_core::CONTEXT_STATE_SLOT_INDEX, deno_core::MODULE_MAP_SLOT_INDEX];

/// New objects have so much room: what a run makes is gone before V8 would look at it a second time. Never more than a
/// quarter of the heap's limit.
const YOUNG_BYTES: usize = 24 * 1024 * 1024;

/// What has grown old is collected when it comes to so much, and not before. V8 makes a run's realm in the old part, and
/// would begin with a few megabytes, which are a few dozen realms. Never more than a quarter of the heap's limit.
const OLD_BYTES_BEFORE_COLLECTION: usize = 32 * 1024 * 1024;

/// The functions of `js-sdk/src/shims/shared/realm.ts`, and the SDK's.
pub(super) struct Entries {
    pub(super) execute: v8::Global<v8::Function>,
    pub(super) open: v8::Global<v8::Function>,
    pub(super) globals: SharedGlobals,
    pub(super) fire: v8::Global<v8::Function>,
    pub(super) common_js: v8::Global<v8::Function>,
    pub(super) report_thrown: v8::Global<v8::Function>,
    pub(super) report_rejected: v8::Global<v8::Function>,
}

/// What the loop and the watchdog know of the isolate's end.
#[derive(Default)]
pub(super) struct Condition {
    /// It takes no more runs: V8 was made to stop one.
    pub(super) draining: Cell<bool>,
    /// Its heap is full: nothing in it goes on.
    pub(super) lost: Rc<Cell<bool>>,
}

/// One shared isolate, on the thread that made it.
pub(super) struct Realm {
    // Dropped before the runtime: contexts of runs hold pointers that are the main context's.
    pub(super) entries: Entries,
    pub(super) runs: Rc<SharedRuns>,
    main: v8::Global<v8::Context>,
    pub(super) runtime: JsRuntime,
    // Dropped after it: V8 gives back what it allocated, and asks it before every garbage collection.
    buffers: Arc<ArrayBufferBudget>,
    pub(super) turns: Arc<Turns>,
    pub(super) condition: Condition,
    pub(super) heap_limit: usize,
    /// Dropped last: what the isolate held is given back when no other one works.
    alive: Option<Alive>,
}

impl Realm {
    /// Makes the isolate and freezes its realm, on the current thread, which must have entered a tokio runtime.
    pub(super) async fn new(heap_limit: usize, clock: ThreadCpuClock) -> Result<Self, Interrupted> {
        let alive = Alive::count();
        let turns = Turns::new(clock);
        let whose = Arc::clone(&turns);
        let buffers = ArrayBufferBudget::new(heap_limit, move || {
            if let Some((_, stop)) = whose.current_stop() {
                stop.request(StopReason::ArrayBuffers);
            }
        });
        let loader = Rc::new(SharedLoader);
        let mut runtime = JsRuntime::try_new(RuntimeOptions {
            module_loader: Some(loader),
            extensions: onevent_ops::extensions(),
            // What is frozen has to be evaluated before.
            startup_snapshot: Some(Snapshot::WithZod.bytes()),
            residual_lazy_js_sources: LAZY_SCRIPTS,
            skip_op_registration: true,
            create_params: Some(heap(heap_limit).array_buffer_allocator(buffers.clone().allocator())),
            ..RuntimeOptions::default()
        })?;
        turns.attach(runtime.v8_isolate().thread_safe_handle());
        let condition = Condition::default();
        guard_heap(&mut runtime, &turns, &condition, &buffers, heap_limit);
        buffers.watch(&mut runtime);
        let (execute, share) = start(&mut runtime)?;
        let glue = deno_core::ModuleSpecifier::parse(GLUE)
            .map_err(|error| Interrupted::Engine(error.to_string()))?;
        let glue = runtime.load_main_es_module(&glue).await?;
        let evaluation = runtime.mod_evaluate(glue);
        runtime.run_event_loop(PollEventLoopOptions::default()).await?;
        evaluation.await?;
        let namespace = runtime.get_module_namespace(glue)?;
        let entries = share_realm(&mut runtime, execute, &share, &namespace)?;
        let main = runtime.main_context();
        let runs = Rc::new(SharedRuns::new(main.clone()));
        runtime.op_state().borrow_mut().put(runs.clone());
        let isolate = runtime.v8_isolate();
        isolate.set_promise_reject_callback(rejections::on_reject);
        isolate.set_host_import_module_dynamically_callback(imports::import);
        isolate.set_host_import_module_with_phase_dynamically_callback(imports::import_in_phase);
        isolate.set_host_initialize_import_meta_object_callback(imports::initialize_meta);
        let alive = Some(alive);
        Ok(Self { entries, runs, main, runtime, buffers, turns, condition, heap_limit, alive })
    }

    /// Says whether it has runs. One that only waits is not in the way of giving memory back.
    pub(super) fn works(&mut self, works: bool) {
        match (works, self.alive.is_some()) {
            (true, false) => self.alive = Some(Alive::count()),
            (false, true) => self.alive = None,
            (true, true) | (false, false) => {}
        }
    }

    /// What the heap and the `ArrayBuffer`s hold, in bytes.
    pub(super) fn used(&mut self) -> usize {
        self.runtime.v8_isolate().get_heap_statistics().used_heap_size() + self.buffers.used()
    }

    /// Stops a run after whose turn the heap is beyond its limit, and gives up the isolate. The run pays for the look.
    pub(super) fn hold_to_limit(&mut self, meter: &Meter, stop: &Arc<StopSignal>) {
        self.turns.begin(meter, stop);
        if is_beyond(self.runtime.v8_isolate(), self.heap_limit) {
            self.condition.lost.set(true);
            stop.request(StopReason::Heap);
        }
        self.turns.end(meter);
    }

    /// Makes the realm of a run.
    pub(super) fn open(
        &mut self,
        run: &Rc<RunState>,
        modules: &Rc<RunModules>,
    ) -> Result<Context, Interrupted> {
        deno_core::scope!(scope, self.runtime);
        v8::tc_scope!(let scope, scope);
        let main = v8::Local::new(scope, &self.main);
        let context = v8::Context::new(scope, v8::ContextOptions::default());
        // Values of the shared realm are used in this one as its own.
        context.set_security_token(main.get_security_token(scope));
        context.set_allow_generation_from_strings(false);
        for slot in SLOTS_OF_DENO_CORE {
            // SAFETY: the slots exist in both contexts, and hold pointers that live as long as the main context. `Realm`
            // drops what holds contexts of runs before its runtime, and no JavaScript runs after that.
            unsafe {
                let pointer = main.get_aligned_pointer_from_embedder_data(slot);
                context.set_aligned_pointer_in_embedder_data(slot, pointer);
            }
        }
        let open = v8::Local::new(scope, &self.entries.open);
        let undefined = v8::undefined(scope).into();
        let global = context.global(scope);
        let prototypes = self.entries.globals.put(scope, global);
        let identity =
            prototypes.and_then(|found| open.call(scope, undefined, &[global.into(), found.into()]));
        let identity: Option<v8::Local<'_, v8::Object>> = identity.and_then(|found| found.try_into().ok());
        let Some(identity) = identity else {
            context.clear_all_slots();
            return Err(Interrupted::Engine("no realm could be made for the run".to_owned()));
        };
        let context = v8::Global::new(scope, context);
        let number = self.runs.add(scope, Rc::clone(run), context.clone(), identity);
        Ok(Context {
            context,
            identity: v8::Global::new(scope, identity),
            number,
            modules: Rc::clone(modules),
        })
    }

    /// Forgets a run, and lets V8 do what it put off.
    pub(super) fn close(&mut self, context: Context) {
        self.runs.remove(context.number);
        // With its slots a context has a weak handle, which rusty_v8 frees before V8 disposes of the isolate. If a collection is
        // under way then, V8 ends it first, calls back through the freed handle, and ends the process.
        {
            deno_core::scope!(scope, self.runtime);
            v8::Local::new(scope, &context.context).clear_all_slots();
        }
        drop(context);
        if self.condition.lost.get() {
            return;
        }
        let waker = std::task::Waker::noop();
        // Nothing that deno_core waits for is a run's: this is for V8's own tasks.
        let _ = self
            .runtime
            .poll_event_loop(&mut std::task::Context::from_waker(waker), PollEventLoopOptions::default());
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        modules::forget();
        rejections::clear();
    }
}

/// The heap of an isolate in which one realm follows the other.
fn heap(limit: usize) -> v8::CreateParams {
    let young = YOUNG_BYTES.min(limit / 4);
    v8::CreateParams::default()
        .heap_limits(0, limit)
        .set_max_young_generation_size_in_bytes(young)
        .set_initial_young_generation_size_in_bytes(young)
        .set_initial_old_generation_size_in_bytes(OLD_BYTES_BEFORE_COLLECTION.min(limit / 4))
        .allow_atomics_wait(false)
}

/// Stops whose turn it is when the heap is nearly full, and gives up the isolate.
fn guard_heap(
    runtime: &mut JsRuntime,
    turns: &Arc<Turns>,
    condition: &Condition,
    buffers: &Arc<ArrayBufferBudget>,
    heap_limit: usize,
) {
    let (turns, lost, buffers) = (Arc::clone(turns), Rc::clone(&condition.lost), Arc::clone(buffers));
    runtime.add_near_heap_limit_callback(move |current, _initial| {
        // V8 counts what `ArrayBuffer`s hold, too. They are gone with their run, and the heap itself is not full.
        let in_buffers = buffers.used() > heap_limit / 2;
        lost.set(lost.get() || !in_buffers);
        if let Some((_, stop)) = turns.current_stop() {
            stop.request(if in_buffers { StopReason::ArrayBuffers } else { StopReason::Heap });
        }
        current.saturating_add(GRACE_BYTES)
    });
}

fn missing() -> Interrupted {
    Interrupted::Engine("the snapshot lacks the entry points of a shared realm".to_owned())
}

/// The SDK's `execute`, and what shares the realm.
fn start(
    runtime: &mut JsRuntime,
) -> Result<(v8::Global<v8::Function>, v8::Global<v8::Function>), Interrupted> {
    deno_core::scope!(scope, runtime);
    let global = scope.get_current_context().global(scope);
    let key = v8::String::new(scope, "__onevent_start").ok_or_else(missing)?;
    let start: v8::Local<'_, v8::Function> =
        global.get(scope, key.into()).and_then(|found| found.try_into().ok()).ok_or_else(missing)?;
    let undefined = v8::undefined(scope).into();
    let entries: v8::Local<'_, v8::Array> =
        start.call(scope, undefined, &[]).and_then(|found| found.try_into().ok()).ok_or_else(missing)?;
    let entry = |index| -> Option<v8::Global<v8::Function>> {
        let function: v8::Local<'_, v8::Function> = entries.get_index(scope, index)?.try_into().ok()?;
        Some(v8::Global::new(scope, function))
    };
    Ok((entry(1).ok_or_else(missing)?, entry(2).ok_or_else(missing)?))
}

fn member<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    object: v8::Local<'s, v8::Object>,
    name: &str,
) -> Result<v8::Local<'s, v8::Value>, Interrupted> {
    let key = v8::String::new(scope, name).ok_or_else(missing)?;
    object.get(scope, key.into()).filter(|found| !found.is_undefined()).ok_or_else(missing)
}

/// Freezes the main realm, and makes the modules that all runs share.
fn share_realm(
    runtime: &mut JsRuntime,
    execute: v8::Global<v8::Function>,
    share: &v8::Global<v8::Function>,
    namespace: &v8::Global<v8::Object>,
) -> Result<Entries, Interrupted> {
    deno_core::scope!(scope, runtime);
    v8::tc_scope!(let scope, scope);
    let namespace = v8::Local::new(scope, namespace);
    let (nango, zod) = (member(scope, namespace, "nango")?, member(scope, namespace, "zod")?);
    let share = v8::Local::new(scope, share);
    let undefined = v8::undefined(scope).into();
    let made: Option<v8::Local<'_, v8::Object>> =
        share.call(scope, undefined, &[nango, zod]).and_then(|made| made.try_into().ok());
    let Some(made) = made else {
        let thrown =
            scope.exception().map(|thrown| deno_core::error::JsError::from_v8_exception(scope, thrown));
        let message =
            thrown.map_or_else(|| "the shared realm cannot be made".to_owned(), |thrown| thrown.to_string());
        return Err(Interrupted::Engine(message));
    };
    synthetic::make_built_in(scope, made, nango, zod).ok_or_else(missing)?;
    let (globals, checks) = (member(scope, made, "globals")?, member(scope, made, "checks")?);
    let globals = SharedGlobals::new(scope, globals, checks).ok_or_else(missing)?;
    let mut function = |name| -> Result<v8::Global<v8::Function>, Interrupted> {
        let function: v8::Local<'_, v8::Function> =
            member(scope, made, name)?.try_into().map_err(|_| missing())?;
        Ok(v8::Global::new(scope, function))
    };
    Ok(Entries {
        execute,
        globals,
        open: function("open")?,
        fire: function("fire")?,
        common_js: function("commonjs")?,
        report_thrown: function("reportThrown")?,
        report_rejected: function("reportRejected")?,
    })
}
