use onevent_contract::{DroppedKeys, HostCalls, HostError, HttpOutcome, MetadataCommit, MetadataWritten};
use onevent_hosts::Access;
use onevent_store::{ConnectionState, DetailsPatch, Reconnection};
use serde_json::{Value, json};

use crate::setup::{
    Setup, api, call, credentials, dropped, key, metadata, object, query, request, text, token, write,
};

#[tokio::test]
async fn a_call_goes_to_the_stored_connection_with_its_credentials() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", None).await;
    let host = setup.live(&acme, Access::Normal);
    let call = call("f");
    assert_eq!(text(host.proxy(&call, request(None, None)).await).await, "p Bearer token-12345 /me");
    let http = call.log.effects().http;
    assert_eq!((http.len(), http[0].outcome.clone()), (1, HttpOutcome::Answered(200)));
    // What was used is hidden from now on.
    assert_eq!(call.log.scrub_text("Bearer token-12345"), "Bearer [redacted]");
}

#[tokio::test]
async fn another_connection_or_integration_is_called_with_its_own_template() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-acme", None).await;
    setup.insert(&key("p", "globex"), "token-globex", None).await;
    setup.insert(&key("q", "acme"), "token-other", None).await;
    let host = setup.live(&acme, Access::Normal);
    let sent = async |integration, connection| {
        text(host.proxy(&call("f"), request(integration, connection)).await).await
    };
    assert_eq!(sent(None, Some("globex")).await, "p Bearer token-globex /me");
    assert_eq!(sent(Some("q"), None).await, "q Bearer token-other /me");
    let found = host.connection(&call("f"), query(Some("q"), Some("acme"))).await.unwrap();
    assert_eq!(token(&found), "token-other");
}

#[tokio::test]
async fn what_does_not_exist_is_answered_as_nangos_api_answers() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", None).await;
    setup.insert_as(&key("p", "unborn"), "token-12345", None, ConnectionState::Pending).await;
    let host = setup.live(&acme, Access::Normal);
    for (integration, connection, by_connection, by_proxy) in [
        (Some("none"), None, (400, "unknown_provider_config"), (404, "unknown_provider_config")),
        (None, Some("nobody"), (404, "not_found"), (400, "server_error")),
        (Some("q"), None, (404, "not_found"), (400, "server_error")),
        (None, Some("unborn"), (404, "not_found"), (400, "server_error")),
    ] {
        let (status, code) = api(host.connection(&call("f"), query(integration, connection)).await);
        assert_eq!((status, code.as_str()), by_connection);
        let (status, code) = api(host.proxy(&call("f"), request(integration, connection)).await);
        assert_eq!((status, code.as_str()), by_proxy);
    }
    let gone = setup.live(&key("p", "gone"), Access::DespiteAuthError);
    assert_eq!(api(gone.metadata(&call("f")).await), (404, "not_found".into()));
    let written = gone.write_metadata(&call("f"), write(json!({}), MetadataCommit::Always)).await;
    assert_eq!(api(written), (404, "unknown_connection".into()));
}

#[tokio::test]
async fn a_connection_that_is_being_created_is_its_own_runs_only() {
    let setup = Setup::new().await;
    let unborn = key("p", "unborn");
    setup.insert_as(&unborn, "token-12345", None, ConnectionState::Pending).await;
    let host = setup.live(&unborn, Access::DespiteAuthError);
    assert_eq!(token(&host.connection(&call("f"), query(None, None)).await.unwrap()), "token-12345");
    assert_eq!(text(host.proxy(&call("f"), request(None, None)).await).await, "p Bearer token-12345 /me");
    host.write_metadata(&call("f"), write(json!({"a": 1}), MetadataCommit::Always)).await.unwrap();
    assert_eq!(metadata(&host).await.value, Some(object(json!({"a": 1}))));
}

#[tokio::test]
async fn an_auth_error_shuts_out_all_but_validation_and_cleanup() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", Some(json!({"webhookId": "w-1"}))).await;
    setup.insert(&key("p", "globex"), "token-67890", None).await;
    setup.mark_auth_error(&acme).await;

    let normal = setup.live(&acme, Access::Normal);
    assert_eq!(
        api(normal.connection(&call("f"), query(None, None)).await),
        (424, "invalid_credentials".into())
    );
    let used = call("f");
    assert_eq!(api(normal.proxy(&used, request(None, None)).await), (424, "server_error".into()));
    assert!(used.log.effects().http.is_empty(), "nothing may leave");
    assert_eq!(metadata(&normal).await.value, Some(object(json!({"webhookId": "w-1"}))));

    let cleanup = setup.live(&acme, Access::DespiteAuthError);
    let found = cleanup.connection(&call("f"), query(None, None)).await.unwrap();
    assert_eq!(token(&found), "token-12345");
    assert_eq!(found["errors"][0]["type"], "auth");
    assert_eq!(text(cleanup.proxy(&call("f"), request(None, None)).await).await, "p Bearer token-12345 /me");
    // The exception is for its own connection.
    let elsewhere = setup.live(&key("p", "globex"), Access::DespiteAuthError);
    assert_eq!(
        api(elsewhere.proxy(&call("f"), request(None, Some("acme"))).await),
        (424, "server_error".into())
    );
}

#[tokio::test]
async fn cleanup_gets_what_was_accepted_last_and_validation_what_was_refused() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-accepted", None).await;
    setup.refuse(&acme, "token-refused").await;
    for (access, expected) in
        [(Access::DespiteAuthError, "token-refused"), (Access::LastAccepted, "token-accepted")]
    {
        let host = setup.live(&acme, access);
        let found = host.connection(&call("f"), query(None, None)).await.unwrap();
        assert_eq!(token(&found), expected);
        let answer = text(host.proxy(&call("f"), request(None, None)).await).await;
        assert_eq!(answer, format!("p Bearer {expected} /me"));
    }
    let normal = setup.live(&acme, Access::Normal);
    assert_eq!(api(normal.proxy(&call("f"), request(None, None)).await), (424, "server_error".into()));
    // Without a refusal, the credentials that it has are those that were accepted.
    let marked = key("p", "marked");
    setup.insert(&marked, "token-marked-1", None).await;
    setup.mark_auth_error(&marked).await;
    let cleanup = setup.live(&marked, Access::LastAccepted);
    assert_eq!(token(&cleanup.connection(&call("f"), query(None, None)).await.unwrap()), "token-marked-1");
}

#[tokio::test]
async fn metadata_is_written_once_for_each_version() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", None).await;
    let host = setup.live(&acme, Access::Normal);
    let before = metadata(&host).await;
    assert_eq!(before.value, None);
    let commit = MetadataCommit::IfVersion(before.version);
    let first = host.write_metadata(&call("f"), write(json!({"a": 1}), commit)).await.unwrap();
    assert!(matches!(first, MetadataWritten::Written { persisted: true, .. }));
    let second = host.write_metadata(&call("f"), write(json!({"b": 1}), commit)).await.unwrap();
    assert_eq!(second, MetadataWritten::Conflict);
    assert_eq!(metadata(&host).await.value, Some(object(json!({"a": 1}))));
    let found = host.connection(&call("f"), query(None, None)).await.unwrap();
    assert_eq!(found["metadata"], json!({"a": 1}));
}

#[tokio::test]
async fn keys_of_others_that_a_write_drops_are_named_and_ones_own_are_not() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", Some(json!({"plan": "pro"}))).await;
    let host = setup.live(&acme, Access::Normal);
    let set = async |function: &str, value: Value| {
        dropped(host.write_metadata(&call(function), write(value, MetadataCommit::Always)).await.unwrap())
    };
    assert_eq!(set("validate", json!({"plan": "pro", "organizationId": "o-1", "scratch": 1})).await, []);
    assert_eq!(set("validate", json!({"plan": "pro", "organizationId": "o-1"})).await, []);
    assert_eq!(
        set("setup", json!({"webhookId": "w-1"})).await,
        [
            DroppedKeys { keys: vec!["plan".into()], written_by: "user".into() },
            DroppedKeys { keys: vec!["organizationId".into()], written_by: "p/validate".into() },
        ]
    );
}

#[tokio::test]
async fn a_reconnect_between_two_attempts_is_seen_by_the_second() {
    use axum::http::StatusCode;
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-old", None).await;
    // Answers 401 to the old token, after it has been replaced, and 200 to the new one.
    let (store, connection) = (setup.store.clone(), acme.clone());
    let answer = async move |headers: axum::http::HeaderMap| {
        let sent = headers.get("authorization").unwrap().to_str().unwrap().to_owned();
        if sent != "Bearer token-old" {
            return (StatusCode::OK, [("retry-after", "0")], sent);
        }
        let new = Reconnection {
            provider: "p".into(),
            credentials: credentials("token-new"),
            connection_config: None,
            details: DetailsPatch::default(),
            metadata: None,
        };
        let mut transaction = store.begin().await.unwrap();
        transaction.replace_credentials(&connection, &new).await.unwrap();
        transaction.commit().await.unwrap();
        (StatusCode::UNAUTHORIZED, [("retry-after", "0")], sent)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap() });
    let mut request = request(None, None);
    request.base_url_override = Some(base);
    request.retries = 1;
    let host = setup.live(&acme, Access::Normal);
    assert_eq!(text(host.proxy(&call("f"), request).await).await, "Bearer token-new");
}

#[tokio::test]
async fn a_store_that_fails_is_our_fault_and_an_unreachable_provider_is_not() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", None).await;
    let host = setup.live(&acme, Access::Normal);
    let mut nowhere = request(None, None);
    nowhere.base_url_override = Some("http://127.0.0.1:1".into());
    let unreachable = host.proxy(&call("f"), nowhere).await.unwrap_err();
    assert!(
        matches!(&unreachable, HostError::Network { code, .. } if code == "ECONNREFUSED"),
        "{unreachable:?}"
    );
    setup.store.close().await;
    for failed in [
        host.metadata(&call("f")).await.map(drop),
        host.connection(&call("f"), query(None, None)).await.map(drop),
        host.proxy(&call("f"), request(None, None)).await.map(drop),
        host.write_metadata(&call("f"), write(json!({}), MetadataCommit::Always)).await.map(drop),
    ] {
        assert!(matches!(failed, Err(HostError::Internal { .. })), "{failed:?}");
    }
}
