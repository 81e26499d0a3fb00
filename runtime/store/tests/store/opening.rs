use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use onevent_contract::{EnvironmentName, Outcome, RunReport};
use onevent_store::{EncryptionKey, KeySource, Store, StoreError, StoreMode, StoreOptions, Visibility};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::support::{Scratch, establish, key, new_connection, report};

fn with_key(scratch: &Scratch, key: EncryptionKey) -> StoreOptions {
    StoreOptions { key: KeySource::Given(key), ..scratch.options() }
}

fn read_only(scratch: &Scratch) -> StoreOptions {
    StoreOptions { mode: StoreMode::ReadOnly, ..scratch.options() }
}

async fn refused(options: StoreOptions) -> StoreError {
    Store::open(options).await.unwrap_err()
}

#[tokio::test]
async fn an_empty_folder_becomes_a_store_that_keeps_what_it_was_given() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    store.close().await;
    let again = scratch.open().await;
    let stored = again.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.connection.credentials.text("access_token").unwrap().reveal(), "tok-1");
}

#[tokio::test]
async fn every_file_is_for_its_owner_only() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    fn walk(path: &Path, seen: &mut Vec<String>) {
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
            assert_eq!(mode, 0, "{}", entry.path().display());
            seen.push(entry.file_name().into_string().unwrap());
            if entry.path().is_dir() {
                walk(&entry.path(), seen);
            }
        }
    }
    let mut seen = Vec::new();
    walk(scratch.folder(), &mut seen);
    for name in ["onevent.sqlite3", "onevent.sqlite3.key", "onevent.sqlite3-wal", "onevent.sqlite3-shm"] {
        assert!(seen.iter().any(|seen| seen == name), "{name} in {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_openers_of_a_new_store_end_with_one_key() {
    let scratch = Scratch::new();
    let openers: Vec<_> = (0..8).map(|_| tokio::spawn(Store::open(scratch.options()))).collect();
    for (number, opener) in openers.into_iter().enumerate() {
        let store = opener.await.unwrap().unwrap();
        establish(&store, new_connection(&format!("c{number}"), "tok-1")).await.unwrap();
    }
    let store = scratch.open().await;
    for number in 0..8 {
        let stored = store.connection(&key(&format!("c{number}")), Visibility::Established).await.unwrap();
        assert!(stored.is_some());
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_at_once_and_says_what_to_do() {
    let scratch = Scratch::new();
    let right = EncryptionKey::generate().unwrap();
    Store::open(with_key(&scratch, right.clone())).await.unwrap().close().await;
    let error = refused(with_key(&scratch, EncryptionKey::generate().unwrap())).await;
    assert_eq!(error.code(), "wrong_encryption_key");
    assert!(error.hint().unwrap().contains("ONEVENT_ENCRYPTION_KEY"));
    // No key file appears for a database that has another key.
    let error = refused(scratch.options()).await;
    assert_eq!(error.code(), "encryption_key_missing");
    assert!(!scratch.database().with_extension("sqlite3.key").exists());
    Store::open(with_key(&scratch, right)).await.unwrap();
}

#[tokio::test]
async fn a_lost_or_foreign_key_file_is_named() {
    let scratch = Scratch::new();
    scratch.open().await.close().await;
    let file = scratch.database().with_extension("sqlite3.key");
    let kept = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let error = refused(scratch.options()).await;
    assert_eq!(error.code(), "encryption_key_missing");
    assert!(error.to_string().contains("onevent.sqlite3.key"), "{error}");
    let other = Scratch::new();
    other.open().await.close().await;
    fs::copy(other.database().with_extension("sqlite3.key"), &file).unwrap();
    let error = refused(scratch.options()).await;
    assert_eq!(error.code(), "wrong_encryption_key");
    assert!(error.hint().unwrap().contains("onevent.sqlite3.key"));
    fs::write(&file, kept).unwrap();
    scratch.open().await;
}

#[tokio::test]
async fn reading_only_creates_nothing_and_leaves_nothing() {
    let scratch = Scratch::new();
    assert_eq!(refused(read_only(&scratch)).await.code(), "database_missing");
    assert_eq!(fs::read_dir(scratch.folder()).unwrap().count(), 0);

    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    store.close().await;
    let files = |folder: &Path| {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    let folder = scratch.database().parent().unwrap().to_owned();
    let before = files(&folder);
    let store = Store::open(read_only(&scratch)).await.unwrap();
    assert!(store.connection(&key("acme"), Visibility::Established).await.unwrap().is_some());
    let environment: EnvironmentName = "dev".parse().unwrap();
    assert_eq!(store.connections(&environment, None).await.unwrap().len(), 1);
    assert_eq!(store.begin().await.unwrap_err().code(), "database_read_only");
    store.close().await;
    assert_eq!(files(&folder), before);
}

#[tokio::test]
async fn a_database_of_a_newer_onevent_is_left_alone() {
    let scratch = Scratch::new();
    scratch.open().await.close().await;
    let raw = scratch.raw().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&raw)
    .await
    .unwrap();
    assert_eq!(refused(scratch.options()).await.code(), "database_schema_newer");
    assert_eq!(refused(read_only(&scratch)).await.code(), "database_schema_newer");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_an_error_and_stays() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.database().parent().unwrap()).unwrap();
    let content = "this is a letter, not a database. ".repeat(200);
    fs::write(scratch.database(), &content).unwrap();
    assert_eq!(refused(scratch.options()).await.code(), "database_corrupt");
    assert_eq!(fs::read_to_string(scratch.database()).unwrap(), content);
}

#[tokio::test]
async fn an_empty_file_read_only_is_told_to_be_no_store_yet() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.database().parent().unwrap()).unwrap();
    fs::write(scratch.database(), "").unwrap();
    assert_eq!(refused(read_only(&scratch)).await.code(), "database_schema_older");
}

/// Every migration: its version and its text.
fn migrations() -> Vec<(i64, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let version = |path: &Path| path.file_name().unwrap().to_str().unwrap()[..4].parse().unwrap();
    files.iter().map(|path| (version(path), fs::read_to_string(path).unwrap())).collect()
}

/// Makes of a database what an earlier version of the schema would hold of it.
async fn downgrade(scratch: &Scratch, to: i64) {
    let earlier = scratch.folder().join("earlier.sqlite3");
    let options = SqliteConnectOptions::new().filename(&earlier).create_if_missing(true);
    let raw = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let known = migrations().into_iter().filter(|(version, _)| *version <= to).map(|(version, text)| {
        let sql = AssertSqlSafe(text).into_sql_str();
        Migration::new(version, "".into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(known.collect()).run(&raw).await.unwrap();
    let attach = format!("ATTACH DATABASE '{}' AS newer", scratch.database().display());
    sqlx::query(AssertSqlSafe(attach)).execute(&raw).await.unwrap();
    let canary =
        "INSERT INTO main.encryption_canary (id, sealed) SELECT 1, canary FROM newer.encryption_keys";
    sqlx::query(canary).execute(&raw).await.unwrap();
    for table in ["connections", "runs"] {
        let columns = format!("SELECT GROUP_CONCAT(name) FROM pragma_table_info('{table}')");
        let columns: String = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&raw).await.unwrap();
        let copy = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}");
        sqlx::query(AssertSqlSafe(copy)).execute(&raw).await.unwrap();
    }
    raw.close().await;
    fs::rename(earlier, scratch.database()).unwrap();
}

/// A store with an unusable connection, a usable one, and a run; the run's report.
async fn filled(scratch: &Scratch) -> RunReport {
    let store = scratch.open().await;
    for id in ["acme", "globex"] {
        establish(&store, new_connection(id, "tok-1")).await.unwrap();
    }
    let run = report(&key("acme"), "validate-connection", Outcome::Rejected);
    let mut transaction = store.begin().await.unwrap();
    transaction.mark_auth_error(&key("acme"), run.run_id, "no scope").await.unwrap();
    transaction.insert_run(&run).await.unwrap();
    transaction.commit().await.unwrap();
    store.close().await;
    run
}

#[tokio::test]
async fn a_database_of_every_earlier_version_opens_with_all_that_is_in_it() {
    let newest = migrations().last().unwrap().0;
    for version in 1..newest {
        let scratch = Scratch::new();
        let run = filled(&scratch).await;
        downgrade(&scratch, version).await;
        assert_eq!(refused(read_only(&scratch)).await.code(), "database_schema_older", "{version}");
        let store = scratch.open().await;
        assert_eq!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().len(), 2, "{version}");
        let found = store.run(&run.run_id.to_string()).await.unwrap().unwrap();
        assert_eq!(found.report, serde_json::to_value(&run).unwrap(), "{version}");
    }
}

#[tokio::test]
async fn what_was_accepted_before_a_refusal_is_unknown_where_it_was_not_kept() {
    let scratch = Scratch::new();
    filled(&scratch).await;
    downgrade(&scratch, 2).await;
    let store = scratch.open().await;
    let stored = async |id: &str| store.connection(&key(id), Visibility::Established).await.unwrap().unwrap();
    let marked = stored("acme").await;
    assert_eq!(marked.auth_error.as_ref().unwrap().message, "no scope");
    assert!(marked.as_last_accepted().is_none());
    let usable = stored("globex").await;
    assert_eq!(usable.unfinished_setup, None);
    assert!(usable.as_last_accepted().is_some());
}
