//! Operations whose caller goes away.

use onevent_contract::Event::{PostConnectionCreation, PreConnectionDeletion, ValidateConnection};
use onevent_contract::Outcome;
use onevent_lifecycle::{InterruptedIn, LifecycleError, OperationReport};
use onevent_store::{SetupState, Visibility};

use crate::script::Ending::{Hangs, HangsForGood, Returns, ThrowsActionError};
use crate::script::{Stage, key, new_connection, reconnection, token_of};

#[tokio::test]
async fn a_creation_that_is_dropped_while_it_validates_never_happened() {
    let stage = Stage::set(&[(ValidateConnection, "check", Hangs)]).await;
    let lifecycle = stage.lifecycle.clone();
    let task = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    stage.runner.entered.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(stage.connection("acme").await.is_none());
    assert!(stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
}

#[tokio::test]
async fn a_creation_that_is_dropped_in_its_setup_stays_accepted_and_is_free_for_the_next_operation() {
    let stage =
        Stage::set(&[(ValidateConnection, "check", Returns), (PostConnectionCreation, "setup", Hangs)]).await;
    let lifecycle = stage.lifecycle.clone();
    let task = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    while stage.ran().len() < 2 {
        stage.runner.entered.notified().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(stage.connection("acme").await.is_some());
    let (lifecycle, _) = stage.replay(&[]);
    lifecycle.delete(&key("acme")).await.unwrap();
}

#[tokio::test]
async fn a_reconnect_that_is_dropped_leaves_the_old_credentials() {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-old")).await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(ValidateConnection, "check", Hangs)]);
    let task = tokio::spawn(async move { lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await });
    runner.entered.notified().await;
    let own = stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap();
    assert_eq!(token_of(&own.unwrap()), "tok-new");
    assert_eq!(token_of(&stage.connection("acme").await.unwrap()), "tok-old");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(token_of(&stage.connection("acme").await.unwrap()), "tok-old");
}

#[tokio::test]
async fn a_deletion_that_is_dropped_in_its_cleanup_leaves_the_connection() {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(PreConnectionDeletion, "cleanup", Hangs)]);
    let task = tokio::spawn(async move { lifecycle.delete(&key("acme")).await });
    runner.entered.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(stage.connection("acme").await.is_some());
    stage.lifecycle.delete(&key("acme")).await.unwrap();
}

/// The code of the error, what it says, and the runs that are stored.
async fn interrupt(
    stage: &Stage,
    runs_before: usize,
    operation: impl Future<Output = Result<OperationReport, LifecycleError>> + Send + 'static,
) -> (LifecycleError, Vec<(String, Outcome)>) {
    let task = tokio::spawn(operation);
    while stage.ran().len() <= runs_before {
        stage.runner.entered.notified().await;
    }
    stage.interruption.cancel();
    let error = task.await.unwrap().unwrap_err();
    assert_eq!(error.code(), "interrupted");
    (error, stage.stored_runs().await)
}

fn stopped(name: &str) -> (String, Outcome) {
    (name.to_owned(), Outcome::Stopped)
}

#[tokio::test]
async fn an_interrupted_validation_creates_nothing_and_its_run_is_kept() {
    let stage =
        Stage::set(&[(ValidateConnection, "check", Hangs), (ValidateConnection, "never", Returns)]).await;
    let lifecycle = stage.lifecycle.clone();
    let creation = async move { lifecycle.create(new_connection("acme", "tok-1")).await };
    let (error, runs) = interrupt(&stage, 0, creation).await;
    assert!(matches!(error, LifecycleError::Interrupted { during: InterruptedIn::Creation, .. }), "{error}");
    assert_eq!(runs, [stopped("check")]);
    assert!(stage.store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
}

#[tokio::test]
async fn an_interrupted_setup_leaves_a_connection_that_says_so() {
    let setup = [
        (ValidateConnection, "check", Returns),
        (PostConnectionCreation, "setup", Hangs),
        (PostConnectionCreation, "never", Returns),
    ];
    let stage = Stage::set(&setup).await;
    let lifecycle = stage.lifecycle.clone();
    let creation = async move { lifecycle.create(new_connection("acme", "tok-1")).await };
    let (error, runs) = interrupt(&stage, 1, creation).await;
    assert!(matches!(error, LifecycleError::Interrupted { during: InterruptedIn::Setup, .. }), "{error}");
    assert!(error.to_string().contains("was created"), "{error}");
    assert_eq!(runs, [("check".to_owned(), Outcome::Succeeded), stopped("setup")]);
    let setup = stage.connection("acme").await.unwrap().unfinished_setup.unwrap();
    assert_eq!(setup.state, SetupState::Waiting, "a server can go on with it");
    assert_eq!(stage.list().await[0].unfinished_setup, Some(setup));
    // It is free for the next operation.
    stage.store.begin_deletion(&key("acme"), std::time::Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn a_setup_is_unfinished_while_it_runs_and_no_longer() {
    let setup = [(ValidateConnection, "check", Returns), (PostConnectionCreation, "setup", Hangs)];
    let stage = Stage::set(&setup).await;
    let lifecycle = stage.lifecycle.clone();
    let task = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    while stage.ran().len() < 2 {
        stage.runner.entered.notified().await;
    }
    let setup = async || stage.connection("acme").await.unwrap().unfinished_setup.unwrap().state;
    assert_eq!(setup().await, SetupState::Running);
    // Nobody ends the operation, as in a process that is killed.
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(setup().await, SetupState::Waiting, "a server can go on with it");
    let (lifecycle, _) = stage.replay(&[(PostConnectionCreation, "setup", Returns)]);
    lifecycle.create(new_connection("globex", "tok-1")).await.unwrap();
    assert_eq!(stage.connection("globex").await.unwrap().unfinished_setup, None);
    let (failing, _) = stage.replay(&[(PostConnectionCreation, "setup", ThrowsActionError("no"))]);
    failing.create(new_connection("initech", "tok-1")).await.unwrap();
    assert_eq!(stage.connection("initech").await.unwrap().unfinished_setup, None, "it has run to its end");
}

#[tokio::test]
async fn an_interrupted_reconnect_leaves_the_connection_and_keeps_its_run() {
    let stage =
        Stage::set(&[(ValidateConnection, "check", Hangs), (PreConnectionDeletion, "cleanup", Hangs)]).await;
    let (working, _) = stage.replay(&[]);
    working.create(new_connection("acme", "tok-old")).await.unwrap();
    let lifecycle = stage.lifecycle.clone();
    let reconnect = async move { lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await };
    let (error, runs) = interrupt(&stage, 0, reconnect).await;
    assert!(matches!(error, LifecycleError::Interrupted { during: InterruptedIn::Reconnect, .. }), "{error}");
    assert_eq!(runs, [stopped("check")]);
    assert_eq!(token_of(&stage.connection("acme").await.unwrap()), "tok-old");
    // Asked to stop before anything runs: nothing runs.
    let error = stage.lifecycle.delete(&key("acme")).await.unwrap_err();
    assert!(matches!(error, LifecycleError::Interrupted { during: InterruptedIn::Waiting, .. }), "{error}");
    assert_eq!(stage.ran(), ["check"]);
    assert!(stage.connection("acme").await.is_some());
}

#[tokio::test]
async fn an_interrupted_cleanup_keeps_the_connection_and_its_run() {
    let stage = Stage::set(&[(PreConnectionDeletion, "cleanup", Hangs)]).await;
    let (working, _) = stage.replay(&[]);
    working.create(new_connection("acme", "tok-1")).await.unwrap();
    let lifecycle = stage.lifecycle.clone();
    let deletion = async move { lifecycle.delete(&key("acme")).await };
    let (error, runs) = interrupt(&stage, 0, deletion).await;
    assert!(matches!(error, LifecycleError::Interrupted { during: InterruptedIn::Cleanup, .. }), "{error}");
    assert_eq!(runs, [stopped("cleanup")]);
    assert!(stage.connection("acme").await.is_some());
}

#[tokio::test]
async fn whoever_waits_for_another_operation_stops_waiting() {
    let stage = Stage::set(&[(ValidateConnection, "check", HangsForGood)]).await;
    let lifecycle = stage.lifecycle.clone();
    let running = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    stage.runner.entered.notified().await;
    let lifecycle = stage.lifecycle.clone();
    let waiting = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-2")).await });
    tokio::task::yield_now().await;
    stage.interruption.cancel();
    let error = waiting.await.unwrap().unwrap_err();
    assert!(matches!(error, LifecycleError::Interrupted { during: InterruptedIn::Waiting, .. }), "{error}");
    assert!(running.await.unwrap().is_err());
}

#[tokio::test]
async fn a_run_that_does_not_react_is_given_up_and_nobody_knows_what_it_did() {
    let stage = Stage::set(&[(ValidateConnection, "check", HangsForGood)]).await;
    let lifecycle = stage.lifecycle.clone();
    let creation = async move { lifecycle.create(new_connection("acme", "tok-1")).await };
    let (_, runs) = interrupt(&stage, 0, creation).await;
    assert_eq!(runs, [("check".to_owned(), Outcome::Unknown)]);
    assert!(stage.connection("acme").await.is_none());
}
