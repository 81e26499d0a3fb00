//! Who comes first where more is due than there are places.

use std::time::Duration;

use onevent_store::{Claim, ConnectionKey, EventEnd, EventKind, NewEvent, Shares, Store};

use crate::support::Scratch;

const LEASE: Duration = Duration::from_secs(30);
const SHARES: Shares = Shares { integration: 4, environment: 6 };
const PLACES: usize = 8;

fn key(environment: &str, integration: &str, connection_id: &str) -> ConnectionKey {
    ConnectionKey::new(
        environment.parse().unwrap(),
        integration.parse().unwrap(),
        connection_id.parse().unwrap(),
    )
}

async fn enqueue(store: &Store, key: &ConnectionKey, count: usize) {
    let mut transaction = store.begin().await.unwrap();
    for _ in 0..count {
        let new = NewEvent::new(EventKind::Action, key.clone());
        store.queue().enqueue(&mut transaction, new).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn claim(store: &Store, most: usize, shares: Shares) -> Vec<Claim> {
    store.queue().claim(EventKind::ALL, most, LEASE, shares).await.unwrap()
}

async fn finish(store: &Store, claim: &Claim) {
    let mut transaction = store.begin().await.unwrap();
    let done = EventEnd::Done { run: None, result: None };
    store.queue().finish(&mut transaction, claim, done).await.unwrap();
    transaction.commit().await.unwrap();
}

fn count(claims: &[Claim], key: &ConnectionKey) -> usize {
    claims.iter().filter(|claim| claim.connection() == key).count()
}

#[tokio::test]
async fn a_flood_of_one_integration_leaves_places_to_the_others() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (flood, other) = (key("dev", "salesforce", "flood"), key("dev", "hubspot", "acme"));
    let elsewhere = key("prod", "salesforce", "globex");
    enqueue(&store, &flood, 100).await;
    assert_eq!(claim(&store, PLACES, SHARES).await.len(), 4, "what one integration may have");
    enqueue(&store, &other, 100).await;
    // Nothing has ended, and the others need not wait for it.
    let claims = claim(&store, PLACES - 4, SHARES).await;
    assert_eq!((claims.len(), count(&claims, &other)), (2, 2), "what one environment may have");
    enqueue(&store, &elsewhere, 100).await;
    let claims = claim(&store, PLACES - 6, SHARES).await;
    assert_eq!((claims.len(), count(&claims, &elsewhere)), (2, 2));
}

#[tokio::test]
async fn without_shares_a_flood_has_every_place() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    enqueue(&store, &key("dev", "salesforce", "flood"), 100).await;
    assert_eq!(claim(&store, PLACES, Shares::UNBOUNDED).await.len(), PLACES);
}

#[tokio::test]
async fn a_place_that_becomes_free_goes_to_whoever_has_least() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let (flood, acme) = (key("dev", "salesforce", "flood"), key("dev", "salesforce", "acme"));
    let (hubspot, prod) = (key("dev", "hubspot", "globex"), key("prod", "salesforce", "initech"));
    enqueue(&store, &flood, 100).await;
    let mut held = claim(&store, PLACES, Shares::UNBOUNDED).await;
    for key in [&acme, &hubspot, &prod] {
        enqueue(&store, key, 3).await;
    }
    let mut order = Vec::new();
    for _ in 0..7 {
        finish(&store, &held.remove(0)).await;
        let claims = claim(&store, 1, Shares::UNBOUNDED).await;
        order.push(claims[0].connection().clone());
        held.extend(claims);
    }
    // In the order in which they came, the flood would go on: it is due first.
    assert!(!order.contains(&flood), "{order:?}");
    for (key, times) in [(&acme, 1), (&hubspot, 3), (&prod, 3)] {
        assert_eq!(order.iter().filter(|served| *served == key).count(), times, "{order:?}");
    }
    // Of the flood's eight one is left, and one of acme's is begun: now it is due time that decides.
    finish(&store, &held.remove(0)).await;
    assert_eq!(
        claim(&store, 1, Shares::UNBOUNDED).await[0].connection(),
        &flood,
        "who has nothing comes first, a flood, too"
    );
}

#[tokio::test]
async fn two_floods_of_connections_do_not_hide_a_third_connection() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let floods = [key("dev", "salesforce", "flood-1"), key("dev", "salesforce", "flood-2")];
    for flood in &floods {
        enqueue(&store, flood, 50).await;
    }
    let held = claim(&store, PLACES, Shares::UNBOUNDED).await;
    assert!(floods.iter().all(|flood| count(&held, flood) == PLACES / 2), "each has its half");
    let acme = key("dev", "salesforce", "acme");
    enqueue(&store, &acme, 1).await;
    finish(&store, &held[0]).await;
    assert_eq!(claim(&store, 1, Shares::UNBOUNDED).await[0].connection(), &acme);
    enqueue(&store, &acme, 1).await;
    finish(&store, &held[1]).await;
    assert_eq!(claim(&store, 1, Shares::UNBOUNDED).await[0].connection(), &acme, "also once it has one");
}
