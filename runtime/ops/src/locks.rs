//! Locks: the host keeps them, the run owns them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use deno_core::{OpState, op2, v8};
use onevent_contract::{CallContext, Host, HostCalls, HostError};
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::call::call;
use crate::carried::name;
use crate::state::RunState;
use crate::wire::{OpResult, refused};

/// Characters of a key (Nango's limit).
pub const MAX_KEY_CHARS: usize = 255;
/// The longest time for which a lock is given: a year. Locks end with their run anyway.
pub const LONGEST_TIME_TO_LIVE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long the end of a run waits for its locks to be given back. The run's own limits are over by then, and a host
/// that does not answer must not keep its caller, or its place among the isolates.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The SDK has checked this; a function that talks to the op itself gets the same answer.
fn check_key(key: &str) -> Result<(), HostError> {
    match key.chars().count() {
        1..=MAX_KEY_CHARS => Ok(()),
        _ => Err(refused("invalid_lock", format!("a lock's key has 1 to {MAX_KEY_CHARS} characters"))),
    }
}

fn time_to_live(milliseconds: f64) -> Result<Duration, HostError> {
    if milliseconds.is_nan() || milliseconds <= 0.0 {
        return Err(refused("invalid_lock", "a lock's ttlMs must be above 0"));
    }
    let asked = Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or(LONGEST_TIME_TO_LIVE);
    // The store counts milliseconds: a lock for less would be none.
    Ok(asked.clamp(Duration::from_millis(1), LONGEST_TIME_TO_LIVE))
}

#[op2]
pub(crate) fn op_onevent_acquire_lock<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    key: v8::Local<'s, v8::Value>,
    milliseconds: f64,
) -> v8::Local<'s, v8::Value> {
    let key = name(scope, key).unwrap_or_default();
    call(scope, &state, async move |run| OpResult::of(acquire(&run, key, milliseconds).await))
}

async fn acquire(run: &RunState, key: String, milliseconds: f64) -> Result<bool, HostError> {
    check_key(&key)?;
    let time_to_live = time_to_live(milliseconds)?;
    // Before the answer: a run may be stopped between the two.
    run.locked.set(true);
    let (host, call) = (run.host.clone(), run.call());
    run.ask(async move { host.acquire_lock(&call, key, time_to_live).await }).await
}

#[op2]
pub(crate) fn op_onevent_release_lock<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    key: v8::Local<'s, v8::Value>,
) -> v8::Local<'s, v8::Value> {
    let key = name(scope, key).unwrap_or_default();
    call(scope, &state, async move |run| OpResult::of(release(&run, key).await))
}

async fn release(run: &RunState, key: String) -> Result<bool, HostError> {
    check_key(&key)?;
    let (host, call) = (run.host.clone(), run.call());
    run.ask(async move { host.release_lock(&call, key).await }).await
}

#[op2]
pub(crate) fn op_onevent_release_all_locks<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
) -> v8::Local<'s, v8::Value> {
    call(scope, &state, async move |run| {
        let (host, call) = (run.host.clone(), run.call());
        OpResult::of(run.ask(async move { host.release_all_locks(&call).await }).await)
    })
}

/// Gives back what a run took that has ended, however it ended. Its calls are abandoned by then, so nothing takes more.
pub async fn release_after(run: &RunState) {
    if run.locked.get() {
        release_locks(Arc::clone(&run.host), run.call(), &run.host_runtime).await;
    }
}

/// The same of a run whose thread cannot: it is lost.
pub async fn release_locks(host: Arc<dyn Host>, call: CallContext, host_runtime: &Handle) {
    let effects = call.effects.clone();
    let task = host_runtime.spawn(async move { host.release_all_locks(&call).await });
    let problem = match tokio::time::timeout(RELEASE_TIMEOUT, AbortOnDropHandle::new(task)).await {
        // A host that has no locks has given none.
        Ok(Ok(Ok(()) | Err(HostError::Unsupported { .. }))) => return,
        Ok(Ok(Err(error))) => error.to_string(),
        Ok(Err(_)) => "the host panicked or was shut down".to_owned(),
        Err(_) => format!("the host did not answer within {RELEASE_TIMEOUT:?}"),
    };
    let message = format!("the locks of this run were not released: {problem}; they end with their time");
    effects.log(onevent_contract::LogLevel::Warn, message, None);
}
