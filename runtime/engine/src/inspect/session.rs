//! What debuggers say to an isolate, and what V8 answers.

use std::sync::Arc;

use deno_core::futures::StreamExt as _;
use deno_core::futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use deno_core::{InspectorMsg, InspectorSessionChannels, InspectorSessionKind, InspectorSessionProxy};
use onevent_contract::{FunctionKey, RunId};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::held::Held;

/// The number of the one request that is ours; those of debuggers are not negative.
const OWN_REQUEST: i32 = -1;

/// What the engine keeps of an isolate that takes sessions.
pub(crate) struct Offered {
    held: Arc<Held>,
    /// Whether some debugger has said that the run may begin.
    may_begin: CancellationToken,
    /// The isolate takes no sessions any more, and those that there are end.
    over: CancellationToken,
}

impl Offered {
    /// Of an isolate whose inspector takes sessions there.
    pub(crate) fn new(
        sessions: UnboundedSender<InspectorSessionProxy>,
        held: Arc<Held>,
        run_id: RunId,
        function: FunctionKey,
    ) -> (Self, InspectedRun) {
        let (may_begin, over) = (CancellationToken::new(), CancellationToken::new());
        let offered = Self { held: Arc::clone(&held), may_begin: may_begin.clone(), over: over.clone() };
        (offered, InspectedRun { run_id, function, sessions, held, may_begin, over })
    }

    /// It begins without waiting for anybody.
    pub(crate) fn begin(&self) {
        self.may_begin.cancel();
    }

    /// Resolves when a debugger says that the run may begin. Waiting for it is no time of the run.
    pub(crate) fn readiness(&self) -> impl Future<Output = ()> + use<> {
        let (held, may_begin) = (Arc::clone(&self.held), self.may_begin.clone());
        async move {
            held.begin();
            may_begin.cancelled().await;
            held.end();
        }
    }

    /// What lets the run go, whatever its debugger does.
    pub(crate) fn let_go(&self) -> impl Fn() + Send + Sync + 'static {
        let (held, over) = (Arc::clone(&self.held), self.over.clone());
        move || {
            over.cancel();
            held.end();
        }
    }
}

impl Drop for Offered {
    fn drop(&mut self) {
        self.over.cancel();
    }
}

/// A run whose isolate takes sessions of debuggers.
#[derive(Clone)]
pub struct InspectedRun {
    run_id: RunId,
    function: FunctionKey,
    sessions: UnboundedSender<InspectorSessionProxy>,
    held: Arc<Held>,
    may_begin: CancellationToken,
    over: CancellationToken,
}

impl InspectedRun {
    /// The run.
    #[must_use]
    pub fn run_id(&self) -> RunId {
        self.run_id
    }

    /// What it runs.
    #[must_use]
    pub fn function(&self) -> &FunctionKey {
        &self.function
    }

    /// Whether the run has ended, or was stopped.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Opens a session; `None` where the run is over.
    #[must_use]
    pub fn connect(&self) -> Option<DebuggerSession> {
        let (answers, receive) = unbounded();
        let (send, requests) = unbounded();
        let proxy = InspectorSessionProxy {
            channels: InspectorSessionChannels::Regular { tx: answers, rx: requests },
            kind: InspectorSessionKind::NonBlocking { wait_for_disconnect: false },
        };
        self.sessions.unbounded_send(proxy).ok().filter(|()| !self.is_over())?;
        Some(DebuggerSession { run: self.clone(), send, receive, is_held: false })
    }
}

/// One debugger's session. When it is dropped, what it held goes on.
pub struct DebuggerSession {
    run: InspectedRun,
    send: UnboundedSender<String>,
    receive: UnboundedReceiver<InspectorMsg>,
    is_held: bool,
}

/// What is read of a message.
#[derive(Deserialize)]
struct Message<'m> {
    #[serde(default)]
    id: Option<i64>,
    #[serde(borrow, default)]
    method: Option<&'m str>,
}

impl DebuggerSession {
    /// Hands over what the debugger says: a message of the DevTools protocol. Texts that are none are dropped.
    pub fn say(&self, message: String) {
        let Ok(Message { id, method }) = serde_json::from_str::<Message<'_>>(&message) else { return };
        if id.is_some_and(|id| id < 0) {
            return;
        }
        let begins = method == Some("Runtime.runIfWaitingForDebugger");
        let _ = self.send.unbounded_send(message);
        if begins && !self.run.may_begin.is_cancelled() {
            // Before the isolate's thread goes on: the first statement comes after it.
            let pause = serde_json::json!({ "id": OWN_REQUEST, "method": "Debugger.pause" });
            let _ = self.send.unbounded_send(pause.to_string());
            self.run.may_begin.cancel();
        }
    }

    /// The next message for the debugger; `None` when the session is over.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let message = tokio::select! {
                biased;
                message = self.receive.next() => message?.content,
                () = self.run.over.cancelled() => return None,
            };
            match serde_json::from_str::<Message<'_>>(&message) {
                Ok(Message { id: Some(id), .. }) if id == i64::from(OWN_REQUEST) => continue,
                Ok(Message { method: Some("Debugger.paused"), .. }) => {
                    self.is_held = true;
                    self.run.held.begin();
                }
                Ok(Message { method: Some("Debugger.resumed"), .. }) => self.release(),
                _ => {}
            }
            return Some(message);
        }
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.is_held) {
            self.run.held.end();
        }
    }
}

impl Drop for DebuggerSession {
    fn drop(&mut self) {
        self.release();
    }
}
