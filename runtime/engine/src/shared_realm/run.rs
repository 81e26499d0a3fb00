//! One run in a shared isolate, from its begin to its end. It is a task of the isolate's thread: between its turns others
//! have theirs.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use deno_core::v8;
use onevent_contract::Clock;
use onevent_ops::{Completion, EndOnDrop, RunState};

use super::context::Context;
use super::imports;
use super::modules;
use super::realm::Realm;
use super::rejections;
use super::turns::Meter;
use crate::isolate::{Interrupted, LONG_TURN, StopReason, StopSignal};

/// A run that has a realm.
pub(super) struct Running {
    realm: Rc<RefCell<Realm>>,
    /// Until the end.
    context: Option<Context>,
    run: Rc<RunState>,
    _end: EndOnDrop,
    pub(super) meter: Arc<Meter>,
    stop: Arc<StopSignal>,
    clock: Arc<dyn Clock>,
    pub(super) heap_peak: usize,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.run.end();
        if let Some(context) = self.context.take() {
            self.realm.borrow_mut().close(context);
        }
    }
}

/// What a turn came to: `None` with an exception, or with nothing where V8 was stopped.
type Turned<T> = Result<T, Interrupted>;

impl Running {
    pub(super) fn new(
        realm: &Rc<RefCell<Realm>>,
        run: Rc<RunState>,
        context: Context,
        meter: Arc<Meter>,
        stop: Arc<StopSignal>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let _end = EndOnDrop::new(Rc::clone(&run));
        Self { realm: Rc::clone(realm), context: Some(context), run, _end, meter, stop, clock, heap_peak: 0 }
    }

    /// Executes `work` in the run's realm, and what it left for later, to the end.
    fn turn<T>(
        &mut self,
        work: impl for<'s> FnOnce(&mut v8::PinScope<'s, '_>, &Context) -> Option<T>,
    ) -> Turned<Option<T>> {
        let Some(context) = &self.context else { return Ok(None) };
        let mut realm = self.realm.borrow_mut();
        if realm.condition.lost.get() {
            return Err(Interrupted::Stopped(StopReason::IsolateLost));
        }
        let realm = &mut *realm;
        let turns = Arc::clone(&realm.turns);
        modules::set_current(Some(Rc::clone(&context.modules)));
        turns.begin(&self.meter, &self.stop);
        let worked = {
            deno_core::scope!(scope, realm.runtime);
            let local = v8::Local::new(scope, &context.context);
            let scope = &mut v8::ContextScope::new(scope, local);
            v8::tc_scope!(let scope, scope);
            let identity = v8::Local::new(scope, &context.identity);
            scope.set_continuation_preserved_embedder_data(identity.into());
            let worked = work(scope, context);
            let worked = match (worked, scope.exception()) {
                (None, Some(thrown)) if !scope.has_terminated() => Err(onevent_ops::js_error(scope, thrown)),
                (worked, _) => Ok(worked),
            };
            scope.reset();
            scope.perform_microtask_checkpoint();
            report_rejections(scope, &realm.entries.report_rejected);
            let nobody = v8::undefined(scope);
            scope.set_continuation_preserved_embedder_data(nobody.into());
            worked
        };
        modules::set_current(None);
        let ended = turns.end(&self.meter);
        if ended.terminated {
            // V8 was stopped somewhere: in the shared realm, maybe.
            realm.condition.draining.set(true);
            rejections::clear();
        }
        if self.heap_peak == 0 || ended.used >= LONG_TURN {
            let used = realm.used();
            self.heap_peak = self.heap_peak.max(used);
            if used > realm.heap_limit {
                realm.hold_to_limit(&self.meter, &self.stop);
            }
        }
        match self.stop.notice() {
            Some(reason) => Err(Interrupted::Stopped(reason)),
            None => worked.map_err(Interrupted::Threw),
        }
    }

    /// Evaluates the function's modules.
    pub(super) async fn evaluate(&mut self) -> Turned<v8::Global<v8::Object>> {
        let evaluated = self.turn(|scope, context| {
            let module = context.modules.entry(scope)?;
            module.instantiate_module(scope, imports::resolve)?;
            let promise: v8::Local<'_, v8::Promise> = module.evaluate(scope)?.try_into().ok()?;
            // Whoever waits for it is in Rust.
            promise.mark_as_handled();
            let namespace: v8::Local<'_, v8::Object> = module.get_module_namespace().try_into().ok()?;
            Some((v8::Global::new(scope, promise), v8::Global::new(scope, namespace)))
        })?;
        let Some((promise, namespace)) = evaluated else {
            return Err(Interrupted::Engine("the function's modules cannot be evaluated".to_owned()));
        };
        self.drive(|this, _| this.poll_promise(&promise)).await??;
        Ok(namespace)
    }

    fn poll_promise(&mut self, promise: &v8::Global<v8::Promise>) -> Poll<Turned<()>> {
        match self.state(promise) {
            v8::PromiseState::Pending => Poll::Pending,
            v8::PromiseState::Fulfilled => Poll::Ready(Ok(())),
            v8::PromiseState::Rejected => {
                let thrown = self.turn(|scope, _| {
                    let reason = v8::Local::new(scope, promise).result(scope);
                    scope.throw_exception(reason);
                    None::<()>
                });
                Poll::Ready(thrown.map(|_| ()))
            }
        }
    }

    /// Looking at it is nobody's turn: nothing is executed.
    fn state(&self, promise: &v8::Global<v8::Promise>) -> v8::PromiseState {
        let mut realm = self.realm.borrow_mut();
        deno_core::scope!(scope, realm.runtime);
        v8::Local::new(scope, promise).state()
    }

    /// Calls the SDK's `execute` and waits until the run has settled.
    pub(super) async fn execute(
        &mut self,
        namespace: &v8::Global<v8::Object>,
        facts: &str,
    ) -> Turned<Completion> {
        let execute = self.realm.borrow().entries.execute.clone();
        self.turn(|scope, _| {
            let execute = v8::Local::new(scope, &execute);
            let namespace = v8::Local::new(scope, namespace);
            let undefined = v8::undefined(scope).into();
            let facts = v8::String::new(scope, facts)?;
            execute.call(scope, undefined, &[namespace.into(), facts.into()]).map(|_| ())
        })?;
        let run = Rc::clone(&self.run);
        let settled = self.drive(|_, cx| run.poll_end(cx)).await?;
        settled.map_err(Interrupted::HostFailed)
    }

    /// Keeps what was compiled, for the runs to come.
    pub(super) fn keep_code(&mut self) {
        let kept = self.context.as_ref().is_none_or(|context| context.modules.has_kept_code());
        if kept {
            return;
        }
        let _ = self.turn(|scope, context| {
            context.modules.keep_code(scope);
            Some(())
        });
    }

    /// Gives the run its answers and its timers until `wanted` is there.
    async fn drive<T>(
        &mut self,
        mut wanted: impl FnMut(&mut Self, &mut TaskContext<'_>) -> Poll<T>,
    ) -> Turned<T> {
        loop {
            let pause = self.until_timer();
            let next = std::future::poll_fn(|cx| self.poll_drive(cx, &mut wanted));
            let next = match pause {
                None => next.await,
                Some(pause) => match tokio::time::timeout(pause, next).await {
                    Ok(next) => next,
                    Err(_) => Driven::Again,
                },
            };
            match next {
                Driven::There(value) => return Ok(value),
                Driven::Interrupted(interrupted) => return Err(interrupted),
                Driven::Again => self.fire_timers()?,
            }
        }
    }

    fn until_timer(&self) -> Option<Duration> {
        Some(self.run.timers().next()?.saturating_duration_since(self.clock.monotonic()))
    }

    fn poll_drive<T>(
        &mut self,
        cx: &mut TaskContext<'_>,
        wanted: &mut impl FnMut(&mut Self, &mut TaskContext<'_>) -> Poll<T>,
    ) -> Poll<Driven<T>> {
        self.stop.register(cx.waker());
        let timer = self.run.timers().next();
        loop {
            if let Some(reason) = self.stop.notice() {
                return Poll::Ready(Driven::Interrupted(Interrupted::Stopped(reason)));
            }
            if self.realm.borrow().condition.lost.get() {
                return Poll::Ready(Driven::Interrupted(Interrupted::Stopped(StopReason::IsolateLost)));
            }
            if let Poll::Ready(value) = wanted(self, cx) {
                return Poll::Ready(Driven::There(value));
            }
            match self.run.poll_answer(cx) {
                Poll::Ready(Some(answer)) => {
                    let given = self.turn(|scope, _| {
                        answer.give(scope);
                        Some(())
                    });
                    if let Err(interrupted) = given {
                        return Poll::Ready(Driven::Interrupted(interrupted));
                    }
                }
                Poll::Ready(None) if self.run.timers().next().is_none() => {
                    return Poll::Ready(Driven::Interrupted(Interrupted::NeverSettled));
                }
                // Whoever waits for a timer waits for another one now.
                _ if self.run.timers().next() != timer => return Poll::Ready(Driven::Again),
                _ => return Poll::Pending,
            }
        }
    }

    /// Calls what waits for the timers that are due. Each has a turn: what it leaves for later comes before the next one.
    fn fire_timers(&mut self) -> Turned<()> {
        let (fire, report) = {
            let realm = self.realm.borrow();
            (realm.entries.fire.clone(), realm.entries.report_thrown.clone())
        };
        let now = self.clock.monotonic();
        while let Some(id) = self.run.timers().take_due(now) {
            self.turn(|scope, _| {
                let undefined = v8::undefined(scope).into();
                let function = v8::Local::new(scope, &fire);
                let id = v8::Integer::new_from_unsigned(scope, id);
                v8::tc_scope!(let scope, scope);
                function.call(scope, undefined, &[id.into()]);
                if let Some(thrown) = scope.exception().filter(|_| !scope.has_terminated()) {
                    scope.reset();
                    let report = v8::Local::new(scope, &report);
                    report.call(scope, undefined, &[thrown]);
                }
                Some(())
            })?;
        }
        Ok(())
    }

    /// Waits for something that the isolate has no part in.
    pub(super) async fn wait_for<T>(
        stop: &StopSignal,
        future: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|cx| {
            stop.register(cx.waker());
            match stop.notice() {
                Some(reason) => Poll::Ready(Err(Interrupted::Stopped(reason))),
                None => future.as_mut().poll(cx).map(Ok),
            }
        })
        .await
    }
}

/// What a poll came to.
enum Driven<T> {
    There(T),
    Interrupted(Interrupted),
    /// There are timers to look at.
    Again,
}

/// Tells of promises that were rejected in this turn and that nobody handles.
fn report_rejections(scope: &mut v8::PinScope<'_, '_>, report: &v8::Global<v8::Function>) {
    if rejections::is_empty() {
        return;
    }
    let undefined = v8::undefined(scope).into();
    for reason in rejections::take(scope) {
        let report = v8::Local::new(scope, report);
        let reason = v8::Local::new(scope, reason);
        report.call(scope, undefined, &[reason]);
    }
    scope.perform_microtask_checkpoint();
}
