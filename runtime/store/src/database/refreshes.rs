//! Refreshes of access tokens, as columns.

use std::time::Duration;

use async_trait::async_trait;

use crate::token::Token;
use crate::{ConnectionKey, StoreError};

/// What came of the last refreshes of a connection's token.
#[derive(Debug, Clone, Default)]
pub(crate) struct RefreshColumns {
    pub(crate) refreshed_at: Option<i64>,
    pub(crate) failure: Option<RefreshFailureColumns>,
    pub(crate) refused_days: i64,
    pub(crate) refused_at: Option<i64>,
}

/// The last failure.
#[derive(Debug, Clone)]
pub(crate) struct RefreshFailureColumns {
    pub(crate) at: i64,
    /// `refused` or `unavailable`.
    pub(crate) kind: String,
    pub(crate) message: String,
}

/// Refreshes: at most one row for each connection.
#[async_trait]
pub(crate) trait RefreshTable {
    /// `None` where nothing was ever refreshed.
    async fn refresh_columns(&mut self, key: &ConnectionKey) -> Result<Option<RefreshColumns>, StoreError>;
    /// Whether the lease is this token's now: from now on, by the database's clock. It is where nobody had it, or the
    /// lease of whoever had it is over.
    async fn take_refresh_lease(
        &mut self,
        key: &ConnectionKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError>;
    /// Whether the lease is still this token's, over or not.
    async fn has_refresh_lease(&mut self, key: &ConnectionKey, token: Token) -> Result<bool, StoreError>;
    /// Gives the lease back, if it is this token's.
    async fn give_refresh_lease_back(&mut self, key: &ConnectionKey, token: Token) -> Result<(), StoreError>;
    /// The lease stays as it is.
    async fn set_refresh_columns(
        &mut self,
        key: &ConnectionKey,
        columns: RefreshColumns,
    ) -> Result<(), StoreError>;
    async fn delete_refresh_row(&mut self, key: &ConnectionKey) -> Result<(), StoreError>;
}
