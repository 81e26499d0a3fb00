//! What only several nodes on one database can get wrong: the order of commits, leases, clocks, and each other's work.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onevent_contract::{Clock, Instant, MetadataCommit, MetadataWrite, MetadataWriteKind, SystemClock};
use onevent_store::{
    Claim, EventEnd, EventFilter, EventKind, EventState, NewEvent, OPERATION_WAIT, PutBack, SetupFollows,
    Shares, Store, StoreError, StoreOptions, Visibility, Writer,
};
use serde_json::json;
use tokio::time::timeout;

use crate::scratch::{options_for, time_passes};
use crate::support::{Scratch, establish, key, new_connection, reconnection};

const LEASE: Duration = Duration::from_secs(15);
/// Long enough to see that somebody waits for somebody else.
const A_WHILE: Duration = Duration::from_millis(300);

fn new_event(kind: EventKind, connection_id: &str, number: u32) -> NewEvent {
    NewEvent { payload: json!({ "number": number }), ..NewEvent::new(kind, key(connection_id)) }
}

async fn claim(store: &Store) -> Vec<Claim> {
    store.queue().claim(EventKind::ALL, 100, LEASE, Shares::UNBOUNDED).await.unwrap()
}

fn numbers(claims: &[Claim]) -> Vec<u64> {
    claims.iter().map(|claim| claim.event.payload["number"].as_u64().unwrap()).collect()
}

async fn enqueue(store: &Store, new: NewEvent) {
    let mut transaction = store.begin().await.unwrap();
    store.queue().enqueue(&mut transaction, new).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn finish(store: &Store, claim: &Claim) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    store.queue().finish(&mut transaction, claim, EventEnd::Done { run: None, result: None }).await?;
    transaction.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_connection_are_in_the_order_of_their_commits() {
    let scratch = Scratch::new();
    let (one, other) = (scratch.open().await, scratch.open().await);
    // It begins first, and comes second.
    let mut second = other.begin().await.unwrap();
    let mut first = one.begin().await.unwrap();
    one.queue().enqueue(&mut first, new_event(EventKind::Setup, "acme", 1)).await.unwrap();
    // Other connections do not wait.
    enqueue(&other, new_event(EventKind::Setup, "globex", 7)).await;
    let late = {
        let other = other.clone();
        tokio::spawn(async move {
            other.queue().enqueue(&mut second, new_event(EventKind::Setup, "acme", 2)).await.unwrap();
            second.commit().await.unwrap();
        })
    };
    tokio::time::sleep(A_WHILE).await;
    assert!(!late.is_finished(), "who would get the next number waits for the commit of the one before");
    first.commit().await.unwrap();
    late.await.unwrap();
    let claims = claim(&other).await;
    let mut claimed = numbers(&claims);
    claimed.sort_unstable();
    assert_eq!(claimed, [1, 7]);
    let first = claims.iter().find(|claim| *claim.connection() == key("acme")).unwrap();
    finish(&other, first).await.unwrap();
    assert_eq!(numbers(&claim(&one).await), [2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_overtakes_an_event_that_failed_or_whose_node_is_gone() {
    let scratch = Scratch::new();
    let (one, other) = (scratch.open().await, scratch.open().await);
    for number in 1..=3 {
        enqueue(&one, new_event(EventKind::Setup, "acme", number)).await;
    }
    let claims = claim(&one).await;
    assert_eq!(numbers(&claims), [1]);
    let mut transaction = one.begin().await.unwrap();
    let retry = PutBack::Retry { error: "no".into() };
    one.queue().put_back(&mut transaction, &claims[0], Duration::from_secs(60), retry).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(claim(&other).await.is_empty(), "it is to be tried again, and keeps the others back");
    time_passes(Duration::from_secs(60));
    let again = claim(&other).await;
    assert_eq!((numbers(&again), again[0].attempt()), (vec![1], 2));
    // The node that has it is gone.
    other.close().await;
    assert!(claim(&one).await.is_empty());
    time_passes(LEASE + Duration::from_secs(1));
    let taken = claim(&one).await;
    assert_eq!((numbers(&taken), taken[0].attempt()), (vec![1], 3));
    finish(&one, &taken[0]).await.unwrap();
    assert_eq!(numbers(&claim(&one).await), [2]);
}

async fn version(store: &Store, id: &str) -> u64 {
    store.metadata(&key(id), Visibility::Established).await.unwrap().unwrap().version
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_lock_each_other_in_a_circle_are_both_done() {
    let scratch = Scratch::new();
    let (one, other) = (scratch.open().await, scratch.open().await);
    let keys = [key("acme"), key("bolt")];
    for id in ["acme", "bolt"] {
        establish(&one, new_connection(id, "token")).await.unwrap();
    }
    let before = [version(&one, "acme").await, version(&one, "bolt").await];
    let writer = Writer::User;
    let met = tokio::sync::Barrier::new(2);
    // Both hold one row and want the other's, the first time.
    let write = async |store: &Store, first: usize| {
        let begun = std::sync::atomic::AtomicU32::new(0);
        let done = store
            .until_undisturbed(|| async {
                let is_first_try = begun.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
                let mut transaction = store.begin().await?;
                for index in [first, 1 - first] {
                    let write = MetadataWrite {
                        value: json!({ "by": first }).as_object().cloned().unwrap(),
                        kind: MetadataWriteKind::Set,
                        commit: MetadataCommit::Always,
                    };
                    transaction
                        .write_metadata(&keys[index], Visibility::Established, &write, &writer)
                        .await?;
                    if is_first_try && index == first {
                        met.wait().await;
                    }
                }
                transaction.commit().await
            })
            .await;
        done.unwrap();
        begun.into_inner()
    };
    let (tries, other_tries) = tokio::join!(write(&one, 0), write(&other, 1));
    assert_eq!(tries + other_tries, 3, "the database gave up one of them, once");
    let after = [version(&one, "acme").await, version(&one, "bolt").await];
    assert_eq!(after, before.map(|version| version + 2), "two writes, each once");
}

const CLAIMED: &str = "claimed";

/// Not a test by itself: the node that is stopped. It reads from its input where to claim, renews its claim like every
/// worker, and ends it when its input says so.
#[tokio::test]
#[ignore = "started by the test below, as a process of its own"]
async fn the_node_that_is_stopped() {
    let mut input = BufReader::new(std::io::stdin()).lines();
    let Some(Ok(url)) = input.next() else { return };
    let store = Store::open(options_for(&url)).await.unwrap();
    let claimed = claim(&store).await.remove(0);
    let renewing = {
        let (store, claimed) = (store.clone(), claimed.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                if !matches!(store.queue().renew(&claimed, LEASE).await, Ok(true)) {
                    return;
                }
            }
        })
    };
    println!("{CLAIMED}");
    tokio::task::spawn_blocking(move || input.next()).await.unwrap();
    renewing.abort();
    let ended = finish(&store, &claimed).await;
    println!("its end: {}", ended.map_or_else(|error| error.code(), |()| "accepted"));
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_stopped_beyond_its_lease_cannot_end_what_another_has() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    for number in 1..=2 {
        enqueue(&store, new_event(EventKind::Setup, "acme", number)).await;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["many_nodes::the_node_that_is_stopped", "--exact", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{}", scratch.database().url()).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains(CLAIMED)));
    signal(&child, "STOP");
    assert!(claim(&store).await.is_empty(), "its lease holds");
    // A renewal that was on its way may come after this.
    let taken = loop {
        time_passes(LEASE + Duration::from_secs(1));
        let taken = claim(&store).await;
        if !taken.is_empty() {
            break taken;
        }
    };
    assert_eq!((numbers(&taken), taken[0].attempt()), (vec![1], 2));
    signal(&child, "CONT");
    writeln!(child.stdin.as_mut().unwrap(), "end it").unwrap();
    let end = lines.map(Result::unwrap).find(|line| line.contains("its end:")).unwrap();
    assert!(end.contains("event_lost"), "{end}");
    child.wait().unwrap();
    finish(&store, &taken[0]).await.unwrap();
    assert_eq!(numbers(&claim(&store).await), [2], "the queue is not stuck");
}

/// A clock that is wrong.
struct WrongClock(SignedDuration);

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(self.0).unwrap()
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic()
    }
}

async fn wrong(scratch: &Scratch, by: SignedDuration) -> Store {
    Store::open(StoreOptions { clock: Arc::new(WrongClock(by)), ..scratch.options() }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nodes_clock_decides_nothing() {
    let scratch = Scratch::new();
    let hour = SignedDuration::from_hours(1);
    let (ahead, behind) = (wrong(&scratch, hour).await, wrong(&scratch, -hour).await);
    enqueue(&behind, new_event(EventKind::Setup, "acme", 1)).await;
    let claims = claim(&behind).await;
    assert_eq!(numbers(&claims), [1], "it is due, though its node's clock is not there yet");
    assert!(claim(&ahead).await.is_empty(), "its lease holds, though one clock says that it is over");
    finish(&behind, &claims[0]).await.unwrap();
    let later = NewEvent { due_in: Duration::from_secs(60), ..new_event(EventKind::Setup, "acme", 2) };
    enqueue(&behind, later).await;
    assert!(claim(&ahead).await.is_empty(), "it is not due yet");
    time_passes(Duration::from_secs(60));
    assert_eq!(numbers(&claim(&behind).await), [2]);

    establish(&behind, new_connection("globex", "tok-old")).await.unwrap();
    let guard = behind.begin_override(&key("globex"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    assert_eq!(ahead.recover().await.unwrap(), [], "the operation runs");
    let refused = ahead.begin_deletion(&key("globex"), Duration::ZERO).await.unwrap_err();
    assert_eq!(refused.code(), "operation_in_progress");
    time_passes(onevent_store::LEASE);
    assert_eq!(ahead.recover().await.unwrap().len(), 1, "its lease is over");
    assert_eq!(guard.begin().await.unwrap_err().code(), "operation_lost");
    let run = onevent_contract::RunId::generate();
    let environment = "dev".parse().unwrap();
    assert!(behind.acquire_lock(&environment, "k", run, Duration::from_secs(60)).await.unwrap());
    let other = onevent_contract::RunId::generate();
    assert!(!ahead.acquire_lock(&environment, "k", other, Duration::from_secs(60)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_on_one_node_and_a_setup_on_another_exclude_each_other() {
    let scratch = Scratch::new();
    let (one, other) = (scratch.open().await, scratch.open().await);
    let guard = one.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.establish_connection(guard.key(), SetupFollows::Yes).await.unwrap();
    for number in 1..=2 {
        one.queue().enqueue(&mut last, new_event(EventKind::Setup, "acme", number)).await.unwrap();
    }
    guard.end(last).await.unwrap();
    let first = claim(&one).await.remove(0);
    let setup = one.begin_setup(&key("acme"), Duration::ZERO).await.unwrap();
    let refused = other.begin_deletion(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(refused.code(), "operation_in_progress");
    let deletion = {
        let other = other.clone();
        tokio::spawn(async move {
            let guard = other.begin_deletion(&key("acme"), OPERATION_WAIT).await?;
            let mut last = guard.begin().await?;
            last.delete_connection(&key("acme")).await?;
            guard.end(last).await
        })
    };
    tokio::time::sleep(A_WHILE).await;
    assert!(!deletion.is_finished(), "it waits for the setup that runs");
    let mut last = setup.begin().await.unwrap();
    let done = EventEnd::Done { run: None, result: None };
    one.queue().finish(&mut last, &first, done).await.unwrap();
    setup.end(last).await.unwrap();
    deletion.await.unwrap().unwrap();
    assert!(claim(&one).await.is_empty(), "the second setup has nothing left to set up");
    let filter = EventFilter::of("dev".parse().unwrap());
    let states: Vec<_> = other.events(&filter).await.unwrap().into_iter().map(|event| event.state).collect();
    assert_eq!(states, [EventState::Failed, EventState::Done]);
    assert!(one.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
    let unknown = one.begin_setup(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(unknown.code(), "unknown_connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_nodes_that_create_one_connection_one_does() {
    let scratch = Scratch::new();
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let store = scratch.open().await;
        for _ in 0..3 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move { establish(&store, new_connection("acme", "tok-1")).await }));
        }
    }
    let mut created = 0;
    for task in tasks {
        match timeout(Duration::from_secs(60), task).await.unwrap().unwrap() {
            Ok(()) => created += 1,
            Err(error) => assert_eq!(error.code(), "connection_exists", "{error}"),
        }
    }
    assert_eq!(created, 1);
}
