use onevent_contract::{ApiScope, EnvironmentName, Scopes, Secret};
use onevent_store::{ApiKey, Store, StoreMode, StoreOptions};

use crate::support::Scratch;

fn dev() -> EnvironmentName {
    "dev".parse().unwrap()
}

async fn create(store: &Store, environment: &str, name: &str, scopes: &Scopes) -> (ApiKey, Secret) {
    let mut transaction = store.begin().await.unwrap();
    let environment = environment.parse().unwrap();
    let made = transaction.create_api_key(&environment, name, scopes).await.unwrap();
    transaction.commit().await.unwrap();
    made
}

#[tokio::test]
async fn a_key_is_found_by_its_secret_until_it_is_revoked() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let scopes: Scopes = ["environment:connections:*".parse().unwrap()].into_iter().collect();
    let (key, secret) = create(&store, "dev", "backend", &scopes).await;
    let (other, other_secret) = create(&store, "prod", "backend", &Scopes::everything()).await;
    assert_eq!(store.api_key(&secret).await.unwrap(), Some(key.clone()));
    assert_eq!(store.api_key(&other_secret).await.unwrap(), Some(other.clone()));
    assert!(key.scopes.allow(ApiScope::ConnectionsList) && !key.scopes.allow(ApiScope::Deploy));
    assert_eq!(store.api_key(&Secret::new("no such key")).await.unwrap(), None);

    let mut transaction = store.begin().await.unwrap();
    let error = transaction.revoke_api_key(&dev(), other.id).await.unwrap_err();
    assert_eq!(error.code(), "unknown_api_key", "a key of another environment");
    transaction.revoke_api_key(&dev(), key.id).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.api_key(&secret).await.unwrap(), None);
    assert!(store.api_key(&other_secret).await.unwrap().is_some());

    let listed = store.api_keys(Some(&dev())).await.unwrap();
    assert_eq!(listed.iter().map(|key| key.id).collect::<Vec<_>>(), [key.id]);
    assert!(listed[0].revoked_at.is_some());
    assert_eq!(store.api_keys(None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_secret_is_a_random_uuid_and_is_in_no_file() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (_, secret) = create(&store, "dev", "backend", &Scopes::everything()).await;
    let signing = store.webhook_signing_key(&dev()).await.unwrap();
    let parsed = uuid::Uuid::parse_str(secret.reveal()).unwrap();
    assert_eq!(parsed.get_version_num(), 4);
    store.close().await;
    let file = scratch.content();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("backend"), "the probe finds what is there");
    assert!(!holds(secret.reveal()) && !holds(signing.reveal()));
}

#[tokio::test]
async fn an_environment_has_one_signing_key_however_many_ask_for_it_first() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let other = scratch.open().await;
    let environment = dev();
    let (one, two) =
        tokio::join!(store.webhook_signing_key(&environment), other.webhook_signing_key(&environment));
    let key = one.unwrap();
    assert_eq!(key, two.unwrap());
    assert_ne!(key, store.webhook_signing_key(&"prod".parse().unwrap()).await.unwrap());
    let reading = Store::open(StoreOptions { mode: StoreMode::ReadOnly, ..scratch.options() }).await.unwrap();
    assert_eq!(reading.webhook_signing_key(&environment).await.unwrap(), key);
    let error = reading.webhook_signing_key(&"staging".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.code(), "database_read_only");

    let raw = scratch.raw().await;
    let moved = "UPDATE webhook_signing_keys SET sealed = (SELECT sealed FROM webhook_signing_keys
                 WHERE environment = 'prod') WHERE environment = 'dev'";
    sqlx::query(moved).execute(&raw).await.unwrap();
    assert_eq!(store.webhook_signing_key(&environment).await.unwrap_err().code(), "database_corrupt");
}
