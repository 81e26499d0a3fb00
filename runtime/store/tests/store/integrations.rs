use onevent_contract::{EnvironmentName, IntegrationId, JsonObject};
use onevent_store::{
    Change, ForwardWebhooks, IntegrationCredentials, IntegrationPatch, NewIntegration, OPERATION_WAIT, Store,
    StoreError, StoredIntegration,
};
use serde_json::json;

use crate::support::{Scratch, new_connection, object};

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

fn id(name: &str) -> IntegrationId {
    name.parse().unwrap()
}

fn credentials(secret: &str) -> IntegrationCredentials {
    let fields = json!({"type": "OAUTH2", "client_id": "id-1", "client_secret": secret});
    IntegrationCredentials::new(object(fields))
}

fn new_integration(name: &str) -> NewIntegration {
    NewIntegration {
        environment: dev(),
        unique_key: id(name),
        provider: "salesforce".into(),
        display_name: Some("Salesforce".into()),
        credentials: Some(credentials("hidden-in-the-file")),
        integration_config: object(json!({"base": "https://example.com"})),
        custom: JsonObject::new(),
        forward_webhooks: ForwardWebhooks::No,
    }
}

async fn create(store: &Store, new: &NewIntegration) -> Result<StoredIntegration, StoreError> {
    let mut transaction = store.begin().await?;
    let stored = transaction.create_integration(new).await?;
    transaction.commit().await?;
    Ok(stored)
}

async fn patch(store: &Store, name: &str, patch: IntegrationPatch) -> Result<StoredIntegration, StoreError> {
    let mut transaction = store.begin().await?;
    let stored = transaction.patch_integration(&dev(), &id(name), patch).await?;
    transaction.commit().await?;
    Ok(stored)
}

async fn delete(store: &Store, name: &str) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    transaction.delete_integration(&dev(), &id(name)).await?;
    transaction.commit().await
}

#[tokio::test]
async fn an_integration_comes_back_whole_and_changes_piece_by_piece() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let made = create(&store, &new_integration("salesforce")).await.unwrap();
    assert_eq!(made.integration, new_integration("salesforce"));
    assert_eq!(store.integration(&dev(), &id("salesforce")).await.unwrap(), Some(made.clone()));
    assert_eq!(store.integration(&"prod".parse().unwrap(), &id("salesforce")).await.unwrap(), None);
    let again = create(&store, &new_integration("salesforce")).await.unwrap_err();
    assert_eq!(again.code(), "integration_exists");
    assert!(!format!("{made:?}").contains("hidden-in-the-file"));

    let change = IntegrationPatch {
        display_name: Change::Clear,
        custom: Some(object(json!({"a": 1}))),
        forward_webhooks: Some(ForwardWebhooks::Yes),
        ..IntegrationPatch::default()
    };
    let patched = patch(&store, "salesforce", change).await.unwrap();
    let expected = NewIntegration {
        display_name: None,
        custom: object(json!({"a": 1})),
        forward_webhooks: ForwardWebhooks::Yes,
        ..new_integration("salesforce")
    };
    assert_eq!((&patched.integration, patched.created_at), (&expected, made.created_at));
    assert_eq!(store.integrations(&dev()).await.unwrap(), [patched]);
    let change = || IntegrationPatch { credentials: Change::Set(credentials("2")), ..Default::default() };
    let patched = patch(&store, "salesforce", change()).await.unwrap();
    assert_eq!(patched.integration.credentials, Some(credentials("2")));
    assert_eq!(patch(&store, "hubspot", change()).await.unwrap_err().code(), "unknown_integration");
}

#[tokio::test]
async fn an_integration_with_connections_keeps_its_name_and_stays() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    create(&store, &new_integration("salesforce")).await.unwrap();
    create(&store, &new_integration("hubspot")).await.unwrap();
    let rename = |to| IntegrationPatch { unique_key: Some(id(to)), ..IntegrationPatch::default() };
    // One under creation counts as well.
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    assert_eq!(delete(&store, "salesforce").await.unwrap_err().code(), "integration_in_use");
    assert_eq!(patch(&store, "salesforce", rename("sf")).await.unwrap_err().code(), "integration_in_use");
    let last = guard.begin().await.unwrap();
    guard.roll_back(last).await.unwrap();
    assert_eq!(
        patch(&store, "salesforce", rename("hubspot")).await.unwrap_err().code(),
        "integration_exists"
    );
    let renamed = patch(&store, "salesforce", rename("sf")).await.unwrap();
    assert_eq!(renamed.integration.credentials, Some(credentials("hidden-in-the-file")));
    assert_eq!(store.integration(&dev(), &id("sf")).await.unwrap(), Some(renamed));
    delete(&store, "sf").await.unwrap();
    assert_eq!(delete(&store, "sf").await.unwrap_err().code(), "unknown_integration");
    let left = store.integrations(&dev()).await.unwrap();
    assert_eq!(left.iter().map(|left| left.integration.unique_key.as_str()).collect::<Vec<_>>(), ["hubspot"]);
}

#[tokio::test]
async fn credentials_of_an_integration_are_sealed_for_it_alone() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    create(&store, &new_integration("salesforce")).await.unwrap();
    create(&store, &new_integration("hubspot")).await.unwrap();
    store.close().await;
    let file = scratch.content();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("https://example.com"), "the probe finds what is there");
    assert!(!holds("hidden-in-the-file"));
    let raw = scratch.raw().await;
    let moved = "UPDATE integrations SET credentials = (SELECT credentials FROM integrations
                 WHERE unique_key = 'hubspot')";
    sqlx::query(moved).execute(&raw).await.unwrap();
    let store = scratch.open().await;
    let error = store.integration(&dev(), &id("salesforce")).await.unwrap_err();
    assert_eq!(error.code(), "database_corrupt");
    assert!(store.integration(&dev(), &id("hubspot")).await.is_ok());
}
