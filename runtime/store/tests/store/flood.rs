//! Many clients and workers at once, on two handles of one file, as two processes have them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use onevent_store::{
    Claim, ConnectionKey, EventEnd, EventFilter, EventKind, EventState, NewEvent, OPERATION_WAIT, PutBack,
    SetupFollows, Shares, Store, StoreError,
};
use serde_json::json;

use crate::support::{Scratch, key, new_connection};

const CLIENTS: u32 = 40;
const ROUNDS: u32 = 2;
const SETUPS: u32 = 2;
const LEASE: Duration = Duration::from_secs(60);

async fn create(store: &Store, id: &str) -> Result<(), StoreError> {
    let guard = store.begin_creation(new_connection(id, "tok-1"), OPERATION_WAIT).await?;
    let mut last = guard.begin().await?;
    last.establish_connection(guard.key(), SetupFollows::Yes).await?;
    for number in 0..SETUPS {
        let payload = json!({ "number": number });
        let setup = NewEvent { payload, ..NewEvent::new(EventKind::Setup, guard.key().clone()) };
        store.queue().enqueue(&mut last, setup).await?;
    }
    guard.end(last).await
}

async fn delete(store: &Store, id: &str) -> Result<(), StoreError> {
    let guard = store.begin_deletion(&key(id), OPERATION_WAIT).await?;
    let mut last = guard.begin().await?;
    last.delete_connection(guard.key()).await?;
    store.queue().enqueue(&mut last, NewEvent::new(EventKind::Webhook, guard.key().clone())).await?;
    guard.end(last).await
}

async fn client(store: Store, id: String) -> Result<(), StoreError> {
    for _ in 0..ROUNDS {
        create(&store, &id).await?;
        while store.begin().await?.waiting_events(&key(&id), EventKind::Setup).await? > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        delete(&store, &id).await?;
    }
    Ok(())
}

async fn work(store: &Store, claim: &Claim) -> Result<(), StoreError> {
    let done = EventEnd::Done { run: None, result: None };
    if claim.event.summary.kind == EventKind::Webhook {
        let mut transaction = store.begin().await?;
        store.queue().finish(&mut transaction, claim, done).await?;
        return transaction.commit().await;
    }
    match store.begin_setup(claim.connection(), Duration::ZERO).await {
        Ok(guard) => {
            let mut last = guard.begin().await?;
            store.queue().finish(&mut last, claim, done).await?;
            if last.waiting_events(claim.connection(), EventKind::Setup).await? == 0 {
                last.finish_setup(claim.connection()).await?;
            }
            guard.end(last).await
        }
        Err(StoreError::OperationInProgress { .. } | StoreError::Busy) => {
            let mut transaction = store.begin().await?;
            store.queue().put_back(&mut transaction, claim, Duration::ZERO, PutBack::NotBegun).await?;
            transaction.commit().await
        }
        Err(error) => Err(error),
    }
}

async fn worker(store: Store, is_over: Arc<AtomicBool>) -> Result<(), StoreError> {
    loop {
        let last_look = is_over.load(Ordering::SeqCst);
        let woken = store.queue().woken();
        let claims = store.queue().claim(EventKind::ALL, 4, LEASE, Shares::UNBOUNDED).await?;
        for claim in &claims {
            work(&store, claim).await?;
        }
        if claims.is_empty() {
            if last_look {
                return Ok(());
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), woken).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_clients_at_once_lose_no_event_and_keep_the_order_of_each_connection() {
    let scratch = Scratch::new();
    let stores = [scratch.open().await, scratch.open().await];
    let is_over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| tokio::spawn(client(stores[number as usize % 2].clone(), format!("c{number}"))))
        .collect();
    let workers: Vec<_> =
        (0..4).map(|number| tokio::spawn(worker(stores[number % 2].clone(), Arc::clone(&is_over)))).collect();
    for client in clients {
        client.await.unwrap().unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    let environment = "dev".parse().unwrap();
    assert!(stores[0].connections(&environment, None).await.unwrap().is_empty());
    let filter = EventFilter { limit: 10_000, ..EventFilter::of(environment) };
    let mut events = stores[1].events(&filter).await.unwrap();
    events.reverse();
    assert_eq!(events.len(), (CLIENTS * ROUNDS * (SETUPS + 1)) as usize);
    let mut ends: HashMap<ConnectionKey, Vec<_>> = HashMap::new();
    for event in events {
        assert_eq!((event.state, event.attempt), (EventState::Done, 1), "{event:?}");
        if event.kind == EventKind::Setup {
            ends.entry(event.connection).or_default().push(event.finished_at);
        }
    }
    assert!(ends.values().all(|ends| ends.is_sorted()), "{ends:?}");
}
