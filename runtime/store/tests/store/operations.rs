use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Operation, Outcome, RunId};
use onevent_store::{
    LastAccepted, NewConnection, OPERATION_WAIT, OperationGuard, Reconnection, RunFilter, SetupFollows,
    SetupState, Store, StoreError, StoreMode, StoreOptions, StoredConnection, Visibility,
};
use serde_json::json;

use crate::support::{
    Scratch, credentials, establish, key, new_connection, object, reconnection, report, until,
};

async fn shown(store: &Store, connection_id: &str) -> Option<StoredConnection> {
    store.connection(&key(connection_id), Visibility::Established).await.unwrap()
}

async fn setup_state(store: &Store) -> Option<SetupState> {
    shown(store, "acme").await.unwrap().unfinished_setup.map(|setup| setup.state)
}

async fn roll_back(guard: OperationGuard) {
    let transaction = guard.begin().await.unwrap();
    guard.roll_back(transaction).await.unwrap();
}

/// A connection with metadata and an auth error, and its state.
async fn broken_connection(store: &Store) -> StoredConnection {
    let new = NewConnection {
        metadata: Some(object(json!({"organizationId": "00D"}))),
        ..new_connection("acme", "tok-old")
    };
    establish(store, new).await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    transaction.mark_auth_error(&key("acme"), RunId::generate(), "no scope").await.unwrap();
    transaction.commit().await.unwrap();
    shown(store, "acme").await.unwrap()
}

fn assert_same(left: &StoredConnection, right: &StoredConnection) {
    assert_eq!(left.connection.reveal(), right.connection.reveal());
    assert_eq!(left.auth_error, right.auth_error);
    assert_eq!(left.metadata_version, right.metadata_version);
    assert_eq!(left.connection.updated_at, right.connection.updated_at);
}

#[tokio::test]
async fn a_connection_is_not_shown_before_its_creation_was_accepted() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    assert_eq!(guard.operation(), Operation::Creation);
    assert!(shown(&store, "acme").await.is_none());
    assert!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().is_empty());
    let own = store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().unwrap();
    assert_eq!(own.connection.credentials, credentials("tok-1"));
    let mut transaction = guard.begin().await.unwrap();
    transaction.establish_connection(&key("acme"), SetupFollows::No).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(shown(&store, "acme").await.is_some());
    // Accepted is accepted: rolling back what follows does not take it away.
    roll_back(guard).await;
    assert!(shown(&store, "acme").await.is_some());
}

#[tokio::test]
async fn rolling_back_a_creation_leaves_nothing_but_the_run() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    let mut transaction = guard.begin().await.unwrap();
    transaction.insert_run(&report(&key("acme"), "validate-connection", Outcome::Unknown)).await.unwrap();
    guard.roll_back(transaction).await.unwrap();
    assert!(store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().is_none());
    assert_eq!(store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap().len(), 1);
    establish(&store, new_connection("acme", "tok-2")).await.unwrap();
}

#[tokio::test]
async fn rolling_back_an_override_puts_everything_back() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let before = broken_connection(&store).await;
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let own = store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap();
    let during = own.unwrap();
    assert_eq!(during.connection.credentials, credentials("tok-new"));
    assert!(during.auth_error.is_none());
    assert_eq!(during.connection.metadata, before.connection.metadata);
    roll_back(guard).await;
    assert_same(&shown(&store, "acme").await.unwrap(), &before);
}

#[tokio::test]
async fn until_an_override_is_decided_everybody_else_sees_what_was_accepted() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let before = broken_connection(&store).await;
    let listed = store.connections(&"dev".parse().unwrap(), None).await.unwrap();
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let reading = Store::open(StoreOptions { mode: StoreMode::ReadOnly, ..scratch.options() }).await.unwrap();
    for store in [&store, &reading] {
        assert_same(&shown(store, "acme").await.unwrap(), &before);
        let during = store.connections(&"dev".parse().unwrap(), None).await.unwrap();
        assert_eq!(during[0].auth_error, listed[0].auth_error);
        assert_eq!(during[0].provider, listed[0].provider);
    }
    let last = guard.begin().await.unwrap();
    guard.end(last).await.unwrap();
    for store in [&store, &reading] {
        assert_eq!(shown(store, "acme").await.unwrap().connection.credentials, credentials("tok-new"));
    }
}

#[tokio::test]
async fn an_override_without_settings_keeps_them() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    let new = Reconnection { connection_config: None, ..reconnection("tok-new") };
    let guard = store.begin_override(&key("acme"), new, OPERATION_WAIT).await.unwrap();
    let last = guard.begin().await.unwrap();
    guard.end(last).await.unwrap();
    let after = shown(&store, "acme").await.unwrap().connection;
    assert_eq!(after.connection_config["instance_url"], "https://one.my.salesforce.com");
    assert_eq!(after.provider, "salesforce-sandbox");
}

#[tokio::test]
async fn a_damaged_connection_is_in_nobodys_way_and_can_be_deleted() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    establish(&store, new_connection("globex", "tok-1")).await.unwrap();
    drop(store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap());
    let raw = scratch.raw().await;
    // The task of the dropped guard may have rolled it back already: then only the row is damaged.
    sqlx::query("UPDATE operations SET previous = $1").bind(vec![0_u8]).execute(&raw).await.unwrap();
    sqlx::query("UPDATE connections SET credentials = $1 WHERE connection_id = 'acme'")
        .bind(vec![0_u8])
        .execute(&raw)
        .await
        .unwrap();
    store.close().await;
    let store = scratch.open().await;
    assert_eq!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().len(), 2);
    let damaged = store.connection(&key("acme"), Visibility::Established).await.unwrap_err();
    assert_eq!(damaged.code(), "database_corrupt");
    assert!(store.provider(&key("acme")).await.unwrap().is_some());
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.delete_connection(&key("acme")).await.unwrap();
    guard.end(last).await.unwrap();
    assert!(shown(&store, "acme").await.is_none());
    assert!(shown(&store, "globex").await.is_some());
}

#[tokio::test]
async fn an_override_that_ends_is_final() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    broken_connection(&store).await;
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let mut transaction = guard.begin().await.unwrap();
    transaction.mark_auth_error(&key("acme"), RunId::generate(), "other org").await.unwrap();
    guard.end(transaction).await.unwrap();
    assert_eq!(store.recover().await.unwrap(), []);
    let after = shown(&store, "acme").await.unwrap();
    assert_eq!(after.connection.credentials, credentials("tok-new"));
    assert_eq!(after.auth_error.unwrap().message, "other org");
}

#[tokio::test]
async fn a_second_operation_is_told_what_runs_and_changes_nothing() {
    let scratch = Scratch::new();
    let (store, other) = (scratch.open().await, scratch.open().await);
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    for store in [&store, &other] {
        let error =
            store.begin_override(&key("acme"), reconnection("tok-2"), Duration::ZERO).await.unwrap_err();
        assert!(matches!(
            &error,
            StoreError::OperationInProgress { key: named, operation: Operation::Deletion, since }
                if *named == key("acme") && *since == guard.since()
        ));
        let create = store.begin_creation(new_connection("acme", "tok-2"), Duration::ZERO).await;
        assert_eq!(create.unwrap_err().code(), "operation_in_progress");
    }
    assert_eq!(shown(&other, "acme").await.unwrap().connection.credentials, credentials("tok-1"));
    // Other connections are free.
    establish(&other, new_connection("globex", "tok-1")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn operations_of_one_connection_wait_for_each_other() {
    let scratch = Scratch::new();
    let stores = [scratch.open().await, scratch.open().await];
    establish(&stores[0], new_connection("acme", "tok-0")).await.unwrap();
    let running = Arc::new(tokio::sync::Mutex::new(()));
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let (store, running) = (stores[number % 2].clone(), running.clone());
            tokio::spawn(async move {
                let new = reconnection(&format!("tok-{number}"));
                let guard = store.begin_override(&key("acme"), new, Duration::from_secs(300)).await.unwrap();
                let alone = running.try_lock().expect("two operations at once");
                tokio::task::yield_now().await;
                let transaction = guard.begin().await.unwrap();
                drop(alone);
                guard.end(transaction).await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_operation_is_rolled_back() {
    let scratch = Scratch::new();
    let (store, other) = (scratch.open().await, scratch.open().await);
    let before = broken_connection(&store).await;
    drop(store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap());
    // Whether the background was faster or this look comes first: it is the old state that is seen.
    assert_same(&shown(&other, "acme").await.unwrap(), &before);
    drop(store.begin_creation(new_connection("globex", "tok-1"), OPERATION_WAIT).await.unwrap());
    establish(&other, new_connection("globex", "tok-2")).await.unwrap();
    drop(store.begin_deletion(&key("globex"), OPERATION_WAIT).await.unwrap());
    assert!(shown(&other, "globex").await.is_some());
}

#[tokio::test]
async fn metadata_written_during_an_override_survives_its_rollback() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    broken_connection(&store).await;
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let write = onevent_contract::MetadataWrite {
        value: object(json!({"note": "by the user"})),
        commit: onevent_contract::MetadataCommit::Always,
        kind: onevent_contract::MetadataWriteKind::Set,
    };
    store
        .write_metadata(&key("acme"), Visibility::Established, &write, &onevent_store::Writer::User)
        .await
        .unwrap();
    roll_back(guard).await;
    let after = shown(&store, "acme").await.unwrap();
    assert_eq!(after.connection.credentials, credentials("tok-old"));
    assert_eq!(after.connection.metadata, Some(object(json!({"note": "by the user"}))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_sees_an_abandoned_state_while_somebody_else_rolls_it_back() {
    let scratch = Scratch::new();
    let stores = [scratch.open().await, scratch.open().await];
    broken_connection(&stores[0]).await;
    for _ in 0..10 {
        drop(stores[0].begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap());
        let looks: Vec<_> = (0..8)
            .map(|number| {
                let store = stores[number % 2].clone();
                tokio::spawn(async move { shown(&store, "acme").await.unwrap().connection.credentials })
            })
            .collect();
        for look in looks {
            assert_eq!(look.await.unwrap(), credentials("tok-old"));
        }
    }
}

/// Begins a reconnect with this token and refuses it.
async fn refuse(store: &Store, token: &str) {
    let guard = store.begin_override(&key("acme"), reconnection(token), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.refuse_credentials(&key("acme"), RunId::generate(), "other org").await.unwrap();
    guard.end(last).await.unwrap();
}

fn accepted_token(stored: StoredConnection) -> Option<String> {
    let accepted = stored.as_last_accepted()?;
    Some(accepted.connection.credentials.text("access_token").unwrap().reveal().to_owned())
}

#[tokio::test]
async fn what_was_accepted_last_is_kept_beside_what_was_refused_until_something_is_accepted() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    let before = shown(&store, "acme").await.unwrap();
    assert!(matches!(before.last_accepted, LastAccepted::Current));
    for token in ["tok-refused", "tok-refused-too"] {
        refuse(&store, token).await;
        let stored = shown(&store, "acme").await.unwrap();
        assert_eq!(stored.connection.credentials, credentials(token));
        assert_eq!(stored.connection.provider, "salesforce-sandbox");
        let accepted = stored.as_last_accepted().unwrap();
        assert_eq!(accepted.connection.credentials, credentials("tok-old"));
        assert_eq!(accepted.connection.provider, before.connection.provider);
        assert_eq!(accepted.connection.connection_config, before.connection.connection_config);
    }
    // A reconnect that comes to nothing changes nothing of that.
    let refused = shown(&store, "acme").await.unwrap();
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    roll_back(guard).await;
    let after = shown(&store, "acme").await.unwrap();
    assert_same(&after, &refused);
    assert_eq!(accepted_token(after).as_deref(), Some("tok-old"));
    // A deletion is for the account that was accepted.
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    assert_eq!(guard.facts().provider, "salesforce");
    roll_back(guard).await;

    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.accept_credentials(&key("acme")).await.unwrap();
    guard.end(last).await.unwrap();
    let stored = shown(&store, "acme").await.unwrap();
    assert!(stored.auth_error.is_none() && matches!(stored.last_accepted, LastAccepted::Current));
    assert_eq!(accepted_token(stored).as_deref(), Some("tok-new"));
}

#[tokio::test]
async fn what_was_accepted_last_is_sealed_like_what_it_was_beside() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old-0123456789")).await.unwrap();
    refuse(&store, "tok-new-0123456789").await;
    store.close().await;
    let bytes = scratch.content();
    for token in ["tok-old-0123456789", "tok-new-0123456789"] {
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "{token}");
    }
    // Damaged, it is told, and the connection can still be deleted.
    let raw = scratch.raw().await;
    sqlx::query("UPDATE connections SET accepted = $1").bind(vec![0_u8]).execute(&raw).await.unwrap();
    raw.close().await;
    let store = scratch.open().await;
    let damaged = store.connection(&key("acme"), Visibility::Established).await.unwrap_err();
    assert_eq!(damaged.code(), "database_corrupt");
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    let mut last = guard.begin().await.unwrap();
    last.delete_connection(&key("acme")).await.unwrap();
    guard.end(last).await.unwrap();
}

#[tokio::test]
async fn a_setup_counts_as_unfinished_until_somebody_ends_it() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let guard = store.begin_creation(new_connection("acme", "tok-1"), OPERATION_WAIT).await.unwrap();
    let mut transaction = guard.begin().await.unwrap();
    transaction.establish_connection(&key("acme"), SetupFollows::Yes).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(setup_state(&store).await, Some(SetupState::Running));
    let list = store.connections(&"dev".parse().unwrap(), None).await.unwrap();
    assert_eq!(list[0].unfinished_setup.unwrap().state, SetupState::Running);
    drop(guard);
    until(Some(SetupState::Interrupted), || setup_state(&store)).await;
    let mut transaction = store.begin().await.unwrap();
    transaction.finish_setup(&key("acme")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(shown(&store, "acme").await.unwrap().unfinished_setup, None);
}

#[tokio::test]
async fn who_reads_a_connection_that_is_worked_on_here_does_not_wait_for_writers() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    establish(&store, new_connection("acme", "tok-old")).await.unwrap();
    let guard = store.begin_override(&key("acme"), reconnection("tok-new"), OPERATION_WAIT).await.unwrap();
    let writing = store.begin().await.unwrap();
    assert_eq!(shown(&store, "acme").await.unwrap().connection.credentials, credentials("tok-old"));
    assert_eq!(store.connections(&"dev".parse().unwrap(), None).await.unwrap().len(), 1);
    drop(writing);
    // What was given up here, is put back at once as before.
    drop(guard);
    let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
    assert_eq!(stored.connection.credentials, credentials("tok-old"));
    let own = store.connection(&key("acme"), Visibility::IncludingPending).await.unwrap().unwrap();
    assert_eq!(own.connection.credentials, credentials("tok-old"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_wait_for_one_connection_are_in_nobodys_way() {
    let scratch = Scratch::new();
    let (store, other) = (scratch.open().await, scratch.open().await);
    establish(&store, new_connection("acme", "tok-0")).await.unwrap();
    let guard = store.begin_deletion(&key("acme"), OPERATION_WAIT).await.unwrap();
    let waiting: Vec<_> = (0..40)
        .map(|number| {
            let store = if number % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move {
                store.begin_deletion(&key("acme"), std::time::Duration::from_secs(300)).await.map(drop)
            })
        })
        .collect();
    // Everybody else writes meanwhile.
    for number in 0..20 {
        establish(&other, new_connection(&format!("c{number}"), "tok-1")).await.unwrap();
    }
    roll_back(guard).await;
    for task in waiting {
        task.await.unwrap().unwrap();
    }
}
