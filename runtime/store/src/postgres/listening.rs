//! Being told at once that another process put something into the queue.
//!
//! It is a help and nothing to rely on: whoever waits looks every second, too.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::task::AbortHandle;

use super::error::failed;
use super::pgmq::Lines;
use crate::StoreError;
use crate::wake::Wake;

/// How long after a failure it connects anew.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Listening(AbortHandle);

impl Listening {
    /// Listens on a connection of its own, whose session is nobody else's.
    pub(super) fn start(options: PgConnectOptions, lines: Arc<Lines>, wake: Wake) -> Self {
        Self(tokio::spawn(listen_for_ever(options, lines, wake)).abort_handle())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn listen_for_ever(options: PgConnectOptions, lines: Arc<Lines>, wake: Wake) {
    // One to listen, and one to ask for being told.
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
    loop {
        // Whatever it was: until it works again, everybody looks every second.
        let Err(_) = listen(&pool, &lines, &wake).await;
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

async fn listen(pool: &PgPool, lines: &Lines, wake: &Wake) -> Result<Infallible, StoreError> {
    let mut listener = PgListener::connect_with(pool).await.map_err(failed)?;
    let channels = lines.channels()?;
    listener.listen_all(channels.iter().map(String::as_str)).await.map_err(failed)?;
    loop {
        // At every connection anew: after a crash the database has forgotten whom to tell.
        lines.ask_to_be_told(pool).await?;
        // What came in before is not told any more.
        wake.wake();
        while listener.try_recv().await.map_err(failed)?.is_some() {
            wake.wake();
        }
    }
}
