use onevent_contract::{Credentials, RunId};
use onevent_store::{
    ConnectionState, NewConnection, OPERATION_WAIT, SetupFollows, Store, StoreError, Visibility,
};
use serde_json::json;

use crate::support::{Scratch, credentials, establish, key, new_connection, object, reconnection};

async fn token(store: &Store, connection_id: &str) -> String {
    let stored = store.connection(&key(connection_id), Visibility::Established).await.unwrap().unwrap();
    stored.connection.credentials.text("access_token").unwrap().reveal().to_owned()
}

#[tokio::test]
async fn a_connection_comes_back_as_it_was_given() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let metadata = object(json!({"plan": "pro", "ünï": [1, null, {"a": 1.5}]}));
    let new = NewConnection { metadata: Some(metadata.clone()), ..new_connection("acme", "tok-1") };
    establish(&store, new).await.unwrap();
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.state, ConnectionState::Established);
    assert_eq!(stored.connection.credentials, credentials("tok-1"));
    assert_eq!(
        stored.connection.connection_config,
        object(json!({"instance_url": "https://one.my.salesforce.com"}))
    );
    assert_eq!(stored.connection.metadata, Some(metadata));
    assert_eq!(stored.metadata_version, 1);
    assert_eq!(stored.metadata_writers.of("plan"), Some("user"));
    assert_eq!(stored.key(), key("acme"));
    assert!(stored.connection.errors.is_empty());
}

#[tokio::test]
async fn credentials_of_every_mode_come_back_as_they_were_given() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let every = [
        json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r", "expires_at": "2026-01-01T00:00:00Z"}),
        json!({"type": "OAUTH2_CC", "token": "t", "client_id": "i", "client_secret": "s"}),
        json!({"type": "API_KEY", "apiKey": "k"}),
        json!({"type": "BASIC", "username": "u", "password": "p"}),
        json!({"type": "NONE"}),
    ];
    for (number, value) in every.into_iter().enumerate() {
        let given = Credentials::from_json(value, None).unwrap();
        let id = format!("c{number}");
        let new = NewConnection { credentials: given.clone(), ..new_connection(&id, "unused") };
        establish(&store, new).await.unwrap();
        let stored = store.connection(&key(&id), Visibility::Established).await.unwrap().unwrap();
        assert_eq!(stored.connection.credentials, given);
    }
}

#[tokio::test]
async fn a_connection_exists_once_and_other_keys_are_other_connections() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let error = establish(&store, new_connection("acme", "tok-2")).await.unwrap_err();
    assert!(matches!(&error, StoreError::ConnectionExists { key: named } if *named == key("acme")));
    assert_eq!(token(&store, "acme").await, "tok-1");

    let mut elsewhere = new_connection("acme", "tok-3");
    elsewhere.key.environment = "prod".parse().unwrap();
    establish(&store, elsewhere).await.unwrap();
    let mut other = new_connection("acme", "tok-4");
    other.key.integration = "hubspot".parse().unwrap();
    establish(&store, other).await.unwrap();
    let dev = "dev".parse().unwrap();
    let list = store.connections(&dev, None).await.unwrap();
    let names: Vec<_> = list.iter().map(|found| found.key.integration.as_str()).collect();
    assert_eq!(names, ["hubspot", "salesforce"]);
    let salesforce = "salesforce".parse().unwrap();
    assert_eq!(store.connections(&dev, Some(&salesforce)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn replacing_credentials_leaves_metadata_and_its_version_alone() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let metadata = object(json!({"organizationId": "00D"}));
    let new = NewConnection { metadata: Some(metadata.clone()), ..new_connection("acme", "tok-1") };
    establish(&store, new).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.replace_credentials(&key("acme"), &reconnection("tok-2")).await.unwrap();
    transaction.commit().await.unwrap();
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.connection.credentials, credentials("tok-2"));
    assert_eq!(stored.connection.provider, "salesforce-sandbox");
    assert_eq!(stored.connection.metadata, Some(metadata));
    assert_eq!(stored.metadata_version, 1);
}

#[tokio::test]
async fn an_auth_error_is_shown_as_nango_shows_it_until_it_is_cleared() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let run = RunId::generate();
    let mut transaction = store.begin().await.unwrap();
    transaction.mark_auth_error(&key("acme"), run, "org mismatch").await.unwrap();
    transaction.commit().await.unwrap();
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.connection.errors[0].kind, "auth");
    assert_eq!(stored.connection.errors[0].log_id, run.to_string());
    let error = stored.auth_error.unwrap();
    assert_eq!((error.run_id, error.message.as_str()), (run, "org mismatch"));
    let list = store.connections(&"dev".parse().unwrap(), None).await.unwrap();
    assert_eq!(list[0].auth_error.as_ref(), Some(&error));

    let mut transaction = store.begin().await.unwrap();
    transaction.clear_auth_error(&key("acme")).await.unwrap();
    transaction.commit().await.unwrap();
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert!(stored.auth_error.is_none() && stored.connection.errors.is_empty());
}

#[tokio::test]
async fn changes_of_a_connection_that_does_not_exist_say_so() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let mut transaction = store.begin().await.unwrap();
    let nobody = key("nobody");
    let codes = [
        transaction.replace_credentials(&nobody, &reconnection("t")).await.unwrap_err().code(),
        transaction.mark_auth_error(&nobody, RunId::generate(), "no").await.unwrap_err().code(),
        transaction.clear_auth_error(&nobody).await.unwrap_err().code(),
        transaction.establish_connection(&nobody, SetupFollows::No).await.unwrap_err().code(),
        transaction.delete_connection(&nobody).await.unwrap_err().code(),
    ];
    assert_eq!(codes, ["unknown_connection"; 5]);
    drop(transaction);
    assert_eq!(store.begin_deletion(&nobody, OPERATION_WAIT).await.unwrap_err().code(), "unknown_connection");
}

#[tokio::test]
async fn credentials_that_were_moved_to_another_row_do_not_open() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-acme")).await.unwrap();
    establish(&store, new_connection("globex", "tok-globex")).await.unwrap();
    sqlx::query(
        "UPDATE connections
         SET credentials = (SELECT credentials FROM connections WHERE connection_id = 'globex')
         WHERE connection_id = 'acme'",
    )
    .execute(&scratch.raw().await)
    .await
    .unwrap();
    let error = store.connection(&key("acme"), Visibility::Established).await.unwrap_err();
    assert_eq!(error.code(), "database_corrupt");
    assert_eq!(token(&store, "globex").await, "tok-globex");
    // The list does not open credentials, and the damaged connection can still be deleted.
    assert_eq!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().len(), 2);
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    let mut transaction = guard.begin().await.unwrap();
    transaction.delete_connection(&key("acme")).await.unwrap();
    guard.end(transaction).await.unwrap();
    assert_eq!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().len(), 1);
}
