use std::sync::Arc;
use std::time::Duration;

use onevent_contract::RunId;
use onevent_store::{MAX_LOCKS_OF_A_RUN, Store, StoreOptions};

use crate::support::{HeldClock, Scratch};

const MINUTE: Duration = Duration::from_secs(60);

async fn take(store: &Store, name: &str, run: RunId) -> bool {
    store.acquire_lock(&"dev".parse().unwrap(), name, run, MINUTE).await.unwrap()
}

async fn release(store: &Store, name: &str, run: RunId) -> bool {
    store.release_lock(&"dev".parse().unwrap(), name, run).await.unwrap()
}

#[tokio::test]
async fn a_lock_is_its_owners_until_it_is_released_or_its_time_has_passed() {
    let scratch = Scratch::new();
    let clock = HeldClock::new();
    let options = StoreOptions { clock: clock.clone(), ..scratch.options() };
    let store = Store::open(options).await.unwrap();
    let (one, other) = (RunId::generate(), RunId::generate());
    assert!(take(&store, "k", one).await);
    assert!(!take(&store, "k", other).await);
    assert!(take(&store, "another", other).await);
    assert!(
        store.acquire_lock(&"prod".parse().unwrap(), "k", other, MINUTE).await.unwrap(),
        "another environment"
    );
    clock.advance(Duration::from_secs(50));
    assert!(take(&store, "k", one).await, "its owner takes it again, and its time starts anew");
    clock.advance(Duration::from_secs(50));
    assert!(!take(&store, "k", other).await);
    assert!(!release(&store, "k", other).await);
    clock.advance(Duration::from_secs(10));
    assert!(take(&store, "k", other).await, "its time has passed");
    assert!(!release(&store, "k", one).await, "it is somebody else's now");
    assert!(release(&store, "k", other).await);
    assert!(!release(&store, "k", other).await);
    assert!(take(&store, "k", one).await);
}

#[tokio::test]
async fn all_locks_of_a_run_are_released_and_no_others() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (one, other) = (RunId::generate(), RunId::generate());
    for (name, run) in [("a", one), ("b", one), ("c", other)] {
        assert!(take(&store, name, run).await);
    }
    store.release_locks_of(one).await.unwrap();
    assert!(take(&store, "a", other).await && take(&store, "b", other).await);
    assert!(!take(&store, "c", one).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_want_one_lock_at_once_one_gets_it() {
    let scratch = Scratch::new();
    let stores = [scratch.open().await, scratch.open().await];
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store: Store = stores[task % 2].clone();
            tokio::spawn(async move { take(&store, "k", RunId::generate()).await })
        })
        .collect();
    let mut taken = 0;
    for task in tasks {
        taken += u32::from(task.await.unwrap());
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn a_run_cannot_fill_the_database_with_locks() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let raw = scratch.raw().await;
    let run = RunId::generate();
    for number in 0..MAX_LOCKS_OF_A_RUN {
        sqlx::query(
            "INSERT INTO run_locks (environment, name, run_id, expires_at) VALUES ('dev', $1, $2, $3)",
        )
        .bind(format!("k{number}"))
        .bind(run.to_string())
        .bind(i64::MAX)
        .execute(&raw)
        .await
        .unwrap();
    }
    let environment = "dev".parse().unwrap();
    let refused = store.acquire_lock(&environment, "one more", run, MINUTE).await.unwrap_err();
    assert_eq!(refused.code(), "too_many_locks");
    assert!(take(&store, "one more", RunId::generate()).await, "the refused one left nothing behind");
    assert!(take(&store, "k0", run).await, "what it holds it may take again");
}

#[tokio::test]
async fn a_lock_that_a_dropped_call_took_is_released_by_the_call_after_it() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let run = RunId::generate();
    for polls in 0..12 {
        let environment = "dev".parse().unwrap();
        let acquiring = Arc::new(store.clone());
        let task = tokio::spawn(async move { acquiring.acquire_lock(&environment, "k", run, MINUTE).await });
        for _ in 0..polls {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
        store.release_locks_of(run).await.unwrap();
        let other = RunId::generate();
        assert!(take(&store, "k", other).await, "after {polls} turns");
        assert!(release(&store, "k", other).await);
    }
}
