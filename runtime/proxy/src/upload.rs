//! The body of a request that is passed on while it still arrives.
//!
//! It can be sent once: what has left is not kept. Only as much is asked for as the provider takes, and whoever waits
//! for an answer can tell a provider that takes nothing from a caller who sends nothing.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// What can go wrong with a body that somebody else reads.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The pieces of a body, as they come.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// Why a body that was begun does not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UploadError {
    /// Whoever sends it has stopped in the middle.
    #[error("the body of the request did not arrive as a whole")]
    Incomplete,
    /// Nobody waits for the answer any more.
    #[error("the request was given up")]
    GivenUp,
}

/// A body that is passed on. Clones are the same body.
#[derive(Debug, Clone)]
pub(crate) struct Upload(Arc<Shared>);

struct Shared {
    body: Mutex<Option<BodyStream>>,
    length: Option<u64>,
    /// Told of whenever the transport asks for more, or gets it.
    moved: Notify,
    /// Whether it is the caller who is waited for.
    caller_is_awaited: AtomicBool,
    given_up: CancellationToken,
}

impl Upload {
    /// This body, of this length where that is known. It ends with an error when `given_up` is cancelled.
    pub(crate) fn new(body: BodyStream, length: Option<u64>, given_up: CancellationToken) -> Self {
        Self(Arc::new(Shared {
            body: Mutex::new(Some(body)),
            length,
            moved: Notify::new(),
            caller_is_awaited: AtomicBool::new(false),
            given_up,
        }))
    }

    pub(crate) fn length(&self) -> Option<u64> {
        self.0.length
    }

    /// The body, for the transport; `None` where it has been taken before.
    pub(crate) fn take(&self) -> Option<impl Stream<Item = Result<Bytes, UploadError>> + Send + 'static> {
        let body = self.0.body.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let given_up = Box::pin(self.0.given_up.clone().cancelled_owned());
        Some(Sending { body, shared: Arc::clone(&self.0), given_up })
    }

    /// Returns when the provider has taken nothing for this long, although there was something to take; or, after the
    /// end of the body, when this time has passed.
    pub(crate) async fn stalled(&self, limit: Duration) {
        loop {
            let moved = self.0.moved.notified();
            if self.0.caller_is_awaited.load(Ordering::Acquire) {
                moved.await;
            } else if tokio::time::timeout(limit, moved).await.is_err() {
                return;
            }
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("length", &self.length).finish_non_exhaustive()
    }
}

/// The body, while the transport reads it.
struct Sending {
    body: BodyStream,
    shared: Arc<Shared>,
    given_up: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Stream for Sending {
    type Item = Result<Bytes, UploadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.given_up.as_mut().poll(context).is_ready() {
            // Not its end: a body that just ended would be taken for a whole one.
            return Poll::Ready(Some(Err(UploadError::GivenUp)));
        }
        let next = self.body.as_mut().poll_next(context);
        self.shared.caller_is_awaited.store(next.is_pending(), Ordering::Release);
        self.shared.moved.notify_one();
        next.map(|piece| piece.map(|piece| piece.map_err(|_| UploadError::Incomplete)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};

    use super::*;

    fn upload(
        body: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
    ) -> (Upload, CancellationToken) {
        let given_up = CancellationToken::new();
        (Upload::new(Box::pin(body), None, given_up.clone()), given_up)
    }

    #[tokio::test]
    async fn a_body_is_taken_once_and_ends_with_an_error_when_it_is_given_up() {
        let (upload, given_up) = upload(stream::iter([Ok("a".into())]).chain(stream::pending()));
        let mut sending = Box::pin(upload.take().unwrap());
        assert!(upload.take().is_none());
        assert_eq!(sending.next().await, Some(Ok("a".into())));
        given_up.cancel();
        assert_eq!(sending.next().await, Some(Err(UploadError::GivenUp)));
    }

    #[tokio::test]
    async fn a_caller_who_is_slow_does_not_count_and_a_provider_who_is_does() {
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        let pieces = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
        let (upload, _) = upload(pieces);
        let mut sending = Box::pin(upload.take().unwrap());
        let [limit, longer, ever] = [1, 200, 60_000].map(Duration::from_millis);
        // The transport waits for the caller.
        assert!(tokio::time::timeout(limit, sending.next()).await.is_err());
        assert!(tokio::time::timeout(longer, upload.stalled(limit)).await.is_err());
        // There is more, and the transport does not ask for it.
        sender.send(Ok("a".into())).unwrap();
        assert_eq!(sending.next().await, Some(Ok("a".into())));
        assert!(tokio::time::timeout(ever, upload.stalled(limit)).await.is_ok());
        // It is at its end.
        drop(sender);
        assert_eq!(sending.next().await, None);
        assert!(tokio::time::timeout(ever, upload.stalled(limit)).await.is_ok());
    }
}
