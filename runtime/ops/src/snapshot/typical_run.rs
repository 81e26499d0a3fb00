//! The run that is done while a snapshot is baked, so that the snapshot holds what V8 compiled for it.

use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use deno_core::{JsRuntimeForSnapshot, PollEventLoopOptions};
use onevent_contract::{CallContext, Clock, EffectLog, FunctionKey, RunId, SystemClock};
use tokio_util::sync::CancellationToken;

use super::typical_host::TypicalHost;
use crate::answers::give_answers;
use crate::state::{Completion, RunState};

/// What `exec` in `js-sdk/src/bootstrap/typical.ts` asks of the host: it reads, makes two calls, writes, and reads and writes.
const CALLS: usize = 6;

/// Evaluates the script and waits for what it begins.
pub(super) fn run_typically(
    runtime: &mut JsRuntimeForSnapshot,
    specifier: &'static str,
    script: &str,
) -> Result<(), String> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let tokio = tokio.map_err(|error| error.to_string())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (_log, effects) = EffectLog::with_sender(Arc::clone(&clock));
    let key =
        || Some(FunctionKey { integration: "integration".parse().ok()?, name: "typical".parse().ok()? });
    let call = CallContext {
        run_id: RunId::generate(),
        request_id: None,
        function: key().ok_or("a name is refused")?,
        deadline: clock.monotonic(),
        effects,
    };
    let host = Arc::new(TypicalHost::default());
    let state = RunState::new(
        Arc::clone(&host) as _,
        call,
        tokio.handle().clone(),
        None,
        clock,
        CancellationToken::new(),
    );
    let run = Rc::new(state);
    runtime.op_state().borrow_mut().put(Rc::clone(&run));
    let done = tokio.block_on(async {
        runtime
            .lazy_load_es_module_with_code(specifier, script.to_owned())
            .map_err(|error| error.to_string())?;
        std::future::poll_fn(|cx| poll(runtime, &run, cx)).await
    });
    // The snapshot holds nothing of the run.
    runtime.op_state().borrow_mut().take::<Rc<RunState>>();
    done?;
    match run.poll_end(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(Completion::Returned { .. })) if host.calls() == CALLS => Ok(()),
        other => Err(format!("{other:?} after {} calls of the host", host.calls())),
    }
}

/// Ready when nothing is under way any more.
fn poll(
    runtime: &mut JsRuntimeForSnapshot,
    run: &RunState,
    cx: &mut Context<'_>,
) -> Poll<Result<(), String>> {
    give_answers(runtime, run, cx, || false);
    runtime.poll_event_loop(cx, PollEventLoopOptions::default()).map_err(|error| error.to_string())
}
