//! What the queue costs. It measures, so it runs only when asked for:
//! `cargo nextest run --release -p onevent-store --run-ignored only cost --no-capture`.

use std::time::Duration;

use onevent_contract::{Clock as _, Outcome, SystemClock};
use onevent_store::{Claim, EventEnd, EventKind, NewEvent, Shares, Store};

use crate::support::{Scratch, key, report};

const LEASE: Duration = Duration::from_secs(30);
const RUNS: u32 = 500;
const SHARES: Shares = Shares { integration: 48, environment: 56 };

async fn enqueue(store: &Store, from: u32, count: u32) {
    for chunk in (from..from + count).collect::<Vec<_>>().chunks(1_000) {
        let mut transaction = store.begin().await.unwrap();
        for number in chunk {
            let new = NewEvent::new(EventKind::Setup, key(&format!("c{number}")));
            store.queue().enqueue(&mut transaction, new).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
}

async fn insert_only(store: &Store) {
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_run(&report(&key("acme"), "check", Outcome::Succeeded)).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
#[ignore = "measures"]
async fn what_the_queue_costs_a_run() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    enqueue(&store, 0, RUNS).await;
    // The control: a run is stored with or without a queue, and a commit waits for the disk.
    let started = SystemClock.monotonic();
    for _ in 0..RUNS {
        insert_only(&store).await;
    }
    let alone = started.elapsed() / RUNS;
    let (mut claiming, mut ending, mut done) = (Duration::ZERO, Duration::ZERO, 0);
    while done < RUNS {
        let started = SystemClock.monotonic();
        let claims = store.queue().claim(EventKind::ALL, 64, LEASE, SHARES).await.unwrap();
        claiming += started.elapsed();
        let started = SystemClock.monotonic();
        for claim in &claims {
            let mut transaction = store.begin().await.unwrap();
            transaction.insert_run(&report(&key("acme"), "check", Outcome::Succeeded)).await.unwrap();
            store
                .queue()
                .finish(&mut transaction, claim, EventEnd::Done { run: None, result: None })
                .await
                .unwrap();
            transaction.commit().await.unwrap();
        }
        ending += started.elapsed();
        done += u32::try_from(claims.len()).unwrap();
    }
    let (claiming, ending) = (claiming / RUNS, ending / RUNS);
    println!(
        "storing a run alone {alone:?}; with the end of its event {ending:?}; claiming {claiming:?} in batches: \
         the queue costs {:?}",
        claiming + ending.saturating_sub(alone)
    );
}

/// So many claims for each figure: one in a while meets the database's own housekeeping.
const CLAIMS: usize = 21;

#[tokio::test]
#[ignore = "measures"]
async fn what_a_claim_costs_by_what_waits() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (mut enqueued, mut waiting) = (0, 0);
    for backlog in [100, 2_000, 10_000, 50_000] {
        for most in [1, 16] {
            let mut took = Vec::new();
            for _ in 0..CLAIMS {
                enqueue(&store, enqueued, backlog - waiting).await;
                enqueued += backlog - waiting;
                let started = SystemClock.monotonic();
                let claims = store.queue().claim(EventKind::ALL, most, LEASE, SHARES).await.unwrap();
                took.push(started.elapsed());
                finish(&store, &claims).await;
                waiting = backlog - u32::try_from(claims.len()).unwrap();
            }
            took.sort();
            let [least, .., greatest] = took[..] else { unreachable!("several were measured") };
            let median = took[CLAIMS / 2];
            println!("{backlog} waiting: a claim of {most} took {median:?} ({least:?}–{greatest:?})");
        }
    }
}

async fn finish(store: &Store, claims: &[Claim]) {
    for claim in claims {
        let mut transaction = store.begin().await.unwrap();
        let done = EventEnd::Done { run: None, result: None };
        store.queue().finish(&mut transaction, claim, done).await.unwrap();
        transaction.commit().await.unwrap();
    }
}
