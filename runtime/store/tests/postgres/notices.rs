//! Being told that another node put something into the queue, and not being told.

use std::time::Duration;

use onevent_store::{EventKind, NewEvent, Shares, Store, StoreOptions};
use tokio::time::timeout;

use crate::support::{Scratch, key};

/// Far more than a word takes.
const PATIENCE: Duration = Duration::from_secs(30);
const THROTTLES: &str = "SELECT COUNT(*) FROM pgmq.notify_insert_throttle";

async fn listening(scratch: &Scratch) -> Store {
    let listen_url = Some(scratch.options().url);
    Store::open(StoreOptions { listen_url, ..scratch.options() }).await.unwrap()
}

async fn enqueue(store: &Store) {
    let mut transaction = store.begin().await.unwrap();
    store.queue().enqueue(&mut transaction, NewEvent::new(EventKind::Setup, key("acme"))).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn until(scratch: &Scratch, query: &str, answer: &str) {
    let waited = async {
        while scratch.database().sql(query) != answer {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, waited).await.unwrap();
}

#[tokio::test]
async fn a_node_is_told_of_what_another_enqueued_again_after_the_database_forgot_whom_to_tell() {
    let scratch = Scratch::new();
    let listener = listening(&scratch).await;
    let sender = scratch.open().await;
    until(&scratch, THROTTLES, "3").await;
    // What was told when it began to listen is not what is waited for.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let woken = listener.queue().woken();
    enqueue(&sender).await;
    timeout(PATIENCE, woken).await.expect("it is told");

    // As after a crash: the table is empty, and nobody is told any more.
    scratch.database().sql("DELETE FROM pgmq.notify_insert_throttle");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let woken = listener.queue().woken();
    enqueue(&sender).await;
    assert!(timeout(Duration::from_millis(500), woken).await.is_err(), "the probe sees that nobody is told");
    // Whoever looks finds it all the same.
    let lease = Duration::from_secs(60);
    let claims = listener.queue().claim(EventKind::ALL, 9, lease, Shares::UNBOUNDED).await.unwrap();
    assert_eq!(claims.len(), 1);

    // The connection of the listener breaks, and it asks anew to be told.
    let others = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                  WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(scratch.database().sql(others), "1");
    until(&scratch, THROTTLES, "3").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let woken = listener.queue().woken();
    enqueue(&sender).await;
    timeout(PATIENCE, woken).await.expect("it is told again");
}
