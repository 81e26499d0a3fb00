//! Events that failed for good: replayed, skipped, audited; and what of a connection waits for them.

use std::time::Duration;

use onevent_contract::{Outcome, RunId};
use onevent_store::{
    Actor, AuditAction, AuditFilter, Claim, DeploymentId, EventEnd, EventId, EventKind, EventState,
    EventSummary, FirstAttempt, NewEvent, OPERATION_WAIT, SettledCleanup, SettledSetup, SetupFollows, Shares,
    Store, Then, Visibility,
};
use serde_json::json;

use crate::support::{Scratch, establish, key, new_connection, object, report};

const LEASE: Duration = Duration::from_secs(30);

async fn enqueue(store: &Store, kind: EventKind) -> EventId {
    let mut transaction = store.begin().await.unwrap();
    let new = NewEvent::new(kind, key("acme"));
    let id = store.queue().enqueue(&mut transaction, new).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

async fn claim(store: &Store) -> Vec<Claim> {
    store.queue().claim(EventKind::ALL, 100, LEASE, Shares::UNBOUNDED).await.unwrap()
}

async fn die(store: &Store, claim: &Claim) {
    let mut transaction = store.begin().await.unwrap();
    let end = EventEnd::Dead { run: None, error: "the function has a bug".into() };
    store.queue().finish(&mut transaction, claim, end).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn succeed(store: &Store, claim: &Claim) {
    let mut transaction = store.begin().await.unwrap();
    store.queue().finish(&mut transaction, claim, EventEnd::Done { run: None, result: None }).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn replay(store: &Store, id: EventId, deployment: Option<DeploymentId>) -> Result<(), String> {
    let mut transaction = store.begin().await.unwrap();
    let replayed = store.queue().replay(&mut transaction, &"dev".parse().unwrap(), id, deployment).await;
    replayed.map_err(|error| error.code().to_owned())?;
    transaction.commit().await.unwrap();
    Ok(())
}

async fn skip(store: &Store, id: EventId) -> Result<(), String> {
    let mut transaction = store.begin().await.unwrap();
    let skipped = store.queue().skip(&mut transaction, &"dev".parse().unwrap(), id).await;
    skipped.map_err(|error| error.code().to_owned())?;
    transaction.commit().await.unwrap();
    Ok(())
}

async fn summary(store: &Store, id: EventId) -> EventSummary {
    store.event(&"dev".parse().unwrap(), id).await.unwrap().unwrap().summary
}

#[tokio::test]
async fn a_dead_letter_keeps_nobody_back_and_is_replayed_at_its_old_place() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (first, second) = (enqueue(&store, EventKind::Setup).await, enqueue(&store, EventKind::Setup).await);
    let claims = claim(&store).await;
    assert_eq!(claims.iter().map(Claim::id).collect::<Vec<_>>(), [first]);
    assert_eq!(replay(&store, first, None).await.unwrap_err(), "event_not_replayable", "somebody is at it");
    die(&store, &claims[0]).await;
    let dead = summary(&store, first).await;
    assert_eq!((dead.state, dead.attempt, dead.replayed_after), (EventState::Dead, 1, None));
    assert_eq!(dead.error.as_deref(), Some("the function has a bug"));
    let deployment = DeploymentId::parse("019f0000-0000-7000-8000-000000000001");
    replay(&store, first, deployment).await.unwrap();
    assert_eq!(replay(&store, first, None).await.unwrap_err(), "event_not_replayable", "it waits already");
    let claims = claim(&store).await;
    assert_eq!(claims.iter().map(Claim::id).collect::<Vec<_>>(), [first], "it is before the other one again");
    assert_eq!((claims[0].attempt(), claims[0].attempt_since_replay()), (2, 1));
    assert_eq!(claims[0].event.summary.replayed_after, Some(1));
    assert_eq!(claims[0].event.summary.deployment, deployment);
    succeed(&store, &claims[0]).await;
    assert_eq!(replay(&store, first, None).await.unwrap_err(), "event_not_replayable", "it was done");
    assert_eq!(claim(&store).await[0].id(), second);
}

#[tokio::test]
async fn what_is_skipped_is_not_done_unless_it_is_replayed() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (first, second) = (enqueue(&store, EventKind::Setup).await, enqueue(&store, EventKind::Setup).await);
    let held = claim(&store).await;
    assert_eq!(skip(&store, first).await.unwrap_err(), "event_not_skippable", "somebody is at it");
    die(&store, &held[0]).await;
    skip(&store, first).await.unwrap();
    skip(&store, second).await.unwrap();
    assert_eq!(skip(&store, first).await.unwrap_err(), "event_not_skippable");
    let states = [summary(&store, first).await.state, summary(&store, second).await.state];
    assert_eq!(states, [EventState::Skipped; 2]);
    assert!(claim(&store).await.is_empty());
    replay(&store, first, None).await.unwrap();
    assert_eq!(claim(&store).await.len(), 1);
    let nowhere = EventId::parse("019f0000-0000-7000-8000-000000000009").unwrap();
    assert_eq!(skip(&store, nowhere).await.unwrap_err(), "event_not_skippable");
}

#[tokio::test]
async fn an_event_that_was_begun_elsewhere_has_the_id_of_its_run() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (retried, dead) = (RunId::generate(), RunId::generate());
    let mut transaction = store.begin().await.unwrap();
    for (run, then) in [(retried, Then::Retry(Duration::ZERO)), (dead, Then::Dead)] {
        let mut report = report(&key("acme"), "clean-up", Outcome::Failed);
        report.run_id = run;
        transaction.insert_run(&report).await.unwrap();
        let first = FirstAttempt { run, error: "down".into(), then };
        let new = NewEvent::new(EventKind::Cleanup, key("acme"));
        let id = store.queue().enqueue_begun(&mut transaction, new, first).await.unwrap();
        assert_eq!(id.to_string(), run.to_string());
    }
    transaction.commit().await.unwrap();
    let claims = claim(&store).await;
    assert_eq!((claims.len(), claims[0].attempt()), (1, 2));
    assert_eq!(claims[0].id().to_string(), retried.to_string());
    let dead_letter = summary(&store, EventId::parse(&dead.to_string()).unwrap()).await;
    assert_eq!((dead_letter.state, dead_letter.run_id), (EventState::Dead, Some(dead)));
    let attempts = store.attempts(&"dev".parse().unwrap(), dead).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].summary.run_id), (1, dead));
    assert!(store.attempts(&"prod".parse().unwrap(), dead).await.unwrap().is_empty());
}

#[tokio::test]
async fn acts_are_kept_with_who_did_them() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let environment = "dev".parse().unwrap();
    let id = enqueue(&store, EventKind::Setup).await;
    let detail = object(json!({ "on": "current" }));
    for act in [AuditAction::EventSkipped, AuditAction::EventReplayed] {
        let mut transaction = store.begin().await.unwrap();
        transaction.note_act(&environment, Actor::Cli, act, id.to_string(), &detail).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let acts = store.audit(&AuditFilter::of("dev".parse().unwrap())).await.unwrap();
    let actions: Vec<_> = acts.iter().map(|act| act.action).collect();
    assert_eq!(actions, [AuditAction::EventReplayed, AuditAction::EventSkipped]);
    assert_eq!((acts[0].actor, &acts[0].subject, &acts[0].detail), (Actor::Cli, &id.to_string(), &detail));
    let others = AuditFilter { subject: Some("another".into()), ..AuditFilter::of(environment) };
    assert!(store.audit(&others).await.unwrap().is_empty());
    assert!(store.audit(&AuditFilter::of("prod".parse().unwrap())).await.unwrap().is_empty());
}

async fn accept(store: &Store, follows: SetupFollows) -> EventId {
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.establish_connection(guard.key(), follows).await.unwrap();
    let new = NewEvent::new(EventKind::Setup, guard.key().clone());
    let id = store.queue().enqueue(&mut last, new).await.unwrap();
    guard.end(last).await.unwrap();
    id
}

async fn settle_setup(store: &Store) -> SettledSetup {
    let mut transaction = store.begin().await.unwrap();
    let settled = transaction.settle_setup(&key("acme")).await.unwrap();
    transaction.commit().await.unwrap();
    settled
}

async fn is_visible(store: &Store) -> bool {
    store.connection(&key("acme"), Visibility::Established).await.unwrap().is_some()
}

#[tokio::test]
async fn a_connection_that_waits_for_its_setup_is_there_once_no_dead_letter_is_left() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let id = accept(&store, SetupFollows::Blocking).await;
    assert!(!is_visible(&store).await);
    assert_eq!(settle_setup(&store).await, SettledSetup::Unfinished);
    let claims = claim(&store).await;
    // An abandoned setup does not take the connection with it.
    drop(store.begin_setup(&key("acme"), Duration::ZERO).await.unwrap());
    store.recover().await.unwrap();
    die(&store, &claims[0]).await;
    assert_eq!(settle_setup(&store).await, SettledSetup::Unfinished);
    assert!(store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_some());
    let again = store.begin_creation(new_connection("acme", "tok-2"), OPERATION_WAIT).await.unwrap_err();
    assert_eq!(again.code(), "connection_exists");
    skip(&store, id).await.unwrap();
    assert_eq!(settle_setup(&store).await, SettledSetup::Finished);
    assert!(is_visible(&store).await);
    assert_eq!(settle_setup(&store).await, SettledSetup::NothingToEnd);
}

#[tokio::test]
async fn a_connection_that_does_not_wait_for_its_setup_is_there_at_once() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    accept(&store, SetupFollows::Yes).await;
    assert!(is_visible(&store).await);
    die(&store, &claim(&store).await[0]).await;
    assert_eq!(settle_setup(&store).await, SettledSetup::Finished);
}

#[tokio::test]
async fn a_connection_that_waits_for_its_setup_can_be_deleted() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let id = accept(&store, SetupFollows::Blocking).await;
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.delete_connection(&key("acme")).await.unwrap();
    guard.end(last).await.unwrap();
    assert_eq!(summary(&store, id).await.state, EventState::Failed);
    establish(&store, new_connection("acme", "tok-2")).await.unwrap();
}

#[tokio::test]
async fn a_quarantined_connection_is_gone_but_for_its_cleanup() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let error = store.begin_cleanup(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(error.code(), "unknown_connection", "it was not deleted");
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    let until = "2100-01-01T00:00:00Z".parse().unwrap();
    last.quarantine_connection(&key("acme"), until).await.unwrap();
    let new = NewEvent::new(EventKind::Cleanup, key("acme"));
    let id = store.queue().enqueue(&mut last, new).await.unwrap();
    guard.end(last).await.unwrap();

    assert!(!is_visible(&store).await);
    assert!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().is_empty());
    let hidden = store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().unwrap();
    assert_eq!(hidden.quarantined_until, Some(until));
    let refused = store.begin_deletion(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(refused.code(), "unknown_connection");
    let refused = store.begin_creation(new_connection("acme", "tok-2"), Duration::ZERO).await.unwrap_err();
    assert_eq!(refused.code(), "connection_quarantined");
    assert!(store.quarantines_over(10).await.unwrap().is_empty());

    let claims = claim(&store).await;
    assert_eq!(claims[0].id(), id);
    let guard = store.begin_cleanup(&key("acme"), Duration::ZERO).await.unwrap();
    drop(guard);
    store.recover().await.unwrap();
    let guard = store.begin_cleanup(&key("acme"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    assert_eq!(last.settle_cleanup(&key("acme")).await.unwrap(), SettledCleanup::Unfinished);
    store.queue().finish(&mut last, &claims[0], EventEnd::Done { run: None, result: None }).await.unwrap();
    assert_eq!(last.settle_cleanup(&key("acme")).await.unwrap(), SettledCleanup::Deleted);
    guard.end(last).await.unwrap();
    assert!(store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
    establish(&store, new_connection("acme", "tok-2")).await.unwrap();
}

#[tokio::test]
async fn a_quarantine_comes_to_its_end() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    let until = "2020-01-01T00:00:00Z".parse().unwrap();
    transaction.quarantine_connection(&key("acme"), until).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.quarantines_over(10).await.unwrap(), [key("acme")]);
}
