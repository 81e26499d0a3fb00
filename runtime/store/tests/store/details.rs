//! Whose a connection is, and finding it again by that.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{ConnectionDetails, EndUser, MetadataWriteKind, Organization, Tags};
use onevent_store::{
    Change, ConnectionFilter, ConnectionKey, DetailsPatch, NewConnection, OPERATION_WAIT, Reconnection,
    Store, StoreOptions, Visibility, Writer,
};
use serde_json::{Value, json};

use crate::support::{HeldClock, Scratch, establish, key, new_connection, object, reconnection};

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn user(id: &str, organization: Option<&str>) -> EndUser {
    EndUser {
        id: id.to_owned(),
        display_name: Some(format!("User {id}")),
        email: Some(format!("{id}@example.com")),
        tags: Some(tags(&[("plan", "pro")])),
        organization: organization
            .map(|id| Organization { id: id.to_owned(), display_name: Some("Acme Inc".into()) }),
    }
}

fn details(id: &str, organization: Option<&str>, pairs: &[(&str, &str)]) -> ConnectionDetails {
    ConnectionDetails {
        end_user: Some(user(id, organization)),
        tags: tags(pairs),
        webhook_url_override: Some("https://app.example.com/hook".into()),
    }
}

async fn insert(store: &Store, key: ConnectionKey, details: ConnectionDetails) {
    let new = NewConnection { key, details, ..new_connection("unused", "tok-1") };
    establish(store, new).await.unwrap();
}

async fn shown(store: &Store, key: &ConnectionKey) -> ConnectionDetails {
    let stored = store.connection(key, Visibility::Established).await.unwrap().unwrap();
    stored.connection.details
}

fn filter() -> ConnectionFilter {
    ConnectionFilter::of("dev".parse().unwrap())
}

async fn found(store: &Store, filter: ConnectionFilter) -> Vec<String> {
    let found = store.find_connections(&filter).await.unwrap();
    found.iter().map(|found| found.key.connection_id.to_string()).collect()
}

#[tokio::test]
async fn details_come_back_as_nango_shows_them_and_change_one_by_one() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let acme = key("acme");
    insert(&store, acme.clone(), details("u-1", Some("o-1"), &[("team", "a"), ("region", "eu")])).await;
    let stored = store.connection(&acme, Visibility::Established).await.unwrap().unwrap();
    let json = stored.connection.reveal();
    assert_eq!(
        json["end_user"],
        json!({
            "id": "u-1", "display_name": "User u-1", "email": "u-1@example.com", "tags": {"plan": "pro"},
            "organization": {"id": "o-1", "display_name": "Acme Inc"},
        })
    );
    assert_eq!(json["tags"], json!({"team": "a", "region": "eu"}));
    assert_eq!(json["webhook_url_override"], "https://app.example.com/hook");
    assert_eq!(json["last_fetched_at"], Value::Null);

    let patch = DetailsPatch { tags: Change::Set(tags(&[("team", "b")])), ..DetailsPatch::default() };
    store.patch_connection(&acme, &patch).await.unwrap();
    let patched = shown(&store, &acme).await;
    assert_eq!(patched, ConnectionDetails { tags: tags(&[("team", "b")]), ..stored.connection.details });
    let patch =
        DetailsPatch { end_user: Change::Clear, tags: Change::Clear, webhook_url_override: Change::Clear };
    store.patch_connection(&acme, &patch).await.unwrap();
    assert_eq!(shown(&store, &acme).await, ConnectionDetails::default());
    let error = store.patch_connection(&key("globex"), &patch).await.unwrap_err();
    assert_eq!(error.code(), "unknown_connection");
}

#[tokio::test]
async fn a_list_holds_what_every_part_of_its_filter_names_the_newest_first() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let of =
        |integration: &str, id: &str| ConnectionKey { integration: integration.parse().unwrap(), ..key(id) };
    insert(&store, of("salesforce", "one"), details("u-1", Some("o-1"), &[("team", "a")])).await;
    insert(&store, of("hubspot", "two"), details("u-2", Some("o-1"), &[("team", "a"), ("plan", "x")])).await;
    insert(&store, of("github", "three"), details("u_3", None, &[("team", "b")])).await;
    insert(&store, of("github", "one"), ConnectionDetails::default()).await;
    let elsewhere = ConnectionKey { environment: "prod".parse().unwrap(), ..key("four") };
    insert(&store, elsewhere, details("u-1", Some("o-1"), &[("team", "a")])).await;

    let all = ["one", "three", "two", "one"];
    assert_eq!(found(&store, filter()).await, all);
    let connection_id = Some("one".parse().unwrap());
    assert_eq!(found(&store, ConnectionFilter { connection_id, ..filter() }).await, ["one", "one"]);
    let by_user = |id: &str| ConnectionFilter { end_user_id: Some(id.into()), ..filter() };
    assert_eq!(found(&store, by_user("u-1")).await, ["one"]);
    let organization = ConnectionFilter { end_user_organization_id: Some("o-1".into()), ..filter() };
    assert_eq!(found(&store, organization.clone()).await, ["two", "one"]);
    let integrations = vec!["github".parse().unwrap(), "hubspot".parse().unwrap()];
    let several = ConnectionFilter { integrations, ..filter() };
    assert_eq!(found(&store, several.clone()).await, ["one", "three", "two"]);
    let both = ConnectionFilter { end_user_organization_id: Some("o-1".into()), ..several };
    assert_eq!(found(&store, both).await, ["two"]);
    let tagged = |pairs| ConnectionFilter { tags: tags(pairs), ..filter() };
    assert_eq!(found(&store, tagged(&[("team", "a")])).await, ["two", "one"]);
    assert_eq!(found(&store, tagged(&[("team", "a"), ("plan", "x")])).await, ["two"]);
    assert_eq!(found(&store, tagged(&[("team", "c")])).await, Vec::<String>::new());
    let search = |text: &str| ConnectionFilter { search: Some(text.into()), ..filter() };
    assert_eq!(found(&store, search("THREE")).await, ["three"]);
    assert_eq!(found(&store, search("USER U-2")).await, ["two"]);
    assert_eq!(found(&store, search("u-1@EXAMPLE")).await, ["one"]);
    assert_eq!(found(&store, search("u_3")).await, ["three"], "a wildcard of LIKE is a character");
    assert_eq!(found(&store, search("%")).await, Vec::<String>::new());
    assert_eq!(found(&store, search("' OR 1=1 --")).await, Vec::<String>::new());
    let page = |page| ConnectionFilter { limit: 3, page, ..filter() };
    assert_eq!(found(&store, page(0)).await, all[..3]);
    assert_eq!(found(&store, page(1)).await, all[3..]);
    assert_eq!(found(&store, page(2)).await, Vec::<String>::new());
    // Tags go with their connection.
    let mut transaction = store.begin().await.unwrap();
    transaction.delete_connection(&of("hubspot", "two")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(found(&store, tagged(&[("team", "a")])).await, ["one"]);
}

#[tokio::test]
async fn a_reconnect_that_is_rolled_back_leaves_details_as_they_were() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let acme = key("acme");
    let before = details("u-1", Some("o-1"), &[("team", "a")]);
    insert(&store, acme.clone(), before.clone()).await;
    let new = Reconnection {
        details: DetailsPatch {
            end_user: Change::Set(user("u-2", None)),
            tags: Change::Set(tags(&[("team", "b")])),
            webhook_url_override: Change::Keep,
        },
        ..reconnection("tok-2")
    };
    let begin = async || store.begin_override(&acme, new.clone(), OPERATION_WAIT).await.unwrap();
    let by_tag = |value| ConnectionFilter { tags: tags(&[("team", value)]), ..filter() };
    let guard = begin().await;
    let own = store.connection(&acme, Visibility::IncludingPending).await.unwrap().unwrap();
    assert_eq!(own.connection.details.end_user, Some(user("u-2", None)));
    assert_eq!(own.connection.details.webhook_url_override, before.webhook_url_override);
    assert_eq!(shown(&store, &acme).await, before);
    assert_eq!(found(&store, by_tag("b")).await, Vec::<String>::new(), "nothing is accepted yet");
    let last = guard.begin().await.unwrap();
    guard.roll_back(last).await.unwrap();
    assert_eq!(shown(&store, &acme).await, before);
    assert_eq!(found(&store, by_tag("a")).await, ["acme"]);

    // What is patched while a reconnect runs, stays whatever is decided.
    let guard = begin().await;
    let patch = DetailsPatch { webhook_url_override: Change::Clear, ..DetailsPatch::default() };
    store.patch_connection(&acme, &patch).await.unwrap();
    let patched = ConnectionDetails { webhook_url_override: None, ..before };
    assert_eq!(shown(&store, &acme).await, patched);
    let last = guard.begin().await.unwrap();
    guard.roll_back(last).await.unwrap();
    assert_eq!(shown(&store, &acme).await, patched);

    let guard = begin().await;
    let last = guard.begin().await.unwrap();
    guard.end(last).await.unwrap();
    assert_eq!(shown(&store, &acme).await.end_user, Some(user("u-2", None)));
    assert_eq!(found(&store, by_tag("b")).await, ["acme"]);
}

#[tokio::test]
async fn metadata_of_several_connections_is_written_for_all_or_for_none() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    for id in ["one", "two"] {
        establish(&store, new_connection(id, "tok-1")).await.unwrap();
    }
    let (one, two, missing) = (key("one"), key("two"), key("three"));
    let write = async |keys: &[ConnectionKey], kind, value: Value| {
        store.write_metadata_of_all(keys, kind, &object(value), &Writer::User).await
    };
    let stored = async |key: &ConnectionKey| {
        let metadata = store.metadata(key, Visibility::Established).await.unwrap().unwrap();
        metadata.value.map(Value::Object)
    };
    let both = [one.clone(), two.clone()];
    write(&both, MetadataWriteKind::Set, json!({"a": 1})).await.unwrap();
    write(&both[..1], MetadataWriteKind::Update, json!({"b": 2})).await.unwrap();
    assert_eq!(stored(&one).await, Some(json!({"a": 1, "b": 2})));
    assert_eq!(stored(&two).await, Some(json!({"a": 1})));
    for kind in [MetadataWriteKind::Set, MetadataWriteKind::Update] {
        let keys = [one.clone(), missing.clone()];
        assert_eq!(write(&keys, kind, json!({"c": 3})).await.unwrap_err().code(), "unknown_connection");
        assert_eq!(stored(&one).await, Some(json!({"a": 1, "b": 2})));
    }
    write(&both, MetadataWriteKind::Update, json!({"a": null})).await.unwrap();
    assert_eq!(stored(&one).await, Some(json!({"a": null, "b": 2})));
}

#[tokio::test]
async fn the_last_fetch_is_kept_to_the_minute() {
    let scratch = Scratch::new();
    let clock = HeldClock::new();
    let store = Store::open(StoreOptions { clock: Arc::<HeldClock>::clone(&clock), ..scratch.options() });
    let store = store.await.unwrap();
    establish(&store, new_connection("acme", "tok-1")).await.unwrap();
    let last = async || {
        let stored = store.connection(&key("acme"), Visibility::Established).await.unwrap().unwrap();
        (stored.connection.last_fetched_at, stored.connection.updated_at)
    };
    let (none, updated_at) = last().await;
    assert_eq!(none, None);
    store.note_fetched(&key("acme"), None).await.unwrap();
    let first = last().await.0;
    assert!(first.is_some());
    clock.advance(Duration::from_secs(59));
    store.note_fetched(&key("acme"), first).await.unwrap();
    assert_eq!(last().await.0, first);
    clock.advance(Duration::from_secs(1));
    store.note_fetched(&key("acme"), first).await.unwrap();
    assert!(last().await.0 > first);
    assert_eq!(last().await.1, updated_at, "reading is no change");
}
