use onevent_contract::Event::{PreConnectionDeletion, ValidateConnection};
use onevent_contract::{Operation, Outcome, WarningCode};

use crate::script::Ending::{Hangs, HitsTheWallLimit, NoPlaceAtFirst, Refused, Returns, ThrowsActionError};
use crate::script::{Stage, key, names, new_connection, reconnection};

async fn connected() -> Stage {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    stage
}

#[tokio::test]
async fn cleanup_runs_while_the_connection_is_still_there() {
    let stage = connected().await;
    let (lifecycle, runner) =
        stage.replay(&[(PreConnectionDeletion, "cleanup", Returns), (ValidateConnection, "check", Returns)]);
    let report = lifecycle.delete(&key("acme")).await.unwrap();
    assert_eq!((report.operation, report.accepted), (Operation::Deletion, None));
    assert!(report.warnings.is_empty());
    assert_eq!(names(&runner), ["cleanup"]);
    let seen = runner.seen.lock().unwrap()[0].clone();
    assert_eq!((seen.listed, seen.token.as_deref()), (true, Some("tok-1")));
    assert!(stage.list().await.is_empty());
    assert_eq!(stage.stored_runs().await, [("cleanup".into(), Outcome::Succeeded)]);
}

#[tokio::test]
async fn failed_cleanup_is_shown_and_recorded_and_the_deletion_goes_on() {
    let stage = connected().await;
    let (lifecycle, runner) = stage.replay(&[
        (PreConnectionDeletion, "a", ThrowsActionError("provider down")),
        (PreConnectionDeletion, "b", Refused),
        (PreConnectionDeletion, "c", HitsTheWallLimit),
        (PreConnectionDeletion, "d", Returns),
    ]);
    let report = lifecycle.delete(&key("acme")).await.unwrap();
    assert_eq!(names(&runner), ["a", "b", "c", "d"]);
    assert_eq!(report.warnings.len(), 3);
    assert!(report.warnings.iter().all(|warning| warning.code == WarningCode::FunctionFailed));
    assert!(report.warnings[0].message.contains("provider down"));
    assert!(stage.list().await.is_empty());
    let outcomes = [("a", Outcome::Rejected), ("c", Outcome::Stopped), ("d", Outcome::Succeeded)];
    assert_eq!(stage.stored_runs().await, outcomes.map(|(name, outcome)| (name.into(), outcome)));
}

#[tokio::test]
async fn without_a_place_for_its_cleanup_nothing_is_deleted() {
    let stage = connected().await;
    let (lifecycle, _) = stage.replay(&[(PreConnectionDeletion, "cleanup", NoPlaceAtFirst(1))]);
    let error = lifecycle.delete(&key("acme")).await.unwrap_err();
    assert_eq!(error.code(), "queue_full");
    assert_eq!(stage.list().await.len(), 1);
    let report = lifecycle.delete(&key("acme")).await.unwrap();
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    assert!(stage.list().await.is_empty());
}

#[tokio::test]
async fn a_connection_with_an_auth_error_can_be_deleted() {
    let stage = connected().await;
    let (rejecting, _) = stage.replay(&[(ValidateConnection, "check", ThrowsActionError("other org"))]);
    rejecting.reconnect(&key("acme"), reconnection("tok-2")).await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(PreConnectionDeletion, "cleanup", Returns)]);
    lifecycle.delete(&key("acme")).await.unwrap();
    assert_eq!(runner.seen.lock().unwrap()[0].token.as_deref(), Some("tok-2"));
    assert!(stage.list().await.is_empty());
}

#[tokio::test]
async fn what_does_not_exist_cannot_be_deleted_and_runs_nothing() {
    let stage = Stage::set(&[(PreConnectionDeletion, "cleanup", Returns)]).await;
    assert_eq!(stage.lifecycle.delete(&key("acme")).await.unwrap_err().code(), "unknown_connection");
    assert!(stage.ran().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_deletions_at_once_one_runs_the_cleanup() {
    let stage = connected().await;
    let (lifecycle, runner) = stage.replay(&[(PreConnectionDeletion, "cleanup", Returns)]);
    let (one, two) = (lifecycle.clone(), lifecycle);
    let (one, two) = tokio::join!(
        tokio::spawn(async move { one.delete(&key("acme")).await }),
        tokio::spawn(async move { two.delete(&key("acme")).await }),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let lost = if one.is_ok() { two } else { one };
    assert_eq!(lost.unwrap_err().code(), "unknown_connection");
    assert_eq!(names(&runner), ["cleanup"]);
}

#[tokio::test]
async fn a_deletion_that_the_database_does_not_take_says_that_its_cleanup_has_run() {
    let stage = connected().await;
    let (lifecycle, runner) = stage.replay(&[(PreConnectionDeletion, "cleanup", Hangs)]);
    let store = stage.store.clone();
    let task = tokio::spawn(async move { lifecycle.delete(&key("acme")).await });
    runner.entered.notified().await;
    // The database goes away while the function runs.
    store.close().await;
    stage.interruption.cancel();
    let error = task.await.unwrap().unwrap_err();
    assert_eq!(error.code(), "operation_incomplete");
    assert!(error.to_string().contains("cleaned up, but not deleted"), "{error}");
}
