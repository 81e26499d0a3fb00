//! A process that is killed in the middle of an operation: this test program starts itself as that process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use onevent_contract::Clock as _;
use onevent_store::{EventKind, NewEvent, OPERATION_WAIT, Shares, Store, Visibility};

use crate::support::{Scratch, credentials, establish, key, new_connection, reconnection};

const BEGUN: &str = "the operation has begun";
/// Longer than this test needs to look once; so long it waits at the end.
const CLAIM_LEASE: Duration = Duration::from_secs(3);

/// Not a test by itself: the process that is killed. It reads from its input what to begin and where.
#[tokio::test]
#[ignore = "started by the tests below, as a process of its own"]
async fn the_process_that_is_killed() {
    let mut order = String::new();
    std::io::stdin().read_line(&mut order).unwrap();
    let Some((operation, database)) = order.trim_end().split_once(' ') else { return };
    let store = Store::open(crate::scratch::options_for(Path::new(database))).await.unwrap();
    if operation == "claim" {
        let claims = store.queue().claim(EventKind::ALL, 1, CLAIM_LEASE, Shares::UNBOUNDED).await.unwrap();
        assert_eq!(claims.len(), 1);
        println!("{BEGUN}");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        return;
    }
    let _guard = match operation {
        "create" => store.begin_creation(new_connection("acme", "tok-new"), OPERATION_WAIT).await,
        "reconnect" => store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await,
        _ => store.begin_deletion(&key("acme"), OPERATION_WAIT).await,
    }
    .unwrap();
    println!("{BEGUN}");
    // Until it is killed; the end of its input is the end of the test that started it.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn begin_in_another_process(operation: &str, database: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["killed::the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{operation} {}", database.display()).unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(BEGUN)), "the process ended before it began");
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn what_a_killed_process_had_claimed_is_taken_up_again() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let mut transaction = store.begin().await.unwrap();
    let new = NewEvent::new(EventKind::Setup, key("acme"));
    let id = store.queue().enqueue(&mut transaction, new).await.unwrap();
    transaction.commit().await.unwrap();
    let child = begin_in_another_process("claim", &scratch.database());
    let event = store.event(&"dev".parse().unwrap(), id).await.unwrap().unwrap().summary;
    assert_eq!(event.attempt, 1, "the other process has it");
    let until = event.leased_until.unwrap();
    kill(child);
    let claims = loop {
        let claims = store.queue().claim(EventKind::ALL, 1, CLAIM_LEASE, Shares::UNBOUNDED).await.unwrap();
        if !claims.is_empty() {
            break claims;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((claims[0].id(), claims[0].attempt()), (id, 2));
    assert!(onevent_contract::SystemClock.now() >= until, "not before its lease is over");
}

#[tokio::test]
async fn while_another_process_works_on_a_connection_nobody_else_may() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let child = begin_in_another_process("create", &scratch.database());
    let error = store.begin_creation(new_connection("acme", "tok-1"), Duration::ZERO).await.unwrap_err();
    assert_eq!(error.code(), "operation_in_progress");
    assert!(store.connection(&key("acme"), Visibility::Established).await.unwrap().is_none());
    kill(child);
    // The dead process is noticed at once, without waiting for a lease.
    let guard = store.begin_creation(new_connection("acme", "tok-1"), Duration::ZERO).await;
    assert_eq!(guard.unwrap().key(), &key("acme"));
}

#[tokio::test]
async fn a_creation_that_was_killed_never_happened() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    kill(begin_in_another_process("create", &scratch.database()));
    assert!(store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_some());
    assert!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().is_empty());
    assert!(store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
}

#[tokio::test]
async fn a_reconnect_that_was_killed_leaves_the_old_credentials() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    kill(begin_in_another_process("reconnect", &scratch.database()));
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.connection.credentials, credentials("tok-old"));
}

#[tokio::test]
async fn a_deletion_that_was_killed_leaves_the_connection() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    kill(begin_in_another_process("delete", &scratch.database()));
    let reopened = scratch.open().await;
    let list = reopened.connections(&"dev".parse().unwrap(), None).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(store.recover().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_process_that_dies_goes_on() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    let child = begin_in_another_process("reconnect", &scratch.database());
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.begin_deletion(&key("acme"), Duration::from_secs(300)).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    kill(child);
    let guard = waiting.await.unwrap().unwrap();
    assert_eq!(guard.key(), &key("acme"));
    drop(guard);
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.connection.credentials, credentials("tok-old"));
}
