//! The tables as columns: texts, numbers and sealed bytes, before anybody reads anything into them.
//!
//! Times are milliseconds since 1970-01-01T00:00:00Z. JSON is text.

use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{ConnectionId, EnvironmentName, IntegrationId, Tags};

use crate::token::Token;
use crate::{ConnectionFilter, ConnectionKey, ConnectionState, StoreError, Visibility};

/// The three columns that name a connection.
#[derive(Debug, Clone)]
pub(crate) struct KeyColumns {
    pub(crate) environment: String,
    pub(crate) integration: String,
    pub(crate) connection_id: String,
}

impl KeyColumns {
    pub(crate) fn key(self) -> Result<ConnectionKey, StoreError> {
        let damaged = |_| StoreError::corrupt("connection name");
        Ok(ConnectionKey {
            environment: EnvironmentName::new(self.environment).map_err(damaged)?,
            integration: IntegrationId::new(self.integration).map_err(damaged)?,
            connection_id: ConnectionId::new(self.connection_id).map_err(damaged)?,
        })
    }
}

/// Why a connection waits for a reconnect.
#[derive(Debug, Clone)]
pub(crate) struct AuthErrorColumns {
    pub(crate) run_id: String,
    pub(crate) message: String,
    pub(crate) at: i64,
}

/// What a connection's credentials are.
#[derive(Debug, Clone)]
pub(crate) struct CredentialsColumns {
    /// Sealed.
    pub(crate) credentials: Vec<u8>,
    /// `accepted` or `refused`.
    pub(crate) state: String,
    /// Sealed: what was accepted last, where these were refused and it is known.
    pub(crate) accepted: Option<Vec<u8>>,
}

/// What is known of a connection without opening its credentials.
#[derive(Debug, Clone)]
pub(crate) struct ProviderColumns {
    pub(crate) provider: String,
    /// Sealed: what was accepted last, where these were refused and it is known.
    pub(crate) accepted: Option<Vec<u8>>,
    pub(crate) state: String,
    pub(crate) unfinished_setup_since: Option<i64>,
    pub(crate) quarantined_until: Option<i64>,
}

/// A connection's metadata.
#[derive(Debug, Clone)]
pub(crate) struct MetadataColumns {
    pub(crate) metadata: Option<String>,
    pub(crate) version: i64,
    pub(crate) writers: String,
}

/// What the product says of a connection.
#[derive(Debug, Clone)]
pub(crate) struct DetailsColumns {
    pub(crate) end_user_id: Option<String>,
    pub(crate) end_user_display_name: Option<String>,
    pub(crate) end_user_email: Option<String>,
    pub(crate) end_user_tags: Option<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) organization_display_name: Option<String>,
    pub(crate) tags: String,
    pub(crate) webhook_url_override: Option<String>,
}

/// A connection to be inserted.
#[derive(Debug)]
pub(crate) struct NewConnectionRow<'a> {
    pub(crate) key: &'a ConnectionKey,
    pub(crate) provider: &'a str,
    pub(crate) state: ConnectionState,
    pub(crate) credentials: Vec<u8>,
    pub(crate) connection_config: String,
    pub(crate) metadata: MetadataColumns,
    pub(crate) now: i64,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct ConnectionRow {
    pub(crate) summary: SummaryRow,
    pub(crate) state: String,
    pub(crate) quarantined_until: Option<i64>,
    pub(crate) credentials: CredentialsColumns,
    pub(crate) connection_config: String,
    pub(crate) metadata_version: i64,
    pub(crate) metadata_writers: String,
}

/// A connection without what is sealed.
#[derive(Debug)]
pub(crate) struct SummaryRow {
    pub(crate) id: i64,
    pub(crate) key: KeyColumns,
    pub(crate) provider: String,
    pub(crate) metadata: Option<String>,
    pub(crate) details: DetailsColumns,
    pub(crate) last_fetched_at: Option<i64>,
    pub(crate) auth_error: Option<AuthErrorColumns>,
    pub(crate) unfinished_setup_since: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Connections. A change answers whether there was such a row.
#[async_trait]
pub(crate) trait ConnectionTable {
    /// `None` where there is one with this key.
    async fn insert_connection_row(&mut self, row: NewConnectionRow<'_>) -> Result<Option<i64>, StoreError>;
    async fn connection_row(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<ConnectionRow>, StoreError>;
    /// The established ones that the filter names, the newest first.
    async fn found_rows(&mut self, filter: &ConnectionFilter) -> Result<Vec<SummaryRow>, StoreError>;
    /// The established ones, by integration and id.
    async fn summary_rows(
        &mut self,
        environment: &EnvironmentName,
        integration: Option<&IntegrationId>,
    ) -> Result<Vec<SummaryRow>, StoreError>;
    async fn provider_columns(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<ProviderColumns>, StoreError>;
    async fn metadata_columns(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<MetadataColumns>, StoreError>;
    /// Only where `metadata.version` is the stored one; it grows by one.
    async fn replace_metadata(
        &mut self,
        key: &ConnectionKey,
        metadata: MetadataColumns,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn details_columns(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<DetailsColumns>, StoreError>;
    /// The tags are given twice: as a column, and one by one for searching.
    async fn replace_details(
        &mut self,
        key: &ConnectionKey,
        details: DetailsColumns,
        tags: &Tags,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn set_last_fetched(&mut self, key: &ConnectionKey, now: i64) -> Result<(), StoreError>;
    /// `connection_config` stays where none is given.
    async fn replace_account(
        &mut self,
        key: &ConnectionKey,
        provider: &str,
        credentials: Vec<u8>,
        connection_config: Option<String>,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn set_credentials_state(
        &mut self,
        key: &ConnectionKey,
        state: &'static str,
        accepted: Option<Vec<u8>>,
    ) -> Result<bool, StoreError>;
    async fn set_auth_error_columns(
        &mut self,
        key: &ConnectionKey,
        error: Option<AuthErrorColumns>,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn set_state(
        &mut self,
        key: &ConnectionKey,
        state: ConnectionState,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn set_unfinished_setup(
        &mut self,
        key: &ConnectionKey,
        since: Option<i64>,
    ) -> Result<bool, StoreError>;
    /// Only where the metadata has this version still.
    async fn restore_updated_at(
        &mut self,
        key: &ConnectionKey,
        updated_at: i64,
        metadata_version: i64,
    ) -> Result<(), StoreError>;
    /// It is pending then.
    async fn quarantine_row(&mut self, key: &ConnectionKey, until: i64, now: i64)
    -> Result<bool, StoreError>;
    /// Those whose time is over at `now`, up to so many.
    async fn quarantined_keys(&mut self, now: i64, most: i64) -> Result<Vec<KeyColumns>, StoreError>;
    async fn delete_connection_row(&mut self, key: &ConnectionKey) -> Result<bool, StoreError>;
    /// Only one that was never accepted.
    async fn delete_pending_connection(&mut self, key: &ConnectionKey) -> Result<(), StoreError>;
}

/// An operation that has begun and not ended.
#[derive(Debug)]
pub(crate) struct OperationRow {
    pub(crate) key: KeyColumns,
    pub(crate) kind: String,
    pub(crate) token: String,
    pub(crate) started_at: i64,
    /// Judged by the database's clock.
    pub(crate) lease_is_over: bool,
    /// Sealed.
    pub(crate) previous: Option<Vec<u8>>,
}

/// An operation that begins.
#[derive(Debug)]
pub(crate) struct NewOperationRow<'a> {
    pub(crate) key: &'a ConnectionKey,
    pub(crate) kind: &'static str,
    pub(crate) token: Token,
    pub(crate) started_at: i64,
    /// From now on, by the database's clock.
    pub(crate) lease: Duration,
    /// Sealed.
    pub(crate) previous: Option<Vec<u8>>,
}

/// The journal of operations. A change answers whether there was such a row.
#[async_trait]
pub(crate) trait OperationTable {
    async fn operation_rows(&mut self) -> Result<Vec<OperationRow>, StoreError>;
    async fn operation_row(&mut self, key: &ConnectionKey) -> Result<Option<OperationRow>, StoreError>;
    /// Sealed.
    async fn set_previous(&mut self, token: Token, previous: Vec<u8>) -> Result<bool, StoreError>;
    /// Whether there was none of this connection.
    async fn insert_operation_row(&mut self, row: NewOperationRow<'_>) -> Result<bool, StoreError>;
    /// From now on, by the database's clock.
    async fn set_lease(&mut self, token: Token, lease: Duration) -> Result<bool, StoreError>;
    async fn delete_operation_row(&mut self, token: Token) -> Result<bool, StoreError>;
    async fn delete_operation_of(&mut self, key: &ConnectionKey) -> Result<(), StoreError>;
}
