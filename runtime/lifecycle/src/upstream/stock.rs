//! Comparing Nango's list of connections with what is known: webhooks get lost, and connections are deleted in Nango's
//! dashboard.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{ConnectionFacts, EnvironmentName, Operation};
use onevent_hosts::ListedConnection;
use onevent_store::{ConnectionKey, Store, StoreError, UpstreamConnection, UpstreamState};

/// How long Nango has to tell of a new connection itself.
const UNTIL_MISSED: Duration = Duration::from_secs(60);

/// What differs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stock {
    /// What Nango has and nobody here knows of.
    pub new: Vec<ListedConnection>,
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
    let key = |facts: &ConnectionFacts| {
        ConnectionKey::new(environment.clone(), facts.integration.clone(), facts.connection_id.clone())
    };
    let mut transaction = store.begin().await?;
    let is_first = transaction.last_comparison(environment).await?.is_none();
    let mut known: HashMap<ConnectionKey, UpstreamConnection> =
        known.into_iter().map(|known| (known.key.clone(), known)).collect();
    let mut stock = Stock::default();
    for listed in listed {
        let key = key(&listed.facts);
        let same = known.remove(&key).filter(|known| known.upstream_id == listed.id);
        let is_known = same.as_ref().is_some_and(|known| known.state != UpstreamState::DeletedBehind);
        if is_known {
            continue;
        }
        let age = listed.created_at.and_then(|at| Duration::try_from(now.duration_since(at)).ok());
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

/// Notes that a connection was deleted without its cleanup having run. False where that is not so: it is being worked on,
/// or was made again.
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
        let state = UpstreamState::DeletedBehind;
        transaction.note_upstream_connection(&gone.key, gone.upstream_id, &state).await?;
    }
    guard.end(transaction).await?;
    Ok(is_same)
}
