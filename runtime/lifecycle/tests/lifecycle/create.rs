use onevent_contract::Event::{PostConnectionCreation, PreConnectionDeletion, ValidateConnection};
use onevent_contract::{DEFAULT_REJECTION, Operation, Outcome, WarningCode};
use onevent_lifecycle::LifecycleError;
use serde_json::json;

use crate::script::Ending::{
    HitsTheWallLimit, HttpError, NoPlaceAtFirst, Refused, Returns, ThrowsActionError, Unknown,
};
use crate::script::{Stage, key, names, new_connection, reconnection};

#[tokio::test]
async fn an_accepted_connection_is_validated_then_shown_then_set_up() {
    let stage = Stage::set(&[
        (PostConnectionCreation, "setup-b", Returns),
        (ValidateConnection, "check-b", Returns),
        (PreConnectionDeletion, "cleanup", Returns),
        (ValidateConnection, "check-a", Returns),
        (PostConnectionCreation, "setup-a", Returns),
    ])
    .await;
    let report = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(report.accepted, Some(true));
    assert_eq!((report.message, report.warnings), (None, vec![]));
    assert_eq!(stage.ran(), ["check-b", "check-a", "setup-b", "setup-a"]);
    let seen = stage.runner.seen.lock().unwrap().clone();
    let listed: Vec<_> = seen.iter().map(|seen| seen.listed).collect();
    assert_eq!(listed, [false, false, true, true]);
    for seen in &seen {
        assert_eq!(seen.operation, Operation::Creation);
        assert_eq!(seen.token.as_deref(), Some("tok-1"));
        assert_eq!(seen.provider, "salesforce");
    }
    assert!(stage.connection("acme").await.is_some());
    let expected = ["check-b", "check-a", "setup-b", "setup-a"].map(|name| (name.into(), Outcome::Succeeded));
    assert_eq!(stage.stored_runs().await, expected);
}

#[tokio::test]
async fn the_first_that_does_not_accept_ends_it_and_nothing_stays_but_its_runs() {
    let stage = Stage::set(&[
        (ValidateConnection, "first", Returns),
        (ValidateConnection, "second", ThrowsActionError("no scope")),
        (ValidateConnection, "third", Returns),
        (PostConnectionCreation, "setup", Returns),
    ])
    .await;
    let report = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(report.accepted, Some(false));
    assert_eq!(report.message.as_deref(), Some("no scope"));
    assert_eq!(report.runs.len(), 2);
    assert_eq!(stage.ran(), ["first", "second"]);
    assert!(stage.list().await.is_empty());
    let expected = [("first".into(), Outcome::Succeeded), ("second".into(), Outcome::Rejected)];
    assert_eq!(stage.stored_runs().await, expected);
    // It is gone for good: the same id can be created again.
    let (lifecycle, _) = stage.replay(&[]);
    assert_eq!(lifecycle.create(new_connection("acme", "tok-2")).await.unwrap().accepted, Some(true));
}

#[tokio::test]
async fn whatever_is_thrown_rejects_with_the_message_that_nango_shows() {
    let endings = [
        (HttpError(json!({"message": "bad token"})), "bad token"),
        (HttpError(json!({"error": "Not found"})), "Not found"),
        (HttpError(json!({"error": {"deep": "x"}})), DEFAULT_REJECTION),
        (HitsTheWallLimit, DEFAULT_REJECTION),
    ];
    for (ending, message) in endings {
        let stage = Stage::set(&[(ValidateConnection, "check", ending)]).await;
        let report = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
        assert_eq!((report.accepted, report.message.as_deref()), (Some(false), Some(message)));
        assert!(stage.list().await.is_empty());
    }
}

#[tokio::test]
async fn without_functions_a_connection_is_accepted() {
    let stage = Stage::set(&[]).await;
    let report = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!((report.accepted, report.runs.len()), (Some(true), 0));
    let warned: Vec<_> = report.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(warned, [WarningCode::NothingChecked]);
    let again = stage.lifecycle.reconnect(&key("acme"), reconnection("tok-2")).await.unwrap();
    assert_eq!(again.warnings[0].code, WarningCode::NothingChecked);
    assert_eq!(stage.list().await.len(), 1);
}

#[tokio::test]
async fn setup_functions_all_run_and_a_failed_one_is_a_warning() {
    let stage = Stage::set(&[
        (PostConnectionCreation, "a", ThrowsActionError("no quota")),
        (PostConnectionCreation, "b", Refused),
        (PostConnectionCreation, "c", Unknown),
        (PostConnectionCreation, "d", Returns),
    ])
    .await;
    let report = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(report.accepted, Some(true));
    assert_eq!(stage.ran(), ["a", "b", "c", "d"]);
    assert!(stage.connection("acme").await.is_some());
    // The first one says that nothing validated.
    assert_eq!(report.warnings.len(), 4);
    let failed = report.warnings.iter().skip(1);
    for (warning, part) in failed.zip(["no quota", "not started", "the disk is full"]) {
        assert_eq!(warning.code, WarningCode::FunctionFailed);
        assert!(warning.message.contains(part), "{}", warning.message);
    }
    // What was refused never ran, so there is nothing to store of it.
    let stored: Vec<_> = stage.stored_runs().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(stored, ["a", "c", "d"]);
}

#[tokio::test]
async fn where_onevent_fails_there_is_no_verdict_and_no_connection() {
    for (ending, code, runs) in [(Unknown, "host_failure", 2), (Refused, "host_failure", 1)] {
        let functions = [
            (ValidateConnection, "first", Returns),
            (ValidateConnection, "second", ending),
            (PostConnectionCreation, "setup", Returns),
        ];
        let stage = Stage::set(&functions).await;
        let error = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap_err();
        assert_eq!(error.code(), code);
        let LifecycleError::NoVerdict { function, runs: reported, .. } = error else { panic!("{error}") };
        assert_eq!(function.to_string(), "salesforce/second");
        assert_eq!(reported.len(), runs);
        assert_eq!(stage.stored_runs().await.len(), runs);
        assert_eq!(stage.ran(), ["first", "second"]);
        assert!(stage.list().await.is_empty());
        let (lifecycle, _) = stage.replay(&[]);
        lifecycle.create(new_connection("acme", "tok-2")).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_place_for_its_validation_nothing_is_created_and_the_same_may_be_tried_again() {
    let functions =
        [(ValidateConnection, "first", Returns), (ValidateConnection, "second", NoPlaceAtFirst(1))];
    let stage = Stage::set(&functions).await;
    let error = stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap_err();
    assert_eq!(error.code(), "queue_full");
    let LifecycleError::NoPlace { function, runs, .. } = error else { panic!("{error}") };
    assert_eq!((function.to_string().as_str(), runs.len()), ("salesforce/second", 1));
    assert!(stage.list().await.is_empty());
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(stage.list().await.len(), 1);
}

#[tokio::test]
async fn an_id_that_exists_is_an_error_that_names_reconnect() {
    let stage = Stage::set(&[(ValidateConnection, "check", Returns)]).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(ValidateConnection, "check", Returns)]);
    let error = lifecycle.create(new_connection("acme", "tok-2")).await.unwrap_err();
    assert_eq!(error.code(), "connection_exists");
    assert!(error.hint().unwrap().contains("reconnect"));
    assert!(names(&runner).is_empty());
    assert_eq!(crate::script::token_of(&stage.connection("acme").await.unwrap()), "tok-1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_creations_at_once_one_wins_and_validation_runs_once() {
    let stage = Stage::set(&[(ValidateConnection, "check", Returns)]).await;
    let (one, two) = (stage.lifecycle.clone(), stage.lifecycle.clone());
    let (one, two) = tokio::join!(
        tokio::spawn(async move { one.create(new_connection("acme", "tok-1")).await }),
        tokio::spawn(async move { two.create(new_connection("acme", "tok-2")).await }),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won.unwrap().accepted, Some(true));
    assert_eq!(lost.unwrap_err().code(), "connection_exists");
    assert_eq!(stage.ran(), ["check"]);
    assert_eq!(stage.list().await[0].key, key("acme"));
}
