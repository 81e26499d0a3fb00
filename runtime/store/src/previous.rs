//! What an override replaced, until it is decided: so that it can be put back, and shown to everybody else.

use jiff::Timestamp;
use onevent_contract::{ConnectionDetails, Credentials, JsonObject, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::cipher::Purpose;
use crate::{
    Account, AuthError, ConnectionKey, ConnectionSummary, StoreError, StoredConnection, Transaction,
    credentials,
};

/// What an override replaced. It holds credentials: it leaves memory only sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Previous {
    pub(crate) provider: String,
    credentials: Value,
    pub(crate) connection_config: JsonObject,
    auth_error: Option<PreviousAuthError>,
    pub(crate) metadata_version: u64,
    pub(crate) updated_at: Timestamp,
    /// `None` in what an earlier onevent left half-done: that never changed them.
    #[serde(default)]
    pub(crate) details: Option<ConnectionDetails>,
}

#[derive(Serialize, Deserialize)]
struct PreviousAuthError {
    run_id: RunId,
    message: String,
    at: Timestamp,
}

impl Previous {
    pub(crate) fn of(stored: &StoredConnection) -> Self {
        let connection = &stored.connection;
        Self {
            provider: connection.provider.clone(),
            credentials: connection.credentials.reveal(),
            connection_config: connection.connection_config.clone(),
            auth_error: stored
                .auth_error
                .clone()
                .map(|AuthError { run_id, message, at }| PreviousAuthError { run_id, message, at }),
            metadata_version: stored.metadata_version,
            updated_at: connection.updated_at,
            details: Some(connection.details.clone()),
        }
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, StoreError> {
        let read = credentials::read(self.credentials.clone());
        read.ok_or_else(|| StoreError::corrupt("previous state of a connection"))
    }

    pub(crate) fn with_credentials(self, credentials: &Credentials) -> Self {
        Self { credentials: credentials.reveal(), ..self }
    }

    pub(crate) fn auth_error(&self) -> Option<AuthError> {
        let error = self.auth_error.as_ref()?;
        Some(AuthError { run_id: error.run_id, message: error.message.clone(), at: error.at })
    }

    pub(crate) fn into_account(self) -> Result<Account, StoreError> {
        let credentials = self.credentials()?;
        Ok(Account { provider: self.provider, credentials, connection_config: self.connection_config })
    }

    /// Makes of a connection what it was. Metadata is not among what an override replaces.
    pub(crate) fn put_into(self, stored: &mut StoredConnection) -> Result<(), StoreError> {
        let connection = &mut stored.connection;
        connection.credentials = self.credentials()?;
        stored.auth_error = self.auth_error();
        connection.errors = stored.auth_error.iter().map(AuthError::as_connection_error).collect();
        if stored.metadata_version == self.metadata_version {
            connection.updated_at = self.updated_at;
        }
        connection.provider = self.provider;
        connection.connection_config = self.connection_config;
        if let Some(details) = self.details {
            connection.details = details;
        }
        Ok(())
    }

    /// The same for an entry of a list.
    pub(crate) fn put_into_summary(self, listed: &mut ConnectionSummary) {
        listed.auth_error = self.auth_error();
        listed.provider = self.provider;
        if let Some(details) = self.details {
            listed.details = details;
        }
    }
}

impl Transaction {
    pub(crate) async fn seal_previous(
        &mut self,
        key: &ConnectionKey,
        previous: &Previous,
    ) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(previous)
            .map(Zeroizing::new)
            .map_err(|_| StoreError::Internal { action: "encode the previous state of a connection" })?;
        self.sealing().await?.seal(&Purpose::Previous(key), &plain)
    }

    pub(crate) async fn open_previous(
        &mut self,
        key: &ConnectionKey,
        sealed: Option<&[u8]>,
    ) -> Result<Previous, StoreError> {
        let keyring = self.opening(sealed).await?;
        sealed
            .and_then(|sealed| keyring.open(&Purpose::Previous(key), sealed))
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| StoreError::corrupt(format!("previous state of connection {key}")))
    }
}
