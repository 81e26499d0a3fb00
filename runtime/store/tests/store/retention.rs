//! What is old is removed, in steps, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{Clock as _, Outcome};
use onevent_store::{
    Actor, AuditAction, AuditFilter, EventEnd, EventFilter, EventKind, Forgotten, NewEvent, RETENTION_STEP,
    RunFilter, Shares, Store, StoreOptions, WebhookAttempt,
};

use crate::support::{HeldClock, Scratch, key, object, report};

const LEASE: Duration = Duration::from_secs(30);

/// A run, an ended event, an attempt to deliver a webhook and an act, all of now.
async fn fill(store: &Store, now: Timestamp) {
    let environment = "dev".parse().unwrap();
    let mut transaction = store.begin().await.unwrap();
    let mut run = report(&key("acme"), "check", Outcome::Succeeded);
    run.started_at = now;
    transaction.insert_run(&run).await.unwrap();
    let new = NewEvent::new(EventKind::Webhook, key("acme"));
    let claim = store.queue().enqueue_claimed(&mut transaction, new, LEASE).await.unwrap();
    let attempt = WebhookAttempt {
        event_id: claim.id(),
        attempt: 1,
        url: "https://app.example.com".into(),
        started_at: now,
        duration: Duration::ZERO,
        status: Some(200),
        error: None,
    };
    transaction.insert_webhook_attempt(&environment, &attempt).await.unwrap();
    store.queue().finish(&mut transaction, &claim, EventEnd::Done { run: None, result: None }).await.unwrap();
    let (actor, act) = (Actor::Cli, AuditAction::EventSkipped);
    transaction
        .note_act(&environment, actor, act, claim.id().to_string(), &object(serde_json::json!({})))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

async fn left(store: &Store) -> [usize; 3] {
    let environment: onevent_contract::EnvironmentName = "dev".parse().unwrap();
    let runs = store.runs(&RunFilter { limit: 10_000, ..RunFilter::of(environment.clone()) }).await.unwrap();
    let filter = EventFilter { limit: 10_000, ..EventFilter::of(environment.clone()) };
    let events = store.events(&filter).await.unwrap();
    let acts = store.audit(&AuditFilter { limit: 10_000, ..AuditFilter::of(environment) }).await.unwrap();
    [runs.len(), events.len(), acts.len()]
}

#[tokio::test]
async fn what_is_old_goes_in_steps_and_what_is_young_or_waits_stays() {
    let scratch = Scratch::new();
    let clock = HeldClock::new();
    let options = StoreOptions { clock: Arc::<HeldClock>::clone(&clock), ..scratch.options() };
    let store = Store::open(options).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    let waits = NewEvent::new(EventKind::Setup, key("acme"));
    store.queue().enqueue(&mut transaction, waits).await.unwrap();
    transaction.commit().await.unwrap();
    let old = RETENTION_STEP as usize + 1;
    for _ in 0..old {
        fill(&store, clock.now()).await;
    }
    clock.advance(Duration::from_secs(60));
    let boundary = clock.now();
    fill(&store, clock.now()).await;
    assert_eq!(left(&store).await, [old + 1, old + 2, old + 1]);
    let step = u64::from(RETENTION_STEP);
    let forgotten = store.forget_before(boundary).await.unwrap();
    let each =
        |count| Forgotten { runs: count, events: count, webhook_attempts: count, audit_entries: count };
    assert_eq!(forgotten, each(step));
    assert!(forgotten.may_be_more());
    let forgotten = store.forget_before(boundary).await.unwrap();
    assert_eq!(forgotten, each(1));
    assert!(!forgotten.may_be_more());
    assert_eq!(left(&store).await, [1, 2, 1]);
    assert_eq!(store.forget_before(boundary).await.unwrap(), Forgotten::default());
    // What waits is still there to be done.
    let claims = store.queue().claim(EventKind::ALL, 10, LEASE, Shares::UNBOUNDED).await.unwrap();
    assert_eq!(claims.len(), 1);
}
