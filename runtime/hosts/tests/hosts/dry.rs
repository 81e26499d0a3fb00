use std::sync::Arc;

use jiff::Timestamp;
use onevent_contract::{
    Connection, ConnectionDetails, DroppedKeys, HostCalls, MetadataCommit, MetadataWritten,
};
use onevent_hosts::{Access, DryConnection, DryHost, DryHostOptions};
use onevent_store::{ConnectionKey, Store, StoredConnection, Visibility};
use serde_json::json;

use crate::setup::{
    Setup, api, call, credentials, dropped, key, metadata, object, query, request, text, token, write,
};

fn dry(setup: &Setup, connection: DryConnection, store: Option<Store>, access: Access) -> DryHost {
    DryHost::new(DryHostOptions {
        connection,
        environment: "dev".parse().unwrap(),
        store,
        proxy: setup.proxy.clone(),
        integrations: Arc::clone(&setup.integrations),
        access,
    })
}

async fn stored(setup: &Setup, key: &ConnectionKey) -> StoredConnection {
    setup.store.connection(key, Visibility::Established).await.unwrap().unwrap()
}

fn given(setup: &Setup) -> Connection {
    Connection {
        id: 0,
        connection_id: "ad-hoc".parse().unwrap(),
        provider_config_key: "p".parse().unwrap(),
        provider: "p".into(),
        errors: Vec::new(),
        metadata: Some(object(json!({"given": true}))),
        connection_config: object(json!({ "instance_url": setup.server })),
        details: ConnectionDetails::default(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        last_fetched_at: None,
        credentials: credentials("token-given"),
    }
}

#[tokio::test]
async fn writes_are_seen_by_later_reads_and_are_gone_after_the_run() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", Some(json!({"plan": "pro"}))).await;
    let read_only = setup.read_only_store().await;
    let connection = DryConnection::stored(stored(&setup, &acme).await);
    let host = dry(&setup, connection, Some(read_only), Access::Normal);
    let before = metadata(&host).await;
    assert_eq!(before.value, Some(object(json!({"plan": "pro"}))));

    let commit = MetadataCommit::IfVersion(before.version);
    let written =
        host.write_metadata(&call("setup"), write(json!({"webhookId": "w-1"}), commit)).await.unwrap();
    assert_eq!(
        written,
        MetadataWritten::Written {
            version: before.version + 1,
            dropped: vec![DroppedKeys { keys: vec!["plan".into()], written_by: "user".into() }],
            persisted: false,
        }
    );
    assert_eq!(metadata(&host).await.value, Some(object(json!({"webhookId": "w-1"}))));
    let seen = host.connection(&call("setup"), query(None, None)).await.unwrap();
    assert_eq!(seen["metadata"], json!({"webhookId": "w-1"}));
    let again = host.write_metadata(&call("setup"), write(json!({}), commit)).await.unwrap();
    assert_eq!(again, MetadataWritten::Conflict);

    let kept = stored(&setup, &acme).await;
    assert_eq!(kept.connection.metadata, Some(object(json!({"plan": "pro"}))));
    assert_eq!(kept.metadata_version, before.version);
}

#[tokio::test]
async fn requests_are_real() {
    let setup = Setup::new().await;
    let host = dry(&setup, DryConnection::given(given(&setup)), None, Access::Normal);
    let used = call("f");
    assert_eq!(text(host.proxy(&used, request(None, None)).await).await, "p Bearer token-given /me");
    assert_eq!(used.log.effects().http.len(), 1);
    assert_eq!(token(&host.connection(&used, query(None, None)).await.unwrap()), "token-given");
    assert_eq!(used.log.scrub_text("token-given"), "[redacted]");
}

#[tokio::test]
async fn other_connections_are_read_from_the_store_where_there_is_one() {
    let setup = Setup::new().await;
    setup.insert(&key("q", "acme"), "token-other", None).await;
    let with_store =
        dry(&setup, DryConnection::given(given(&setup)), Some(setup.store.clone()), Access::Normal);
    let sent = with_store.proxy(&call("f"), request(Some("q"), Some("acme"))).await;
    assert_eq!(text(sent).await, "q Bearer token-other /me");
    let without = dry(&setup, DryConnection::given(given(&setup)), None, Access::Normal);
    let sent = without.proxy(&call("f"), request(Some("q"), Some("acme"))).await;
    assert_eq!(api(sent), (400, "server_error".into()));
    let read = without.connection(&call("f"), query(Some("none"), None)).await;
    assert_eq!(api(read), (400, "unknown_provider_config".into()));
}

#[tokio::test]
async fn metadata_to_start_from_is_the_users() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", None).await;
    setup.user_writes(&acme, json!({"stored": 1})).await;
    let start = DryConnection::stored(stored(&setup, &acme).await).with_metadata(object(json!({"mine": 1})));
    for (connection, key) in [(start, "mine"), (DryConnection::given(given(&setup)), "given")] {
        let host = dry(&setup, connection, None, Access::Normal);
        assert!(metadata(&host).await.value.unwrap().contains_key(key));
        let written =
            host.write_metadata(&call("f"), write(json!({}), MetadataCommit::Always)).await.unwrap();
        assert_eq!(dropped(written), [DroppedKeys { keys: vec![key.into()], written_by: "user".into() }]);
    }
}

#[tokio::test]
async fn a_dry_cleanup_gets_what_was_accepted_last() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-accepted", None).await;
    setup.refuse(&acme, "token-refused").await;
    let connection = DryConnection::stored(stored(&setup, &acme).await);
    for (access, expected) in
        [(Access::DespiteAuthError, "token-refused"), (Access::LastAccepted, "token-accepted")]
    {
        let host = dry(&setup, connection.clone(), None, access);
        let answer = text(host.proxy(&call("f"), request(None, None)).await).await;
        assert_eq!(answer, format!("p Bearer {expected} /me"));
    }
}

#[tokio::test]
async fn an_auth_error_counts_in_a_dry_run_too() {
    let setup = Setup::new().await;
    let acme = key("p", "acme");
    setup.insert(&acme, "token-12345", None).await;
    setup.mark_auth_error(&acme).await;
    let connection = DryConnection::stored(stored(&setup, &acme).await);
    let normal = dry(&setup, connection.clone(), None, Access::Normal);
    assert_eq!(
        api(normal.connection(&call("f"), query(None, None)).await),
        (424, "invalid_credentials".into())
    );
    assert_eq!(api(normal.proxy(&call("f"), request(None, None)).await), (424, "server_error".into()));
    let cleanup = dry(&setup, connection, None, Access::DespiteAuthError);
    assert_eq!(text(cleanup.proxy(&call("f"), request(None, None)).await).await, "p Bearer token-12345 /me");
}
