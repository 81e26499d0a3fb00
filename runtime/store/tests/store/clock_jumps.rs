//! A machine's clock that jumps, which decides leases and due times of a file: `docs/crashes.md` says what becomes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onevent_contract::{Clock, Instant, SystemClock};
use onevent_store::{
    Claim, EventEnd, EventKind, NewEvent, OPERATION_WAIT, PutBack, Shares, Store, StoreOptions,
};

use crate::support::{Scratch, establish, key, new_connection, reconnection};

const LEASE: Duration = Duration::from_secs(15);
const DAY: i64 = 24 * 60 * 60;

/// The system's clock, set wrong by so many seconds.
#[derive(Default)]
struct JumpingClock(AtomicI64);

impl JumpingClock {
    fn jump(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(SignedDuration::from_secs(self.0.load(Ordering::SeqCst))).unwrap()
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic()
    }
}

async fn opened(scratch: &Scratch) -> (Store, Arc<JumpingClock>) {
    let clock = Arc::<JumpingClock>::default();
    let options = StoreOptions { clock: Arc::<JumpingClock>::clone(&clock), ..scratch.options() };
    (Store::open(options).await.unwrap(), clock)
}

async fn enqueue(store: &Store) {
    let mut transaction = store.begin().await.unwrap();
    store.queue().enqueue(&mut transaction, NewEvent::new(EventKind::Setup, key("acme"))).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn claim(store: &Store) -> Vec<Claim> {
    store.queue().claim(EventKind::ALL, 10, LEASE, Shares::UNBOUNDED).await.unwrap()
}

/// The code of the error, where it could not be ended.
async fn end(store: &Store, claim: &Claim) -> Result<(), &'static str> {
    let mut transaction = store.begin().await.unwrap();
    let end = EventEnd::Done { run: None, result: None };
    store.queue().finish(&mut transaction, claim, end).await.map_err(|error| error.code())?;
    transaction.commit().await.map_err(|error| error.code())
}

#[tokio::test]
async fn what_is_begun_again_after_a_jump_forward_ends_once() {
    let scratch = Scratch::new();
    let (store, clock) = opened(&scratch).await;
    enqueue(&store).await;
    let first = claim(&store).await.remove(0);
    assert!(claim(&store).await.is_empty(), "it is somebody's");
    clock.jump(DAY);
    let second = claim(&store).await.remove(0);
    assert_eq!((first.id(), second.attempt()), (second.id(), 2));
    assert_eq!(end(&store, &first).await, Err("event_lost"));
    assert_eq!(end(&store, &second).await, Ok(()));
    assert!(claim(&store).await.is_empty());
}

#[tokio::test]
async fn what_was_to_wait_is_due_after_a_jump_forward_and_waits_longer_after_one_back() {
    let scratch = Scratch::new();
    let (store, clock) = opened(&scratch).await;
    enqueue(&store).await;
    for (jump, is_due) in [(DAY, true), (-DAY, false), (2 * DAY, true)] {
        if let Some(claim) = claim(&store).await.first() {
            let mut transaction = store.begin().await.unwrap();
            let wait = Duration::from_secs(60);
            store.queue().put_back(&mut transaction, claim, wait, PutBack::NotBegun).await.unwrap();
            transaction.commit().await.unwrap();
        }
        clock.jump(jump);
        assert_eq!(!claim_and_leave(&store).await.is_empty(), is_due, "{jump}");
    }
}

/// Who may be begun, of which nothing is begun.
async fn claim_and_leave(store: &Store) -> Vec<Claim> {
    let claims = claim(store).await;
    for claim in &claims {
        let mut transaction = store.begin().await.unwrap();
        store.queue().put_back(&mut transaction, claim, Duration::ZERO, PutBack::NotBegun).await.unwrap();
        transaction.commit().await.unwrap();
    }
    claims
}

#[tokio::test]
async fn after_a_jump_back_whoever_is_at_it_goes_on_and_nothing_is_lost() {
    let scratch = Scratch::new();
    let (store, clock) = opened(&scratch).await;
    enqueue(&store).await;
    enqueue(&store).await;
    let first = claim(&store).await.remove(0);
    clock.jump(-DAY);
    assert!(store.queue().renew(&first, LEASE).await.unwrap());
    assert_eq!(end(&store, &first).await, Ok(()));
    assert!(claim(&store).await.is_empty(), "what waited before waits until the clock has caught up");
    clock.jump(DAY);
    let left = claim(&store).await.remove(0);
    // So does what a killed process was at.
    clock.jump(-DAY);
    assert!(claim(&store).await.is_empty());
    clock.jump(DAY + 60);
    let again = claim(&store).await.remove(0);
    assert_eq!((again.id(), again.attempt()), (left.id(), 2));
    assert_eq!(end(&store, &again).await, Ok(()));
}

#[tokio::test]
async fn operations_of_connections_ask_no_clock() {
    let scratch = Scratch::new();
    let (store, clock) = opened(&scratch).await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let guard = store.begin_override(&key("acme"), reconnection("tok-2"), OPERATION_WAIT).await.unwrap();
    for jump in [DAY, -2 * DAY] {
        clock.jump(jump);
        let error = store.begin_deletion(&key("acme"), Duration::ZERO).await.unwrap_err();
        assert_eq!(error.code(), "operation_in_progress", "{jump}");
        assert_eq!(store.recover().await.unwrap(), [], "{jump}");
    }
    let transaction = guard.begin().await.unwrap();
    guard.roll_back(transaction).await.unwrap();
    assert!(store.begin_deletion(&key("acme"), Duration::ZERO).await.is_ok());
}
