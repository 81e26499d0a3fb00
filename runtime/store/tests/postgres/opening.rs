//! Opening a database of a server.

use onevent_store::{EncryptionKey, KeySource, SchemaName, Store, StoreError, StoreMode, StoreOptions};

use crate::scratch::options_for;
use crate::support::{Scratch, establish, key, new_connection};

async fn refused(options: StoreOptions) -> StoreError {
    Store::open(options).await.unwrap_err()
}

fn read_only(scratch: &Scratch) -> StoreOptions {
    StoreOptions { mode: StoreMode::ReadOnly, ..scratch.options() }
}

#[tokio::test]
async fn the_first_ones_create_everything_at_once_and_an_ordinary_role_can() {
    let scratch = Scratch::new();
    let (a, b, c) = tokio::join!(scratch.open(), scratch.open(), scratch.open());
    establish(&a, new_connection("acme", "tok-1")).await.unwrap();
    for store in [b, c] {
        assert!(store.provider(&key("acme")).await.unwrap().is_some());
    }
    let special = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'app'";
    assert_eq!(scratch.database().sql(special), "f");
    assert_eq!(scratch.database().sql("SELECT COUNT(*) FROM pg_extension WHERE extname <> 'plpgsql'"), "0");
    let in_public = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(scratch.database().sql(in_public), "0");
}

#[tokio::test]
async fn who_only_reads_creates_nothing_and_changes_nothing() {
    let scratch = Scratch::new();
    assert_eq!(refused(read_only(&scratch)).await.code(), "database_schema_older");
    assert_eq!(scratch.database().sql("SELECT to_regnamespace('onevent') IS NULL"), "t");
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let reading = Store::open(read_only(&scratch)).await.unwrap();
    assert!(reading.provider(&key("acme")).await.unwrap().is_some());
    assert_eq!(reading.begin().await.unwrap_err().code(), "database_read_only");
}

#[tokio::test]
async fn a_key_is_needed_and_it_is_the_one_that_came_first() {
    let scratch = Scratch::new();
    let none = refused(StoreOptions { key: KeySource::File, ..scratch.options() }).await;
    assert_eq!(none.code(), "encryption_key_missing");
    assert!(none.hint().unwrap().contains("ONEVENT_ENCRYPTION_KEY"));
    scratch.open().await;
    let another = KeySource::Given(EncryptionKey::generate().unwrap());
    let wrong = refused(StoreOptions { key: another, ..scratch.options() }).await;
    assert_eq!(wrong.code(), "wrong_encryption_key");
    assert!(wrong.to_string().contains("postgres://app@127.0.0.1"), "{wrong}");
    assert!(!wrong.to_string().contains("unasked"), "{wrong}");
}

#[tokio::test]
async fn two_schemas_share_a_database_and_nothing_in_it() {
    let scratch = Scratch::new();
    let other: SchemaName = "other".parse().unwrap();
    let one = scratch.open().await;
    let two = Store::open(StoreOptions { schema: other, ..scratch.options() }).await.unwrap();
    establish(&one, new_connection("acme", "tok-1")).await.unwrap();
    assert!(two.provider(&key("acme")).await.unwrap().is_none());
    establish(&two, new_connection("acme", "tok-2")).await.unwrap();
    let mut transaction = one.begin().await.unwrap();
    let event = onevent_store::NewEvent::new(onevent_store::EventKind::Setup, key("acme"));
    one.queue().enqueue(&mut transaction, event).await.unwrap();
    transaction.commit().await.unwrap();
    let lease = std::time::Duration::from_secs(60);
    let claim = async |store: &Store| {
        let shares = onevent_store::Shares::UNBOUNDED;
        store.queue().claim(onevent_store::EventKind::ALL, 9, lease, shares).await.unwrap().len()
    };
    assert_eq!((claim(&two).await, claim(&one).await), (0, 1));
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_without_its_password() {
    let scratch = Scratch::new();
    let url = scratch.database().url();
    let nobody = url.replace("app:unasked", "nobody:hunter2");
    let nowhere = scratch.database().url_at(1).replace("unasked", "hunter2");
    for url in [nobody, nowhere] {
        let options = options_for(&url);
        assert!(!format!("{options:?}").contains("hunter2"));
        let error = refused(options).await;
        assert_eq!(error.code(), "database_failed");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_onevent_is_left_alone() {
    let scratch = Scratch::new();
    scratch.open().await;
    let newer =
        "INSERT INTO onevent.onevent_migrations (version, description, success, checksum, execution_time)
                 VALUES (999, 'from the future', TRUE, '', 0)";
    scratch.database().sql(newer);
    assert_eq!(refused(scratch.options()).await.code(), "database_schema_newer");
}
