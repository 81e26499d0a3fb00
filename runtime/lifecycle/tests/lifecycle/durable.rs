//! Retries, dead letters, and what of a connection waits for them.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::Event::{PostConnectionCreation, PreConnectionDeletion, ValidateConnection};
use onevent_contract::{Event, Outcome, RunId};
use onevent_lifecycle::{
    CleanupFailure, Lifecycle, NewCredentials, Policies, ReplayOn, RetryPolicies, RetryPolicy, SetupBy,
    SetupFailure, replay_event, skip_event,
};
use onevent_store::{Actor, EventKind, EventState, Visibility};

use crate::queued::{App, events, settled, start};
use crate::script::Ending::{self, FailsFirst, HitsTheWallLimit, Returns, ThrowsActionError, Unknown};
use crate::script::{Stage, key, new_connection, reconnection, token_of};

/// Policies of a server whose retries a test can wait for.
fn policies(max: u32) -> Policies {
    let general =
        RetryPolicy { max, backoff: Duration::from_millis(20), max_backoff: Duration::from_millis(20) };
    Policies {
        setup_by: SetupBy::Workers,
        retries: RetryPolicies { general, ..RetryPolicies::default() },
        ..Policies::default()
    }
}

async fn stage(functions: &[(Event, &str, Ending)], policies: Policies) -> (Stage, Lifecycle) {
    let stage = Stage::set(functions).await;
    let lifecycle = stage.under(functions, policies);
    (stage, lifecycle)
}

#[tokio::test]
async fn the_head_keeps_its_place_through_its_retries() {
    let functions =
        [(PostConnectionCreation, "first", FailsFirst(2)), (PostConnectionCreation, "second", Returns)];
    let (stage, lifecycle) = stage(&functions, policies(5)).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let workers = start(&stage.store, lifecycle, &Arc::default());
    let ended = settled(&stage.store).await;
    assert_eq!(stage.ran(), ["first", "first", "first", "second"]);
    let ends: Vec<_> = ended.iter().map(|event| (event.state, event.attempt)).collect();
    assert_eq!(ends, [(EventState::Done, 3), (EventState::Done, 1)]);
    let run = RunId::parse(&ended[0].id.to_string()).unwrap();
    let attempts = stage.store.attempts(&"dev".parse().unwrap(), run).await.unwrap();
    let outcomes: Vec<_> = attempts.iter().map(|run| (run.summary.attempt, run.summary.outcome)).collect();
    assert_eq!(outcomes, [(1, Outcome::Failed), (2, Outcome::Failed), (3, Outcome::Succeeded)]);
    drop(workers);
}

#[tokio::test]
async fn what_fails_for_good_is_a_dead_letter_and_is_replayed() {
    for (ending, attempts) in
        [(ThrowsActionError("no"), 1), (FailsFirst(100), 3), (HitsTheWallLimit, 3), (Unknown, 3)]
    {
        let functions = [(PostConnectionCreation, "setup", ending.clone())];
        let (stage, lifecycle) = stage(&functions, policies(2)).await;
        lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
        let workers = start(&stage.store, lifecycle, &Arc::default());
        let dead = settled(&stage.store).await.remove(0);
        assert_eq!((dead.state, dead.attempt), (EventState::Dead, attempts), "{ending:?}");
        assert!(stage.connection("acme").await.unwrap().unfinished_setup.is_none(), "it can be used");
        drop(workers);

        let mended = [(PostConnectionCreation, "setup", FailsFirst(2))];
        let (_, runner) = stage.replay(&mended);
        let lifecycle = stage.under_runner(&mended, policies(2), &runner);
        let environment = "dev".parse().unwrap();
        replay_event(&stage.store, &environment, dead.id, ReplayOn::Current, Actor::Cli).await.unwrap();
        let workers = start(&stage.store, lifecycle, &Arc::default());
        let done = settled(&stage.store).await.remove(0);
        assert_eq!(
            (done.state, done.attempt, done.replayed_after),
            (EventState::Done, attempts + 3, Some(attempts)),
            "it has all its retries again"
        );
        assert!(runner.seen.lock().unwrap().iter().all(|seen| seen.is_replay));
        drop(workers);
    }
}

#[tokio::test]
async fn a_connection_that_waits_for_its_setup_is_there_when_that_is_done_or_skipped() {
    let functions = [(PostConnectionCreation, "setup", ThrowsActionError("no"))];
    let blocking = Policies { setup_failure: SetupFailure::Block, ..policies(2) };
    let (stage, lifecycle) = stage(&functions, blocking).await;
    let report = lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(report.accepted, Some(true));
    let workers = start(&stage.store, lifecycle.clone(), &Arc::default());
    let dead = settled(&stage.store).await.remove(0);
    assert_eq!(dead.state, EventState::Dead);
    assert!(stage.connection("acme").await.is_none());
    let environment = "dev".parse().unwrap();
    skip_event(&stage.store, Some(&lifecycle), &environment, dead.id, Actor::Cli).await.unwrap();
    assert!(stage.connection("acme").await.is_some());
    drop(workers);
}

#[tokio::test]
async fn a_quarantined_connection_is_cleaned_up_later_with_its_own_credentials() {
    let functions =
        [(PreConnectionDeletion, "hook", FailsFirst(2)), (PreConnectionDeletion, "list", Returns)];
    let (stage, lifecycle) =
        stage(&functions, Policies { cleanup_failure: CleanupFailure::Quarantine, ..policies(5) }).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let report = lifecycle.delete(&key("acme")).await.unwrap();
    assert!(report.warnings.iter().any(|warning| warning.message.contains("quarantine")));
    assert!(stage.connection("acme").await.is_none());
    let waiting = events(&stage.store).await;
    assert_eq!(waiting.len(), 1, "only what failed is tried again");
    assert_eq!((waiting[0].kind, waiting[0].attempt), (EventKind::Cleanup, 1));
    let workers = start(&stage.store, lifecycle, &Arc::default());
    assert_eq!(settled(&stage.store).await[0].state, EventState::Done);
    assert_eq!(stage.ran(), ["hook", "list", "hook", "hook"]);
    let seen = stage.runner.seen.lock().unwrap().clone();
    assert!(seen.iter().all(|seen| seen.token.as_deref() == Some("tok-1")));
    assert!(seen.iter().skip(2).all(|seen| !seen.listed));
    let left = stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap();
    assert!(left.is_none(), "it is gone for good");
    drop(workers);
}

#[tokio::test]
async fn a_quarantine_that_a_person_ends_deletes_the_connection() {
    let functions = [(PreConnectionDeletion, "hook", ThrowsActionError("no"))];
    let (stage, lifecycle) =
        stage(&functions, Policies { cleanup_failure: CleanupFailure::Quarantine, ..policies(5) }).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    lifecycle.delete(&key("acme")).await.unwrap();
    let dead = events(&stage.store).await.remove(0);
    assert_eq!(dead.state, EventState::Dead, "what a function says itself is final");
    let environment = "dev".parse().unwrap();
    let held = stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap();
    assert!(held.unwrap().quarantined_until.is_some());
    skip_event(&stage.store, Some(&lifecycle), &environment, dead.id, Actor::Cli).await.unwrap();
    assert!(stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
}

#[tokio::test]
async fn staged_credentials_replace_the_old_ones_only_once_they_are_accepted() {
    let rejecting = [(ValidateConnection, "check", ThrowsActionError("no"))];
    for (new_credentials, token, is_marked) in
        [(NewCredentials::Staged, "tok-1", false), (NewCredentials::Replace, "tok-2", true)]
    {
        let stage = Stage::set(&[]).await;
        stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
        let (_, runner) = stage.replay(&rejecting);
        let lifecycle = stage.under_runner(&rejecting, Policies { new_credentials, ..policies(0) }, &runner);
        let report = lifecycle.reconnect(&key("acme"), reconnection("tok-2")).await.unwrap();
        assert_eq!((report.accepted, report.message.as_deref()), (Some(false), Some("no")));
        assert_eq!(
            runner.seen.lock().unwrap()[0].token.as_deref(),
            Some("tok-2"),
            "the new ones were checked"
        );
        let stored = stage.connection("acme").await.unwrap();
        assert_eq!((token_of(&stored).as_str(), stored.auth_error.is_some()), (token, is_marked));
    }
}

#[tokio::test]
async fn the_app_is_told_of_a_setup_once() {
    let functions = [(PostConnectionCreation, "setup", ThrowsActionError("no"))];
    let webhooks = onevent_lifecycle::Webhooks {
        has_url: true,
        creation: onevent_lifecycle::CreationWebhook::AfterSetup,
        deletion: true,
        refresh_error: true,
        auth_mode: "OAUTH2".into(),
    };
    let (stage, lifecycle) = stage(&functions, Policies { webhooks: Some(webhooks), ..policies(0) }).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let app = Arc::new(App::default());
    let workers = start(&stage.store, lifecycle.clone(), &app);
    let dead = settled(&stage.store).await.remove(0);
    let environment = "dev".parse().unwrap();
    replay_event(&stage.store, &environment, dead.id, ReplayOn::Original, Actor::Cli).await.unwrap();
    settled(&stage.store).await;
    skip_event(&stage.store, Some(&lifecycle), &environment, dead.id, Actor::Cli).await.unwrap();
    settled(&stage.store).await;
    assert_eq!(app.got.lock().unwrap().len(), 1);
    drop(workers);
}

#[tokio::test]
async fn a_quarantine_whose_time_is_over_deletes_the_connection() {
    let functions = [(PreConnectionDeletion, "hook", ThrowsActionError("no"))];
    let policies =
        Policies { cleanup_failure: CleanupFailure::Quarantine, quarantine: Duration::ZERO, ..policies(5) };
    let (stage, lifecycle) = stage(&functions, policies).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    lifecycle.delete(&key("acme")).await.unwrap();
    let workers = start(&stage.store, lifecycle, &Arc::default());
    let held = async || stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap();
    for _ in 0..600 {
        if held().await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(held().await.is_none());
    assert_eq!(events(&stage.store).await[0].state, EventState::Failed, "nobody can clean it up any more");
    drop(workers);
}
