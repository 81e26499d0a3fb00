//! What is known of a Nango's connections.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock as _, ConnectionFacts, EnvironmentName, Operation, RunId};
use onevent_store::{
    ConnectionKey, EventKind, EventState, NewEvent, OPERATION_WAIT, Store, StoreOptions, UpstreamFilter,
    UpstreamState, UpstreamStateName,
};

use crate::support::{HeldClock, Scratch, key};

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

async fn note(store: &Store, key: &ConnectionKey, upstream_id: i64, state: UpstreamState) {
    let mut transaction = store.begin().await.unwrap();
    transaction.note_upstream_connection(key, upstream_id, &state).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn held(scratch: &Scratch) -> (Store, Arc<HeldClock>) {
    let clock = HeldClock::new();
    let options = StoreOptions { clock: Arc::<HeldClock>::clone(&clock), ..scratch.options() };
    (Store::open(options).await.unwrap(), clock)
}

#[tokio::test]
async fn what_was_decided_is_kept_and_another_number_is_another_connection() {
    let scratch = Scratch::new();
    let (store, clock) = held(&scratch).await;
    let acme = key("acme");
    assert_eq!(store.upstream_connection(&acme).await.unwrap(), None);
    note(&store, &acme, 7, UpstreamState::Known).await;
    let first = store.upstream_connection(&acme).await.unwrap().unwrap();
    assert_eq!((first.upstream_id, &first.state), (7, &UpstreamState::Known));
    clock.advance(Duration::from_secs(1));
    let run_id = Some(RunId::generate());
    let rejected = UpstreamState::Rejected { message: "no scope".into(), run_id };
    note(&store, &acme, 7, rejected.clone()).await;
    let second = store.upstream_connection(&acme).await.unwrap().unwrap();
    assert_eq!((second.first_seen_at, &second.state), (first.first_seen_at, &rejected));
    assert!(second.changed_at > first.changed_at);
    let to_delete = UpstreamState::ToDelete { message: "no scope".into(), run_id };
    note(&store, &acme, 7, to_delete.clone()).await;
    assert_eq!(store.upstream_connection(&acme).await.unwrap().unwrap().state, to_delete);
    note(&store, &acme, 8, UpstreamState::Accepted).await;
    let third = store.upstream_connection(&acme).await.unwrap().unwrap();
    assert_eq!((third.upstream_id, &third.state), (8, &UpstreamState::Accepted));
    assert_eq!(third.first_seen_at, clock.now());
    note(&store, &key("globex"), 9, UpstreamState::DeletedBehind).await;
    let all = store.upstream_connections(&dev()).await.unwrap();
    let states: Vec<_> = all.iter().map(|known| (known.upstream_id, known.state.clone())).collect();
    assert_eq!(states, [(8, UpstreamState::Accepted), (9, UpstreamState::DeletedBehind)]);
    assert!(store.upstream_connections(&"prod".parse().unwrap()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_part_of_the_connections_is_a_state_or_a_page() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let refused = || "no".to_owned();
    note(&store, &key("a"), 1, UpstreamState::Accepted).await;
    note(&store, &key("b"), 2, UpstreamState::Rejected { message: refused(), run_id: None }).await;
    note(&store, &key("c"), 3, UpstreamState::ToDelete { message: refused(), run_id: None }).await;
    note(&store, &key("d"), 4, UpstreamState::Accepted).await;
    let numbers = async |state, limit, page| {
        let filter = UpstreamFilter { state, limit, page, ..UpstreamFilter::of(dev()) };
        let found = store.find_upstream_connections(&filter).await.unwrap();
        found.iter().map(|one| one.upstream_id).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, None, 0).await, [1, 2, 3, 4]);
    assert_eq!(numbers(Some(UpstreamStateName::Accepted), None, 0).await, [1, 4]);
    assert_eq!(numbers(Some(UpstreamStateName::Rejected), None, 0).await, [2]);
    assert_eq!(numbers(Some(UpstreamStateName::ToDelete), None, 0).await, [3]);
    assert_eq!(numbers(Some(UpstreamStateName::Known), None, 0).await, Vec::<i64>::new());
    assert_eq!(numbers(None, Some(3), 0).await, [1, 2, 3]);
    assert_eq!(numbers(None, Some(3), 1).await, [4]);
    assert_eq!(numbers(Some(UpstreamStateName::Accepted), Some(1), 1).await, [4]);
    assert_eq!(numbers(None, Some(3), 2).await, Vec::<i64>::new());
    assert_eq!(numbers(None, Some(3), u32::MAX).await, Vec::<i64>::new());
}

#[tokio::test]
async fn a_connection_that_is_forgotten_leaves_nothing_to_be_done() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    note(&store, &key("acme"), 7, UpstreamState::Accepted).await;
    let mut transaction = store.begin().await.unwrap();
    let setup = NewEvent::new(EventKind::Setup, key("acme"));
    let setup = store.queue().enqueue(&mut transaction, setup).await.unwrap();
    assert!(transaction.forget_upstream_connection(&key("acme")).await.unwrap());
    assert!(!transaction.forget_upstream_connection(&key("acme")).await.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(store.upstream_connection(&key("acme")).await.unwrap(), None);
    let setup = store.event(&dev(), setup).await.unwrap().unwrap();
    assert_eq!(setup.summary.state, EventState::Failed);
}

#[tokio::test]
async fn a_webhook_is_taken_once_until_it_is_forgotten() {
    let scratch = Scratch::new();
    let (store, clock) = held(&scratch).await;
    let take = async |environment: &str, id: &str| {
        let mut transaction = store.begin().await.unwrap();
        let environment = environment.parse().unwrap();
        let is_new = transaction.take_upstream_webhook(&environment, id).await.unwrap();
        transaction.commit().await.unwrap();
        is_new
    };
    assert!(take("dev", "a").await);
    assert!(!take("dev", "a").await);
    assert!(take("prod", "a").await);
    clock.advance(Duration::from_secs(1));
    assert!(take("dev", "b").await);
    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.forget_upstream_webhooks(&dev(), clock.now()).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    assert!(take("dev", "a").await);
    assert!(!take("dev", "b").await);
    assert!(!take("prod", "a").await);
}

#[tokio::test]
async fn the_moment_of_the_last_comparison_is_kept() {
    let scratch = Scratch::new();
    let (store, clock) = held(&scratch).await;
    assert_eq!(store.last_comparison(&dev()).await.unwrap(), None);
    for _ in 0..2 {
        clock.advance(Duration::from_secs(1));
        let mut transaction = store.begin().await.unwrap();
        transaction.note_comparison(&dev()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(store.last_comparison(&dev()).await.unwrap(), Some(clock.now()));
    }
    assert_eq!(store.last_comparison(&"prod".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn an_operation_of_a_connection_elsewhere_keeps_others_out_and_puts_nothing_back() {
    let scratch = Scratch::new();
    let (store, other) = (scratch.open().await, scratch.open().await);
    let facts = ConnectionFacts {
        connection_id: "acme".parse().unwrap(),
        integration: "salesforce".parse().unwrap(),
        provider: "salesforce".into(),
    };
    for operation in [Operation::Creation, Operation::Override, Operation::Deletion] {
        let begin =
            async |store: &Store, wait| store.begin_upstream(facts.clone(), &dev(), operation, wait).await;
        let guard = begin(&store, OPERATION_WAIT).await.unwrap();
        assert_eq!((guard.key(), guard.operation()), (&key("acme"), operation));
        assert_eq!(guard.facts(), facts);
        let error = begin(&other, Duration::ZERO).await.unwrap_err();
        assert_eq!(error.code(), "operation_in_progress");
        // Abandoned, rolled back, ended: each time it is free again.
        drop(guard);
        let guard = begin(&other, OPERATION_WAIT).await.unwrap();
        let last = guard.begin().await.unwrap();
        guard.roll_back(last).await.unwrap();
        let guard = begin(&store, Duration::ZERO).await.unwrap();
        let mut last = guard.begin().await.unwrap();
        last.note_upstream_connection(&key("acme"), 7, &UpstreamState::Accepted).await.unwrap();
        guard.end(last).await.unwrap();
    }
    assert!(store.upstream_connection(&key("acme")).await.unwrap().is_some());
}
