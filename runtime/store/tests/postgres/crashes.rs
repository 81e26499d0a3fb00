//! A database that crashes.

use std::time::Duration;

use onevent_store::{EventEnd, EventKind, NewEvent, Shares, Store, StoreError};

use crate::server::{Durability, Server};
use crate::support::{Scratch, key};

const LEASE: Duration = Duration::from_secs(60);

async fn enqueue(store: &Store) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    store.queue().enqueue(&mut transaction, NewEvent::new(EventKind::Setup, key("acme"))).await?;
    transaction.commit().await
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_crash_of_the_database_and_what_was_claimed_is_claimed() {
    let server = Server::own(Durability::Full);
    let scratch = Scratch::on(&server);
    let store = scratch.open().await;
    enqueue(&store).await.unwrap();
    enqueue(&store).await.unwrap();
    let claims = store.queue().claim(EventKind::ALL, 9, LEASE, Shares::UNBOUNDED).await.unwrap();
    let mut open = store.begin().await.unwrap();
    store.queue().enqueue(&mut open, NewEvent::new(EventKind::Setup, key("globex"))).await.unwrap();
    server.crash();
    assert!(open.commit().await.is_err(), "nobody answers");
    assert!(enqueue(&store).await.is_err());
    server.start();
    // The same store goes on, with new connections.
    let waiting = store.waiting_by_connection(&"dev".parse().unwrap()).await.unwrap();
    assert_eq!(waiting, [(key("acme"), 2)]);
    assert!(store.queue().claim(EventKind::ALL, 9, LEASE, Shares::UNBOUNDED).await.unwrap().is_empty());
    let mut transaction = store.begin().await.unwrap();
    let done = EventEnd::Done { run: None, result: None };
    store.queue().finish(&mut transaction, &claims[0], done).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.queue().claim(EventKind::ALL, 9, LEASE, Shares::UNBOUNDED).await.unwrap().len(), 1);
}
