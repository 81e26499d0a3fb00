use onevent_contract::Event::{PostConnectionCreation, ValidateConnection};
use onevent_contract::{MAX_METADATA_BYTES, Operation, Outcome};
use onevent_store::Reconnection;
use serde_json::json;

use crate::script::Ending::{HitsTheWallLimit, Refused, Returns, ThrowsActionError, Unknown};
use crate::script::{Stage, key, names, new_connection, object, reconnection, token_of};

async fn connected() -> Stage {
    let stage = Stage::set(&[]).await;
    stage.lifecycle.create(new_connection("acme", "tok-old")).await.unwrap();
    stage
}

#[tokio::test]
async fn new_credentials_are_there_before_validation_and_metadata_stays() {
    let stage = connected().await;
    let (lifecycle, runner) =
        stage.replay(&[(ValidateConnection, "check", Returns), (PostConnectionCreation, "setup", Returns)]);
    let report = lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await.unwrap();
    assert_eq!((report.operation, report.accepted), (Operation::Override, Some(true)));
    // Setup belongs to creation only.
    assert_eq!(names(&runner), ["check"]);
    let seen = runner.seen.lock().unwrap()[0].clone();
    assert_eq!(seen.operation, Operation::Override);
    assert_eq!(seen.token.as_deref(), Some("tok-new"));
    assert_eq!(seen.metadata, Some(object(json!({"organizationId": "00D"}))));
    let stored = stage.connection("acme").await.unwrap();
    assert_eq!(token_of(&stored), "tok-new");
    assert_eq!(stored.connection.metadata, Some(object(json!({"organizationId": "00D"}))));
    assert_eq!(
        stored.connection.connection_config,
        object(json!({"instance_url": "https://two.my.salesforce.com"}))
    );
}

#[tokio::test]
async fn a_rejection_marks_the_connection_until_a_reconnect_is_accepted() {
    let stage = connected().await;
    let (lifecycle, _) = stage.replay(&[(ValidateConnection, "check", ThrowsActionError("other org"))]);
    let report = lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await.unwrap();
    assert_eq!((report.accepted, report.message.as_deref()), (Some(false), Some("other org")));
    let stored = stage.connection("acme").await.unwrap();
    assert_eq!(token_of(&stored), "tok-new");
    assert_eq!(stored.connection.metadata, Some(object(json!({"organizationId": "00D"}))));
    let error = stored.auth_error.unwrap();
    assert_eq!((error.run_id, error.message.as_str()), (report.runs[0].run_id, "other org"));
    assert_eq!(stage.stored_runs().await, [("check".into(), Outcome::Rejected)]);

    let (lifecycle, _) = stage.replay(&[(ValidateConnection, "check", Returns)]);
    lifecycle.reconnect(&key("acme"), reconnection("tok-again")).await.unwrap();
    let stored = stage.connection("acme").await.unwrap();
    assert!(stored.auth_error.is_none());
    assert_eq!(token_of(&stored), "tok-again");
}

#[tokio::test]
async fn metadata_that_comes_with_new_credentials_is_set_when_they_are_accepted() {
    let stage = connected().await;
    let (old, new) = (object(json!({"organizationId": "00D"})), object(json!({"team": "b"})));
    let reconnection = || Reconnection { metadata: Some(new.clone()), ..reconnection("tok-new") };

    let (rejecting, _) = stage.replay(&[(ValidateConnection, "check", ThrowsActionError("other org"))]);
    rejecting.reconnect(&key("acme"), reconnection()).await.unwrap();
    assert_eq!(stage.connection("acme").await.unwrap().connection.metadata.as_ref(), Some(&old));

    let (accepting, runner) = stage.replay(&[(ValidateConnection, "check", Returns)]);
    accepting.reconnect(&key("acme"), reconnection()).await.unwrap();
    assert_eq!(runner.seen.lock().unwrap()[0].metadata.as_ref(), Some(&old), "validation saw it");
    assert_eq!(stage.connection("acme").await.unwrap().connection.metadata, Some(new));
}

#[tokio::test]
async fn metadata_that_is_too_large_is_found_before_anything_runs() {
    let stage = connected().await;
    let before = stage.connection("acme").await.unwrap();
    let (lifecycle, runner) = stage.replay(&[(ValidateConnection, "check", Returns)]);
    let metadata = object(json!({"text": "x".repeat(MAX_METADATA_BYTES)}));
    let new = Reconnection { metadata: Some(metadata), ..reconnection("tok-new") };
    let error = lifecycle.reconnect(&key("acme"), new).await.unwrap_err();
    assert_eq!(error.code(), "metadata_too_large");
    assert!(names(&runner).is_empty());
    assert_eq!(stage.connection("acme").await.unwrap().connection.reveal(), before.connection.reveal());
}

#[tokio::test]
async fn a_limit_rejects_as_anything_else_does() {
    let stage = connected().await;
    let (lifecycle, _) = stage.replay(&[(ValidateConnection, "check", HitsTheWallLimit)]);
    let report = lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await.unwrap();
    assert_eq!(report.accepted, Some(false));
    assert!(stage.connection("acme").await.unwrap().auth_error.is_some());
}

#[tokio::test]
async fn where_onevent_fails_the_connection_is_as_before_an_auth_error_included() {
    for ending in [Unknown, Refused] {
        let stage = connected().await;
        let (rejecting, _) = stage.replay(&[(ValidateConnection, "check", ThrowsActionError("other org"))]);
        rejecting.reconnect(&key("acme"), reconnection("tok-rejected")).await.unwrap();
        let before = stage.connection("acme").await.unwrap();
        let (lifecycle, _) = stage.replay(&[(ValidateConnection, "check", ending)]);
        let error = lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await.unwrap_err();
        assert_eq!(error.code(), "host_failure");
        let after = stage.connection("acme").await.unwrap();
        assert_eq!(after.connection.reveal(), before.connection.reveal());
        assert_eq!(after.auth_error, before.auth_error);
    }
}

#[tokio::test]
async fn an_id_that_does_not_exist_is_an_error_that_names_create() {
    let stage = Stage::set(&[(ValidateConnection, "check", Returns)]).await;
    let error = stage.lifecycle.reconnect(&key("acme"), reconnection("tok-new")).await.unwrap_err();
    assert_eq!(error.code(), "unknown_connection");
    assert!(error.hint().unwrap().contains("create"));
    assert!(stage.ran().is_empty() && stage.list().await.is_empty());
}
