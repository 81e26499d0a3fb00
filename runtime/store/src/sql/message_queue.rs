//! What a database's own queue does beside the table of events.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use super::statement::Statement;
use crate::token::Token;
use crate::{ConnectionKey, EventKind, EventState, StoreError};

/// An event that was inserted.
#[derive(Debug)]
pub(crate) struct SentEvent<'a> {
    pub(crate) id: &'a str,
    pub(crate) key: &'a ConnectionKey,
    pub(crate) kind: EventKind,
    pub(crate) lane: &'a str,
    /// One that does not wait keeps its place in the queue, should it ever.
    pub(crate) state: EventState,
    pub(crate) due_in: Duration,
    /// For whoever sends it, where it is claimed already.
    pub(crate) lease: Option<Duration>,
}

/// A queue beside the table of events, which says who may work on what, and when. Each method is called before the row
/// of the event is changed; one with a token answers whether that one has the event still. Without such a queue the
/// table alone says it all, and there is nothing to do here.
#[async_trait]
pub(crate) trait MessageQueue: Send {
    /// Whether there is one.
    const HAS_MESSAGES: bool = false;

    /// Keeps others from inserting events of this connection until the transaction ends, so that their positions grow
    /// in the order of commits.
    async fn take_turn(&mut self, _: &ConnectionKey) -> Result<(), StoreError> {
        Ok(())
    }

    /// After the row was inserted.
    async fn send(&mut self, _: SentEvent<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    /// Claims heads of lanes that are due and nobody's, in the order in which they were sent; `None` where only the
    /// table knows them.
    async fn claim_first(
        &mut self,
        _: &[EventKind],
        _: usize,
        _: Duration,
    ) -> Result<Option<Vec<String>>, StoreError> {
        Ok(None)
    }

    /// Claims this one; whether it is due and nobody's.
    async fn claim(&mut self, _: &str, _: Duration) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Starts the lease anew.
    async fn renew(&mut self, _: &str, _: Token, _: Duration) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Nobody is at it any more, and it is due so long from now.
    async fn give_back(&mut self, _: &str, _: Token, _: Duration) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// It ends.
    async fn remove(&mut self, _: &str, _: Token) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// All end that the statement selects (columns `kind`, `message_id` and `message_reads`), whoever was at them.
    async fn remove_all(&mut self, _: Statement) -> Result<(), StoreError> {
        Ok(())
    }

    /// An event that ended waits again, at its old place. After its row was changed.
    async fn send_again(&mut self, _: &EnvironmentName, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
}
