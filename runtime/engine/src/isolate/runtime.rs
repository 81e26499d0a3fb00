//! One isolate: made, evaluated and driven on the current thread.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use deno_core::error::{CoreError, JsError};
use deno_core::{JsRuntime, PollEventLoopOptions, RuntimeOptions, v8};
use onevent_contract::{Frame, FunctionKey, Limits, RunError, RunId};
use onevent_ops::{FunctionModules, LoadedModules, RunState, give_answers};

use super::array_buffers::ArrayBufferBudget;
use super::heap::{self, HeapPeak, LONG_TURN};
use super::interrupted::{InterruptedAt, interrupt};
use super::loader::{FunctionLoader, entry_specifier};
use super::snapshots::{LAZY_SCRIPTS, Snapshot};
use super::stop::{StopReason, StopSignal};
use super::stopped_at;
use crate::inspect::{DebugStart, DebuggedBy, Debugger, Held, Offered};
use crate::platform::ThreadCpuClock;

/// What deno_core says of a module whose top-level `await` nothing can settle; it has no type of its own.
const NEVER_RESOLVED: &str = "Top-level await promise never resolved";

/// Why driving an isolate ended without the value that was waited for.
#[derive(Debug)]
pub(crate) enum Interrupted {
    /// A stop was requested.
    Stopped(StopReason),
    /// There is nothing left that could settle it.
    NeverSettled,
    /// The host failed by its own fault.
    HostFailed(String),
    /// JavaScript threw.
    Threw(Box<JsError>),
    /// What there is before the run breaks what the function declared.
    Refused(Box<RunError>),
    /// What the function declares has so many characters, and was not taken out.
    DeclaredTooMuch(u64),
    /// The child process that it was in died.
    Crashed(String),
    /// deno_core or V8 refused something: nobody's fault but ours.
    Engine(String),
}

impl From<CoreError> for Interrupted {
    fn from(error: CoreError) -> Self {
        match error.into_kind() {
            deno_core::error::CoreErrorKind::Js(error)
                if error.exception_message.contains(NEVER_RESOLVED) =>
            {
                Self::NeverSettled
            }
            deno_core::error::CoreErrorKind::Js(error) => Self::Threw(error),
            other => Self::Engine(other.to_string()),
        }
    }
}

/// A fresh isolate with the SDK's two entry points.
pub(super) struct Isolate {
    pub(super) runtime: JsRuntime,
    pub(super) stop: Arc<StopSignal>,
    pub(super) describe: v8::Global<v8::Function>,
    pub(super) execute: v8::Global<v8::Function>,
    pub(super) is_plainly_described: v8::Global<v8::Function>,
    heap_limit: usize,
    /// Of the thread that it lives on.
    clock: Option<ThreadCpuClock>,
    interrupted_at: InterruptedAt,
    // Declared after `runtime`, so dropped after it: V8 asks it before every garbage collection.
    pub(super) buffers: Arc<ArrayBufferBudget>,
    // Declared after `runtime`, so dropped after it: V8 may hold compiled code of theirs without a copy.
    modules: Rc<FunctionModules>,
    // Declared after `runtime`, so dropped after it: V8 writes to it at every garbage collection.
    peak: HeapPeak,
}

impl Isolate {
    /// Makes an isolate on the current thread, which must have entered a tokio runtime.
    pub(super) fn new(
        modules: Arc<LoadedModules>,
        snapshot: Snapshot,
        limits: &Limits,
        stop: Arc<StopSignal>,
    ) -> Result<Self, Interrupted> {
        Self::debugged(modules, snapshot, limits, stop, None)
    }

    /// The same, with an inspector where there is a debugger.
    pub(super) fn debugged(
        modules: Arc<LoadedModules>,
        snapshot: Snapshot,
        limits: &Limits,
        stop: Arc<StopSignal>,
        debugger: DebuggedBy,
    ) -> Result<Self, Interrupted> {
        let heap = usize::try_from(limits.heap_bytes).unwrap_or(usize::MAX);
        let full = stop.clone();
        let buffers = ArrayBufferBudget::new(heap, move || full.request(StopReason::ArrayBuffers));
        let modules = Rc::new(FunctionModules::new(modules));
        let mut runtime = JsRuntime::try_new(RuntimeOptions {
            inspector: debugger.is_some(),
            // As a program of its own, and not as a worker of one.
            is_main: debugger.is_some(),
            module_loader: Some(Rc::new(FunctionLoader::debugged(modules.clone(), debugger))),
            extensions: onevent_ops::extensions(),
            startup_snapshot: Some(snapshot.bytes()),
            residual_lazy_js_sources: LAZY_SCRIPTS,
            // The snapshots hold them, bound.
            skip_op_registration: true,
            create_params: Some(
                v8::CreateParams::default()
                    .heap_limits(0, heap)
                    .allow_atomics_wait(false)
                    .array_buffer_allocator(buffers.clone().allocator()),
            ),
            ..RuntimeOptions::default()
        })?;
        heap::guard(&mut runtime, stop.clone());
        let peak = HeapPeak::watch(&mut runtime);
        buffers.watch(&mut runtime);
        runtime.op_state().borrow_mut().put(modules.clone());
        let [describe, execute, is_plainly_described] = start(&mut runtime)?;
        let interrupted_at = InterruptedAt::watch(&mut runtime);
        stop.attach(interrupt(&mut runtime));
        Ok(Self {
            interrupted_at,
            runtime,
            stop,
            modules,
            describe,
            execute,
            is_plainly_described,
            heap_limit: heap,
            clock: ThreadCpuClock::of_this_thread(),
            buffers,
            peak,
        })
    }

    /// Lets a debugger have the isolate, and waits for it where it wants that.
    pub(super) async fn offer(
        &mut self,
        debugger: &dyn Debugger,
        run: RunId,
        function: FunctionKey,
        held: &Arc<Held>,
    ) -> Offered {
        let sessions = self.runtime.inspector().get_session_sender();
        let (offered, run) = Offered::new(sessions, Arc::clone(held), run, function);
        let (interrupt, let_go) = (interrupt(&mut self.runtime), offered.let_go());
        self.stop.attach(move || {
            let_go();
            interrupt();
        });
        match debugger.run_begins(run) {
            DebugStart::GoesOn => offered.begin(),
            DebugStart::Breaks => self.wait_for_debugger(offered.readiness()).await,
        }
        offered
    }

    /// Waits, and takes what debuggers say, also what came last.
    async fn wait_for_debugger(&mut self, ready: impl Future<Output = ()>) {
        let mut ready = pin!(ready);
        std::future::poll_fn(|cx| {
            self.stop.register(cx.waker());
            let is_over = ready.as_mut().poll(cx).is_ready() || self.stop.reason().is_some();
            self.runtime.inspector().poll_sessions_from_event_loop(cx);
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Gives the ops of this isolate what they work for.
    pub(super) fn put<T: 'static>(&mut self, state: T) {
        self.runtime.op_state().borrow_mut().put(state);
    }

    /// Where the run is that is being stopped: what it executed, or what it waited for.
    pub(super) fn stopped_at(&self, run: &RunState) -> Option<Frame> {
        let place = self.interrupted_at.take().or_else(|| run.waits_at())?;
        stopped_at::frame(&self.modules, place)
    }

    /// Whether nothing is under way: no timer, no op.
    pub(super) fn is_at_rest(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        matches!(self.runtime.poll_event_loop(&mut cx, PollEventLoopOptions::default()), Poll::Ready(Ok(())))
    }

    /// Loads and evaluates the function's modules.
    pub(super) async fn evaluate(&mut self) -> Result<v8::Global<v8::Object>, Interrupted> {
        let specifier = deno_core::ModuleSpecifier::parse(&entry_specifier(&self.modules))
            .map_err(|error| Interrupted::Engine(error.to_string()))?;
        let loaded = self.runtime.load_main_es_module(&specifier).await;
        let module = self.unless_stopped(loaded.map_err(Interrupted::from))?;
        let evaluation = self.runtime.mod_evaluate(module);
        self.drive(evaluation).await??;
        Ok(self.runtime.get_module_namespace(module)?)
    }

    /// Keeps what was compiled of packages, for the isolates to come.
    pub(super) async fn keep_compiled_code(&mut self) {
        {
            let modules = self.modules.clone();
            deno_core::scope!(scope, self.runtime);
            modules.keep_compiled_code(scope);
        }
        // deno_core hands over its part in a turn of the event loop.
        std::future::poll_fn(|cx| {
            let _ = self.runtime.poll_event_loop(cx, PollEventLoopOptions::default());
            Poll::Ready(())
        })
        .await;
    }

    /// After a run: keeps what was compiled of CommonJS packages, if the function runs again and again. Where its description
    /// was known, nothing else has.
    pub(super) fn keep_code_of_second_run(&mut self) {
        if self.modules.note_run() && self.stop.reason().is_none() {
            let modules = self.modules.clone();
            deno_core::scope!(scope, self.runtime);
            modules.keep_compiled_code(scope);
        }
    }

    /// Waits for something that the isolate has no part in.
    pub(super) async fn wait_for<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        let mut future = pin!(future);
        std::future::poll_fn(|cx| {
            self.stop.register(cx.waker());
            match self.stop.notice() {
                Some(reason) => Poll::Ready(Err(Interrupted::Stopped(reason))),
                None => future.as_mut().poll(cx).map(Ok),
            }
        })
        .await
    }

    /// Runs the event loop until `future` is ready.
    pub(super) async fn drive<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        let mut future = pin!(future);
        std::future::poll_fn(|cx| self.poll_drive(cx, &mut future)).await
    }

    fn poll_drive<T>(
        &mut self,
        cx: &mut Context<'_>,
        future: &mut std::pin::Pin<&mut impl Future<Output = T>>,
    ) -> Poll<Result<T, Interrupted>> {
        self.stop.register(cx.waker());
        if let Some(reason) = self.stop.notice() {
            return Poll::Ready(Err(Interrupted::Stopped(reason)));
        }
        let began = self.cpu();
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(self.unless_stopped(Ok(value)));
        }
        self.give_answers(cx);
        let turn = self.runtime.poll_event_loop(cx, PollEventLoopOptions::default());
        if let Some(reason) = self.stop.notice() {
            return Poll::Ready(Err(Interrupted::Stopped(reason)));
        }
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(value));
        }
        match turn {
            Poll::Ready(Ok(())) => Poll::Ready(Err(Interrupted::NeverSettled)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Pending if self.cpu().saturating_sub(began) >= LONG_TURN && self.is_beyond_limit() => {
                self.stop.request(StopReason::Heap);
                Poll::Ready(Err(Interrupted::Stopped(self.stop.notice().unwrap_or(StopReason::Heap))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// What this thread has used of the CPU.
    fn cpu(&self) -> Duration {
        self.clock.and_then(ThreadCpuClock::read).unwrap_or_default()
    }

    fn is_beyond_limit(&mut self) -> bool {
        heap::is_beyond(self.runtime.v8_isolate(), self.heap_limit)
    }

    /// Gives the run's calls their answers.
    fn give_answers(&mut self, cx: &mut Context<'_>) {
        let run = self.runtime.op_state().borrow().try_borrow::<Rc<RunState>>().cloned();
        if let Some(run) = run {
            give_answers(&mut self.runtime, &run, cx, || self.stop.reason().is_some());
        }
    }

    /// The result, unless a stop came meanwhile: then whatever V8 reported is only its echo.
    pub(super) fn unless_stopped<T>(&self, result: Result<T, Interrupted>) -> Result<T, Interrupted> {
        match self.stop.notice() {
            Some(reason) => Err(Interrupted::Stopped(reason)),
            None => result,
        }
    }

    /// The largest heap and the `ArrayBuffer`s, in bytes.
    pub(super) fn heap_peak(&mut self) -> u64 {
        (self.peak.read(&mut self.runtime) + self.buffers.used()) as u64
    }
}

impl Drop for Isolate {
    fn drop(&mut self) {
        InterruptedAt::forget(&mut self.runtime);
    }
}

/// Takes the SDK's entry points and removes every way back to deno_core from the global object.
fn start(runtime: &mut JsRuntime) -> Result<[v8::Global<v8::Function>; 3], Interrupted> {
    deno_core::scope!(scope, runtime);
    let missing = || Interrupted::Engine("the snapshot lacks the SDK's entry points".to_owned());
    let global = scope.get_current_context().global(scope);
    let key = v8::String::new(scope, "__onevent_start").ok_or_else(missing)?;
    let start = global.get(scope, key.into()).ok_or_else(missing)?;
    let start: v8::Local<v8::Function> = start.try_into().map_err(|_| missing())?;
    let undefined = v8::undefined(scope).into();
    let entries = start.call(scope, undefined, &[]).ok_or_else(missing)?;
    let entries: v8::Local<v8::Array> = entries.try_into().map_err(|_| missing())?;
    let entry = |index| -> Option<v8::Global<v8::Function>> {
        let function: v8::Local<v8::Function> = entries.get_index(scope, index)?.try_into().ok()?;
        Some(v8::Global::new(scope, function))
    };
    let needed = |index| entry(index).ok_or_else(missing);
    // The third is for isolates that are shared.
    Ok([needed(0)?, needed(1)?, needed(3)?])
}
