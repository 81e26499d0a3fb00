//! What a server is asked by signals.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Mutex;

use crate::failure::Failure;

/// What the process is asked.
pub(super) enum Asked {
    /// SIGHUP: to read its settings again.
    Reload,
    /// SIGTERM or Ctrl-C: to end.
    Stop,
    /// Nobody can ask any more.
    Ended(Failure),
}

/// The signals that a server listens to.
pub(super) struct Signals {
    reload: Mutex<Signal>,
    terminate: Mutex<Signal>,
    interrupt: Mutex<Signal>,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            let failed = |error| Failure::internal(format!("signals cannot be listened to: {error}"));
            signal(kind).map(Mutex::new).map_err(failed)
        };
        Ok(Self {
            reload: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub(super) async fn next(&self) -> Asked {
        let (mut reload, mut terminate, mut interrupt) =
            (self.reload.lock().await, self.terminate.lock().await, self.interrupt.lock().await);
        let got = tokio::select! {
            got = reload.recv() => got.map(|()| Asked::Reload),
            got = terminate.recv() => got.map(|()| Asked::Stop),
            got = interrupt.recv() => got.map(|()| Asked::Stop),
        };
        got.unwrap_or_else(|| Asked::Ended(Failure::internal("signals are not listened to any more")))
    }

    /// Waits for a second request to end: whoever asks twice does not want to wait.
    pub(super) async fn stop_at_once(&self) {
        loop {
            match self.next().await {
                Asked::Reload => {}
                Asked::Stop | Asked::Ended(_) => return,
            }
        }
    }
}
