//! Keys of the HTTP API, and of webhooks, as columns.

use async_trait::async_trait;
use onevent_contract::EnvironmentName;

use crate::StoreError;

/// A key of the HTTP API.
#[derive(Debug)]
pub(crate) struct ApiKeyRow {
    pub(crate) environment: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) scopes: String,
    pub(crate) created_at: i64,
    pub(crate) revoked_at: Option<i64>,
}

/// Keys of the HTTP API, and of webhooks.
#[async_trait]
pub(crate) trait KeyTable {
    async fn insert_api_key_row(&mut self, row: ApiKeyRow) -> Result<(), StoreError>;
    /// Whether there is such a key. An earlier time stays.
    async fn set_api_key_revoked(
        &mut self,
        environment: &EnvironmentName,
        id: &str,
        now: i64,
    ) -> Result<bool, StoreError>;
    async fn api_key_row(&mut self, secret_hash: &[u8]) -> Result<Option<ApiKeyRow>, StoreError>;
    /// The oldest first.
    async fn api_key_rows(
        &mut self,
        environment: Option<&EnvironmentName>,
    ) -> Result<Vec<ApiKeyRow>, StoreError>;
    /// Sealed.
    async fn signing_key(&mut self, environment: &EnvironmentName) -> Result<Option<Vec<u8>>, StoreError>;
    /// Whether there was none.
    async fn insert_signing_key(
        &mut self,
        environment: &EnvironmentName,
        sealed: Vec<u8>,
        now: i64,
    ) -> Result<bool, StoreError>;
}
