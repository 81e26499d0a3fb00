//! Waking those who wait for events, within a process.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::watch;

/// Resolves when there may be something to claim.
pub type Woken = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Wakes everybody who waits.
#[derive(Debug, Clone)]
pub(crate) struct Wake(watch::Sender<()>);

impl Wake {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub(crate) fn wake(&self) {
        self.0.send_replace(());
    }

    /// Whatever happens from now on resolves it, however late somebody begins to wait.
    pub(crate) fn woken(&self) -> Woken {
        let mut receiver = self.0.subscribe();
        Box::pin(async move {
            // Its sender is gone with the store: then there is nothing to wait for.
            let _ = receiver.changed().await;
        })
    }
}
