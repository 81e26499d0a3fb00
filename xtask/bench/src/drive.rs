//! Callers that each wait for their answer before they ask again.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onevent::{Clock as _, SystemClock};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::protocol::{Batch, Ran};

/// What became of one call.
pub(crate) enum Called {
    /// It ran.
    Ran(Ran),
    /// There were too many.
    Refused,
    /// It could not be called.
    Failed(String),
}

/// What one caller has seen.
#[derive(Default)]
struct Seen {
    latencies_ms: Vec<f64>,
    refused: usize,
    failure: Option<String>,
    metadata: Value,
}

impl Seen {
    fn add(&mut self, called: Called, ms: f64) {
        match called {
            Called::Ran(ran) => {
                if ran.outcome != "succeeded" {
                    self.failure.get_or_insert(format!("{}: {:?}", ran.outcome, ran.message));
                }
                self.latencies_ms.push(ms);
                self.metadata = ran.metadata;
            }
            Called::Refused => self.refused += 1,
            Called::Failed(message) => {
                self.failure.get_or_insert(message);
            }
        }
    }
}

/// Makes `runs` calls with so many callers, each of which pauses after its answer.
pub(crate) async fn drive<F, C>(runs: usize, callers: usize, pause: Duration, call: F) -> Batch
where
    F: Fn() -> C + Clone + Send + 'static,
    C: Future<Output = Called> + Send,
{
    let left = Arc::new(AtomicUsize::new(runs));
    let started = SystemClock.monotonic();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (left, call) = (Arc::clone(&left), call.clone());
        tasks.spawn(async move {
            let mut seen = Seen::default();
            let take = |left: usize| left.checked_sub(1);
            while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
                let start = SystemClock.monotonic();
                let called = call().await;
                seen.add(called, SystemClock.elapsed(start).as_secs_f64() * 1e3);
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
            }
            seen
        });
    }
    let mut batch = Batch::default();
    while let Some(seen) = tasks.join_next().await {
        match seen {
            Ok(seen) => {
                batch.latencies_ms.extend(seen.latencies_ms);
                batch.refused += seen.refused;
                batch.failure = batch.failure.or(seen.failure);
                if !seen.metadata.is_null() {
                    batch.metadata = seen.metadata;
                }
            }
            Err(error) => batch.failure = batch.failure.or(Some(error.to_string())),
        }
    }
    batch.wall_ms = SystemClock.elapsed(started).as_secs_f64() * 1e3;
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn every_call_is_counted_once() {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let batch = drive(10, 3, Duration::ZERO, move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match number {
                    0 => Called::Refused,
                    1 => Called::Failed("no".to_owned()),
                    _ => Called::Ran(Ran {
                        outcome: "succeeded".to_owned(),
                        message: None,
                        metadata: json!({ "a": 1 }),
                    }),
                }
            }
        })
        .await;
        assert_eq!(calls.load(Ordering::SeqCst), 10);
        assert_eq!((batch.latencies_ms.len(), batch.refused), (8, 1));
        assert_eq!(batch.failure.as_deref(), Some("no"));
        assert_eq!(batch.metadata, json!({ "a": 1 }));
    }
}
