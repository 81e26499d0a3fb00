//! How long a claim takes while much waits.

use std::time::Duration;

use onevent_contract::{Clock as _, SystemClock};
use onevent_store::{EventEnd, EventKind, NewEvent, Shares, Store};
use serde_json::json;

use crate::support::{Scratch, key};

const CONNECTIONS: u32 = 2_000;
const EACH: u32 = 25;
/// How many are put into the queue in one transaction.
const STEP: u32 = 500;
const LEASE: Duration = Duration::from_secs(60);
/// How many places a worker has.
const PLACES: usize = 16;

async fn enqueue(store: &Store, rounds: std::ops::Range<u32>) {
    for number in rounds {
        for step in 0..CONNECTIONS / STEP {
            let mut transaction = store.begin().await.unwrap();
            for connection in step * STEP..(step + 1) * STEP {
                let new = NewEvent::new(EventKind::Setup, key(&format!("c{connection}")));
                let new = NewEvent { payload: json!(number), ..new };
                store.queue().enqueue(&mut transaction, new).await.unwrap();
            }
            transaction.commit().await.unwrap();
        }
    }
}

/// The middle of how long so many claims take, each with the end of what it claimed.
async fn claim(store: &Store, times: usize) -> Duration {
    let mut took = Vec::new();
    for _ in 0..times {
        let began = SystemClock.monotonic();
        let claims = store.queue().claim(EventKind::ALL, PLACES, LEASE, Shares::UNBOUNDED).await.unwrap();
        took.push(SystemClock.elapsed(began));
        assert_eq!(claims.len(), PLACES);
        let mut transaction = store.begin().await.unwrap();
        for claim in &claims {
            let done = EventEnd::Done { run: None, result: None };
            store.queue().finish(&mut transaction, claim, done).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    took.sort_unstable();
    took[took.len() / 2]
}

#[tokio::test]
async fn fifty_thousand_events_wait_and_the_next_ones_are_claimed() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let began = SystemClock.monotonic();
    enqueue(&store, 0..1).await;
    let each = SystemClock.elapsed(began) / CONNECTIONS;
    let few = claim(&store, 5).await;
    enqueue(&store, 1..EACH).await;
    let many = claim(&store, 5).await;
    println!("enqueue {each:?}; a claim of {PLACES} takes {few:?} at 2,000 waiting, {many:?} at 50,000");
    let counts = store.waiting_by_connection(&"dev".parse().unwrap()).await.unwrap();
    let left: u64 = counts.iter().map(|(_, count)| count).sum();
    assert_eq!(left, u64::from(CONNECTIONS * EACH) - 10 * PLACES as u64);
}
