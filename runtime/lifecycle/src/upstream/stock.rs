//! Comparing Nango's list of connections with what is known: webhooks get lost, and connections are deleted in Nango's
//! dashboard.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{ConnectionFacts, EnvironmentName, Operation};
use onevent_hosts::ListedConnection;
use onevent_store::{ConnectionKey, Store, StoreError, UpstreamConnection, UpstreamState};

use super::occasion::age;

/// How long Nango has to tell of a new connection itself.
const UNTIL_MISSED: Duration = Duration::from_secs(60);

/// What differs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stock {
    /// Whether this was the first comparison.
    pub is_first: bool,
    /// What Nango has and nobody here knows of.
    pub new: Vec<ListedConnection>,
    /// What was rejected here, and Nango has all the same.
    pub undeleted: Vec<ListedConnection>,
    /// What is known here and Nango does not have any more.
    pub gone: Vec<UpstreamConnection>,
}

/// Compares. The first time, everything that is there counts as known, and nothing differs. `known` is what was known
/// before the list was asked for: what came in meanwhile is not missed.
///
/// # Errors
/// All of the database.
pub async fn take_stock(
    store: &Store,
    environment: &EnvironmentName,
    known: Vec<UpstreamConnection>,
    listed: Vec<ListedConnection>,
    now: Timestamp,
) -> Result<Stock, StoreError> {
    let mut transaction = store.begin().await?;
    let is_first = transaction.last_comparison(environment).await?.is_none();
    let mut stock = Stock { is_first, ..Stock::default() };
    let mut known: HashMap<ConnectionKey, UpstreamConnection> =
        known.into_iter().map(|known| (known.key.clone(), known)).collect();
    for listed in listed {
        let key = key(environment, &listed.facts);
        let same = known.remove(&key).filter(|known| known.upstream_id == listed.id);
        match same.as_ref().map(|known| &known.state) {
            Some(UpstreamState::Known | UpstreamState::Accepted | UpstreamState::Rejected { .. }) => continue,
            Some(UpstreamState::ToDelete { .. }) => {
                stock.undeleted.push(listed);
                continue;
            }
            Some(UpstreamState::DeletedBehind) | None => {}
        }
        let age = age(listed.created_at, now);
        if same.is_some() || (is_first && transaction.upstream_connection(&key).await?.is_none()) {
            transaction.note_upstream_connection(&key, listed.id, &UpstreamState::Known).await?;
        } else if !is_first && age.is_none_or(|age| age >= UNTIL_MISSED) {
            stock.new.push(listed);
        }
    }
    stock.gone = known.into_values().filter(|known| known.state != UpstreamState::DeletedBehind).collect();
    transaction.note_comparison(environment).await?;
    transaction.commit().await?;
    Ok(stock)
}

/// Compares the first comparison with a list that was asked for after it: what had slipped through is noted too. The answer
/// is what was noted and is missing now. It may have been deleted while the first list was on its way.
///
/// # Errors
/// All of the database.
pub async fn take_stock_again(
    store: &Store,
    environment: &EnvironmentName,
    listed: Vec<ListedConnection>,
) -> Result<Vec<UpstreamConnection>, StoreError> {
    let mut transaction = store.begin().await?;
    let mut there = HashSet::new();
    for listed in listed {
        let key = key(environment, &listed.facts);
        if transaction.upstream_connection(&key).await?.is_none() {
            transaction.note_upstream_connection(&key, listed.id, &UpstreamState::Known).await?;
        }
        there.insert(listed.id);
    }
    transaction.commit().await?;
    let mut noted = store.upstream_connections(environment).await?;
    noted.retain(|known| known.state == UpstreamState::Known && !there.contains(&known.upstream_id));
    Ok(noted)
}

/// Forgets a connection that the first comparison has noted and that is not there.
///
/// # Errors
/// All of the database.
pub async fn forget_noted(store: &Store, missing: &UpstreamConnection) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    if transaction.upstream_connection(&missing.key).await?.as_ref() == Some(missing) {
        transaction.forget_upstream_connection(&missing.key).await?;
    }
    transaction.commit().await
}

/// Notes that a connection was deleted without its cleanup having run. False where that is not so: it is being worked on,
/// was made again, or was never accepted.
///
/// # Errors
/// All of the database.
pub async fn note_deleted_behind(store: &Store, gone: &UpstreamConnection) -> Result<bool, StoreError> {
    let facts = ConnectionFacts {
        connection_id: gone.key.connection_id.clone(),
        integration: gone.key.integration.clone(),
        provider: String::new(),
    };
    let begun = store.begin_upstream(facts, &gone.key.environment, Operation::Deletion, Duration::ZERO).await;
    let guard = match begun {
        Ok(guard) => guard,
        Err(StoreError::OperationInProgress { .. } | StoreError::Busy) => return Ok(false),
        Err(error) => return Err(error),
    };
    let mut transaction = guard.begin().await?;
    let now = transaction.upstream_connection(&gone.key).await?;
    let is_same = now.is_some_and(|now| now.upstream_id == gone.upstream_id && now.state == gone.state);
    if is_same {
        transaction.forget_upstream_connection(&gone.key).await?;
    }
    // What was never accepted has nothing to be cleaned up: it is gone as it should be.
    let is_missed = is_same && !matches!(gone.state, UpstreamState::ToDelete { .. });
    if is_missed {
        let state = UpstreamState::DeletedBehind;
        transaction.note_upstream_connection(&gone.key, gone.upstream_id, &state).await?;
    }
    guard.end(transaction).await?;
    Ok(is_missed)
}

fn key(environment: &EnvironmentName, facts: &ConnectionFacts) -> ConnectionKey {
    ConnectionKey::new(environment.clone(), facts.integration.clone(), facts.connection_id.clone())
}
