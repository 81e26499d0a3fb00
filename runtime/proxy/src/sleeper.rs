use std::time::Duration;

use async_trait::async_trait;

/// How the proxy waits between two attempts; a test hands in one that does not.
#[async_trait]
pub trait Sleeper: Send + Sync + 'static {
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// Waits on tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioSleeper;

#[async_trait]
impl Sleeper for TokioSleeper {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
