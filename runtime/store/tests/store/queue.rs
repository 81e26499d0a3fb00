//! What every queue has to do, said of the trait alone; and the events that it leaves behind.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Operation, RunId};
use onevent_store::{
    Claim, ConnectionKey, EventEnd, EventFilter, EventId, EventKind, EventState, NewEvent, OPERATION_WAIT,
    PutBack, Queue, SetupFollows, SetupState, Shares, Store, StoreOptions, Visibility, WebhookAttempt,
};
use serde_json::{Value, json};

use crate::support::{HeldClock, Scratch, establish, key, new_connection, until};

const LEASE: Duration = Duration::from_secs(30);
/// More than passes by itself: not every database has a clock that stands still.
const A_LITTLE: Duration = Duration::from_secs(10);

fn new_event(kind: EventKind, connection_id: &str, number: u32) -> NewEvent {
    NewEvent { payload: json!({ "number": number }), ..NewEvent::new(kind, key(connection_id)) }
}

async fn enqueue(store: &Store, new: NewEvent) -> EventId {
    let mut transaction = store.begin().await.unwrap();
    let id = store.queue().enqueue(&mut transaction, new).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

async fn claim(queue: &dyn Queue) -> Vec<Claim> {
    queue.claim(EventKind::ALL, 100, LEASE, Shares::UNBOUNDED).await.unwrap()
}

fn numbers(claims: &[Claim]) -> Vec<u64> {
    claims.iter().map(|claim| claim.event.payload["number"].as_u64().unwrap()).collect()
}

fn done() -> EventEnd {
    EventEnd::Done { run: None, result: None }
}

async fn finish(store: &Store, claim: &Claim, end: EventEnd) -> Result<(), onevent_store::StoreError> {
    let mut transaction = store.begin().await.unwrap();
    store.queue().finish(&mut transaction, claim, end).await?;
    transaction.commit().await
}

async fn put_back(store: &Store, claim: &Claim, later: Duration, why: PutBack) {
    let mut transaction = store.begin().await.unwrap();
    store.queue().put_back(&mut transaction, claim, later, why).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn held(scratch: &Scratch) -> (Store, Arc<HeldClock>) {
    let clock = HeldClock::new();
    let options = StoreOptions { clock: Arc::<HeldClock>::clone(&clock), ..scratch.options() };
    (Store::open(options).await.unwrap(), clock)
}

#[tokio::test]
async fn the_head_of_a_lane_keeps_the_others_back_and_nobody_elses() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    for number in 1..=3 {
        enqueue(&store, new_event(EventKind::Setup, "acme", number)).await;
    }
    enqueue(&store, new_event(EventKind::Webhook, "acme", 4)).await;
    enqueue(&store, new_event(EventKind::Setup, "globex", 5)).await;
    enqueue(&store, new_event(EventKind::Action, "acme", 6)).await;
    enqueue(&store, new_event(EventKind::Action, "acme", 7)).await;
    let claims = claim(store.queue()).await;
    assert_eq!(numbers(&claims), [1, 4, 5, 6, 7]);
    assert!(claim(store.queue()).await.is_empty(), "all that may be begun is somebody's");
    finish(&store, &claims[0], done()).await.unwrap();
    let next = claim(store.queue()).await;
    assert_eq!(numbers(&next), [2]);
    // However it ends, the next one follows.
    let failed = EventEnd::Failed { run: None, error: "no".into() };
    finish(&store, &next[0], failed).await.unwrap();
    assert_eq!(numbers(&claim(store.queue()).await), [3]);
}

#[tokio::test]
async fn a_claim_takes_what_it_is_asked_for() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let queue = store.queue();
    for (number, kind) in [EventKind::Webhook, EventKind::Setup, EventKind::Action].into_iter().enumerate() {
        enqueue(&store, new_event(kind, "acme", u32::try_from(number).unwrap())).await;
    }
    assert!(queue.claim(&[], 100, LEASE, Shares::UNBOUNDED).await.unwrap().is_empty());
    let functions = [EventKind::Setup, EventKind::Action];
    assert_eq!(numbers(&queue.claim(&functions, 1, LEASE, Shares::UNBOUNDED).await.unwrap()), [1]);
    assert_eq!(numbers(&queue.claim(&functions, 100, LEASE, Shares::UNBOUNDED).await.unwrap()), [2]);
    assert_eq!(numbers(&queue.claim(EventKind::ALL, 100, LEASE, Shares::UNBOUNDED).await.unwrap()), [0]);
}

#[tokio::test]
async fn an_event_comes_with_its_change_or_not_at_all_and_in_the_order_of_commits() {
    let scratch = Scratch::new();
    let (store, other) = (scratch.open().await, scratch.open().await);
    let mut dropped = store.begin().await.unwrap();
    store.queue().enqueue(&mut dropped, new_event(EventKind::Setup, "acme", 1)).await.unwrap();
    drop(dropped);
    assert!(claim(store.queue()).await.is_empty());
    enqueue(&other, new_event(EventKind::Setup, "acme", 2)).await;
    let mut transaction = store.begin().await.unwrap();
    for number in [3, 4] {
        let new = new_event(EventKind::Setup, "acme", number);
        store.queue().enqueue(&mut transaction, new).await.unwrap();
    }
    let filter = EventFilter::of("dev".parse().unwrap());
    assert_eq!(other.events(&filter).await.unwrap().len(), 1, "what is not committed is not there");
    transaction.commit().await.unwrap();
    assert_eq!(numbers(&claim(other.queue()).await), [2]);
    let events = store.events(&filter).await.unwrap();
    assert!(events.windows(2).all(|pair| pair[0].position > pair[1].position));
    assert_eq!(events.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claimers_side_by_side_share_the_work_and_keep_the_order() {
    let scratch = Scratch::new();
    let stores = [scratch.open().await, scratch.open().await];
    let (connections, each) = (8, 5);
    for number in 0..each {
        let mut transaction = stores[0].begin().await.unwrap();
        for connection in 0..connections {
            let new = new_event(EventKind::Setup, &format!("c{connection}"), number);
            stores[0].queue().enqueue(&mut transaction, new).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    let workers = (0..4).map(|worker| {
        let store = stores[worker % 2].clone();
        tokio::spawn(async move {
            let mut ended = Vec::new();
            loop {
                let claims = store.queue().claim(EventKind::ALL, 2, LEASE, Shares::UNBOUNDED).await.unwrap();
                for claim in &claims {
                    finish(&store, claim, done()).await.unwrap();
                    ended.push((claim.connection().clone(), claim.event.payload["number"].as_u64().unwrap()));
                }
                let filter = EventFilter {
                    state: Some(EventState::Waiting),
                    ..EventFilter::of("dev".parse().unwrap())
                };
                if claims.is_empty() && store.events(&filter).await.unwrap().is_empty() {
                    return ended;
                }
            }
        })
    });
    let mut seen: HashMap<ConnectionKey, Vec<u64>> = HashMap::new();
    for worker in workers.collect::<Vec<_>>() {
        for (connection, number) in worker.await.unwrap() {
            seen.entry(connection).or_default().push(number);
        }
    }
    assert_eq!(seen.len(), connections);
    for numbers in seen.into_values() {
        // Each exactly once. (Who of the workers had which, is not in the order of time.)
        let mut sorted = numbers;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..u64::from(each)).collect::<Vec<_>>());
    }
    let all = EventFilter { limit: 100, ..EventFilter::of("dev".parse().unwrap()) };
    let events = stores[0].events(&all);
    let mut ends: HashMap<ConnectionKey, Vec<_>> = HashMap::new();
    for event in events.await.unwrap().into_iter().rev() {
        assert_eq!((event.state, event.attempt), (EventState::Done, 1));
        ends.entry(event.connection.clone()).or_default().push(event.finished_at);
    }
    assert!(ends.values().all(|ends| ends.is_sorted()), "{ends:?}");
}

#[tokio::test]
async fn who_lost_the_lease_can_neither_renew_nor_end() {
    let scratch = Scratch::new();
    let (store, clock) = held(&scratch).await;
    let queue = store.queue();
    enqueue(&store, new_event(EventKind::Setup, "acme", 1)).await;
    enqueue(&store, new_event(EventKind::Setup, "acme", 2)).await;
    let first = claim(queue).await.remove(0);
    assert_eq!(first.attempt(), 1);
    clock.advance(LEASE - A_LITTLE);
    assert!(claim(queue).await.is_empty(), "the lease holds to its end");
    assert!(queue.renew(&first, LEASE).await.unwrap());
    clock.advance(LEASE - A_LITTLE);
    assert!(claim(queue).await.is_empty(), "it was renewed");
    clock.advance(A_LITTLE);
    assert!(queue.renew(&first, Duration::ZERO).await.unwrap(), "nobody took it");
    let second = claim(queue).await;
    assert_eq!((numbers(&second), second[0].attempt()), (vec![1], 2));
    assert!(!queue.renew(&first, LEASE).await.unwrap());
    let mut transaction = store.begin().await.unwrap();
    let error = queue.finish(&mut transaction, &first, done()).await.unwrap_err();
    assert_eq!(error.code(), "event_lost");
    let lost = queue.put_back(&mut transaction, &first, Duration::ZERO, PutBack::NotBegun);
    let error = lost.await.unwrap_err();
    assert_eq!(error.code(), "event_lost");
    drop(transaction);
    finish(&store, &second[0], done()).await.unwrap();
    // An end is an end, for whoever had it last too.
    assert_eq!(finish(&store, &second[0], done()).await.unwrap_err().code(), "event_lost");
    assert_eq!(numbers(&claim(queue).await), [2]);
}

#[tokio::test]
async fn what_is_put_back_keeps_its_place_and_comes_when_it_is_due() {
    let scratch = Scratch::new();
    let (store, clock) = held(&scratch).await;
    let first = enqueue(&store, new_event(EventKind::Webhook, "acme", 1)).await;
    enqueue(&store, new_event(EventKind::Webhook, "acme", 2)).await;
    let claims = claim(store.queue()).await;
    put_back(&store, &claims[0], A_LITTLE, PutBack::NotBegun).await;
    assert!(claim(store.queue()).await.is_empty(), "the head keeps the others back until it is due");
    clock.advance(A_LITTLE);
    let claims = claim(store.queue()).await;
    assert_eq!((numbers(&claims), claims[0].attempt()), (vec![1], 1), "nothing was begun before");
    let why = PutBack::Retry { error: "the server answered 503".into() };
    put_back(&store, &claims[0], Duration::ZERO, why).await;
    let stored = store.event(&"dev".parse().unwrap(), first).await.unwrap().unwrap().summary;
    assert_eq!(stored.error.as_deref(), Some("the server answered 503"));
    let claims = claim(store.queue()).await;
    assert_eq!((numbers(&claims), claims[0].attempt()), (vec![1], 2));
    finish(&store, &claims[0], done()).await.unwrap();

    let due_in = Duration::from_secs(60);
    enqueue(&store, NewEvent { due_in, ..new_event(EventKind::Action, "acme", 3) }).await;
    assert_eq!(numbers(&claim(store.queue()).await), [2]);
    clock.advance(Duration::from_secs(60));
    assert_eq!(numbers(&claim(store.queue()).await), [2, 3], "the lease of the other one is over as well");
}

#[tokio::test]
async fn who_does_the_work_itself_has_it_from_the_start() {
    let scratch = Scratch::new();
    let (store, clock) = held(&scratch).await;
    let mut transaction = store.begin().await.unwrap();
    let mut own = Vec::new();
    for number in 1..=2 {
        let new = new_event(EventKind::Setup, "acme", number);
        own.push(store.queue().enqueue_claimed(&mut transaction, new, LEASE).await.unwrap());
    }
    transaction.commit().await.unwrap();
    assert_eq!((numbers(&own), own[0].attempt()), (vec![1, 2], 1));
    assert!(claim(store.queue()).await.is_empty());
    finish(&store, &own[0], done()).await.unwrap();
    assert!(claim(store.queue()).await.is_empty());
    clock.advance(LEASE);
    let taken = claim(store.queue()).await;
    assert_eq!((numbers(&taken), taken[0].attempt()), (vec![2], 2));
}

#[tokio::test]
async fn whoever_waits_is_woken_by_what_this_process_commits() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let is_woken = async |mut woken: onevent_store::Woken| {
        std::future::poll_fn(|context| std::task::Poll::Ready(woken.as_mut().poll(context).is_ready())).await
    };
    let before = store.queue().woken();
    let mut dropped = store.begin().await.unwrap();
    store.queue().enqueue(&mut dropped, new_event(EventKind::Setup, "acme", 1)).await.unwrap();
    drop(dropped);
    assert!(!is_woken(before).await, "nothing was committed");
    let before = store.queue().woken();
    enqueue(&store, new_event(EventKind::Setup, "acme", 2)).await;
    assert!(is_woken(before).await, "also where it happened before somebody waits");
    let after = store.queue().woken();
    let claims = claim(store.queue()).await;
    assert!(!is_woken(after).await);
    let before = store.queue().woken();
    finish(&store, &claims[0], done()).await.unwrap();
    assert!(is_woken(before).await, "the next one in the lane may be begun");
}

#[tokio::test]
async fn events_are_listed_and_read_and_what_they_hold_is_sealed() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let environment = "dev".parse().unwrap();
    let setup = NewEvent {
        function: Some("post-connection-setup".parse().unwrap()),
        operation: Some(Operation::Creation),
        ..new_event(EventKind::Setup, "acme", 1)
    };
    let setup = enqueue(&store, setup).await;
    let payload = json!({ "input": "hidden in the file" });
    let action = NewEvent { payload: payload.clone(), ..NewEvent::new(EventKind::Action, key("globex")) };
    let action = enqueue(&store, action).await;
    let claims = claim(store.queue()).await;
    let (run, result) = (RunId::generate(), json!({ "secret": "returned to the caller" }));
    let end = EventEnd::Done { run: Some(run), result: Some(result.clone()) };
    finish(&store, &claims[1], end).await.unwrap();

    let stored = store.event(&environment, action).await.unwrap().unwrap();
    assert_eq!((stored.payload, stored.result), (payload, Some(result)));
    assert_eq!((stored.summary.run_id, stored.summary.state), (Some(run), EventState::Done));
    assert!(stored.summary.finished_at.is_some() && stored.summary.leased_until.is_none());
    assert!(store.event(&"prod".parse().unwrap(), action).await.unwrap().is_none());
    let listed = async |change: fn(&mut EventFilter)| {
        let mut filter = EventFilter::of("dev".parse().unwrap());
        change(&mut filter);
        let events = store.events(&filter).await.unwrap();
        events.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(|_| {}).await, [action, setup]);
    assert_eq!(listed(|filter| filter.limit = 1).await, [action]);
    assert_eq!(listed(|filter| filter.state = Some(EventState::Waiting)).await, [setup]);
    assert_eq!(listed(|filter| filter.kind = Some(EventKind::Action)).await, [action]);
    assert_eq!(listed(|filter| filter.connection_id = Some("acme".parse().unwrap())).await, [setup]);
    assert_eq!(listed(|filter| filter.integration = Some("hubspot".parse().unwrap())).await, []);
    assert_eq!(store.waiting_by_connection(&environment).await.unwrap(), [(key("acme"), 1)]);
    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.waiting_events(&key("acme"), EventKind::Setup).await.unwrap(), 1);
    assert_eq!(transaction.waiting_events(&key("acme"), EventKind::Webhook).await.unwrap(), 0);
    drop(transaction);
    store.close().await;

    let file = scratch.content();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("post-connection-setup"), "the probe finds what is there");
    assert!(!holds("hidden in the file") && !holds("returned to the caller"));
    let raw = scratch.raw().await;
    let swap = "UPDATE events SET payload = (SELECT payload FROM events WHERE kind = 'setup')";
    sqlx::query(swap).execute(&raw).await.unwrap();
    let store = scratch.open().await;
    assert_eq!(store.event(&environment, action).await.unwrap_err().code(), "database_corrupt");
}

#[tokio::test]
async fn a_deletion_ends_what_is_left_to_be_done_but_for_webhooks() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    enqueue(&store, new_event(EventKind::Action, "acme", 1)).await;
    let running = claim(store.queue()).await.remove(0);
    for (number, kind) in [(2, EventKind::Setup), (3, EventKind::Action), (4, EventKind::Webhook)] {
        enqueue(&store, new_event(kind, "acme", number)).await;
    }
    enqueue(&store, new_event(EventKind::Setup, "globex", 5)).await;
    let mut transaction = store.begin().await.unwrap();
    transaction.delete_connection(&key("acme")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(numbers(&claim(store.queue()).await), [4, 5]);
    finish(&store, &running, done()).await.unwrap();
    let filter = EventFilter { state: Some(EventState::Failed), ..EventFilter::of("dev".parse().unwrap()) };
    let failed = store.events(&filter).await.unwrap();
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|event| event.error.as_ref().unwrap().contains("was deleted")));
}

#[tokio::test]
async fn a_setup_from_the_queue_is_an_operation_that_leaves_the_connection() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let error = store.begin_setup(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(error.code(), "unknown_connection");
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.establish_connection(&key("acme"), SetupFollows::Yes).await.unwrap();
    store.queue().enqueue(&mut last, new_event(EventKind::Setup, "acme", 1)).await.unwrap();
    guard.end(last).await.unwrap();
    let state = async || {
        let listed = store.connections(&"dev".parse().unwrap(), None).await.unwrap();
        let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
        assert_eq!(stored.unfinished_setup, listed[0].unfinished_setup);
        stored.unfinished_setup.map(|setup| setup.state)
    };
    assert_eq!(state().await, Some(SetupState::Waiting));
    let guard = store.begin_setup(&key("acme"), Duration::ZERO).await.unwrap();
    assert_eq!((guard.operation(), guard.facts().provider.as_str()), (Operation::Creation, "salesforce"));
    assert_eq!(state().await, Some(SetupState::Running));
    let busy = store.begin_setup(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(busy.code(), "operation_in_progress");
    // Abandoned, it leaves the connection and what is to be done.
    drop(guard);
    until(Some(SetupState::Waiting), &state).await;
    let claims = claim(store.queue()).await;
    let guard = store.begin_setup(&key("acme"), Duration::ZERO).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    store.queue().finish(&mut last, &claims[0], done()).await.unwrap();
    last.finish_setup(&key("acme")).await.unwrap();
    guard.end(last).await.unwrap();
    assert_eq!(state().await, None);
}

#[tokio::test]
async fn attempts_to_deliver_a_webhook_are_listed_in_their_order() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let environment = "dev".parse().unwrap();
    let event_id = enqueue(&store, new_event(EventKind::Webhook, "acme", 1)).await;
    let attempt = |attempt, status, error: Option<&str>| WebhookAttempt {
        event_id,
        attempt,
        url: "https://app.example.com/hook".into(),
        started_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
        duration: Duration::from_micros(1_234),
        status,
        error: error.map(str::to_owned),
    };
    let attempts = [attempt(1, None, Some("connection refused")), attempt(2, Some(503), None)];
    let mut transaction = store.begin().await.unwrap();
    for attempt in attempts.iter().rev() {
        transaction.insert_webhook_attempt(&environment, attempt).await.unwrap();
    }
    assert!(transaction.insert_webhook_attempt(&environment, &attempts[0]).await.is_err());
    drop(transaction);
    assert_eq!(store.webhook_attempts(&environment, event_id).await.unwrap(), []);
    let mut transaction = store.begin().await.unwrap();
    for attempt in attempts.iter().rev() {
        transaction.insert_webhook_attempt(&environment, attempt).await.unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(store.webhook_attempts(&environment, event_id).await.unwrap(), attempts);
    assert_eq!(NewEvent::new(EventKind::Webhook, key("acme")).payload, Value::Null);
}
