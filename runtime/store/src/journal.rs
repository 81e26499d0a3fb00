//! The journal of lifecycle operations that have begun and not ended: its entries and their SQL.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{AuthMode, Credentials, JsonObject, Operation, RunId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::Purpose;
use crate::connections::{key, query_of};
use crate::time::from_millis;
use crate::{AuthError, ConnectionKey, ConnectionSummary, StoreError, StoredConnection, Transaction};

/// How long an owner that cannot be probed counts as alive after its last heartbeat. Longer means a longer wait
/// after a crash; shorter means that a process which was held up for a moment loses its operation.
pub const LEASE: Duration = Duration::from_secs(15);
/// How often an owner renews its lease: often enough that two heartbeats may be lost.
pub const HEARTBEAT: Duration = Duration::from_secs(5);

/// Names the owner of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Token(Uuid);

impl Token {
    pub(crate) fn generate() -> Self {
        Self(Uuid::new_v4())
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: ConnectionKey,
    pub(crate) operation: Operation,
    pub(crate) token: Token,
    pub(crate) since: Timestamp,
    pub(crate) lease_expires_at: Timestamp,
    /// What an override replaced, sealed.
    pub(crate) previous: Option<Vec<u8>>,
}

/// What an override replaced. It holds credentials: it leaves memory only sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Previous {
    pub(crate) provider: String,
    credentials: Value,
    pub(crate) connection_config: JsonObject,
    auth_error: Option<PreviousAuthError>,
    pub(crate) metadata_version: u64,
    pub(crate) updated_at: Timestamp,
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
        }
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, StoreError> {
        Credentials::from_json(self.credentials.clone(), Some(AuthMode::None))
            .map_err(|_| StoreError::corrupt("previous state of a connection"))
    }

    pub(crate) fn auth_error(&self) -> Option<AuthError> {
        let error = self.auth_error.as_ref()?;
        Some(AuthError { run_id: error.run_id, message: error.message.clone(), at: error.at })
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
        Ok(())
    }

    /// The same for an entry of a list.
    pub(crate) fn put_into_summary(self, listed: &mut ConnectionSummary) {
        listed.auth_error = self.auth_error();
        listed.provider = self.provider;
    }
}

const SELECT: &str = "
    SELECT environment, integration, connection_id, kind, token, started_at, lease_expires_at, previous
    FROM operations";

const SELECT_ONE: &str = "
    SELECT environment, integration, connection_id, kind, token, started_at, lease_expires_at, previous
    FROM operations WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const INSERT: &str = "
    INSERT INTO operations (environment, integration, connection_id, kind, token, started_at,
                            lease_expires_at, previous)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const RENEW: &str = "UPDATE operations SET lease_expires_at = $2 WHERE token = $1";
const DELETE: &str = "DELETE FROM operations WHERE token = $1";
const FORGET: &str = "
    DELETE FROM operations WHERE environment = $1 AND integration = $2 AND connection_id = $3";

impl Transaction {
    pub(crate) async fn journal(&mut self) -> Result<Vec<Entry>, StoreError> {
        sqlx::query(SELECT).fetch_all(self.sql()).await?.iter().map(entry).collect()
    }

    pub(crate) async fn journal_entry(&mut self, key: &ConnectionKey) -> Result<Option<Entry>, StoreError> {
        let row = query_of!(SELECT_ONE, key).fetch_optional(self.sql()).await?;
        row.as_ref().map(entry).transpose()
    }

    pub(crate) async fn insert_journal_entry(&mut self, entry: &Entry) -> Result<(), StoreError> {
        query_of!(INSERT, entry.key)
            .bind(entry.operation.as_str())
            .bind(entry.token.to_string())
            .bind(entry.since.as_millisecond())
            .bind(entry.lease_expires_at.as_millisecond())
            .bind(entry.previous.as_deref())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// What an override that has begun and not ended replaced.
    pub(crate) async fn previous_of(&mut self, key: &ConnectionKey) -> Result<Option<Previous>, StoreError> {
        let entry = self.journal_entry(key).await?.filter(|entry| entry.previous.is_some());
        entry.map(|entry| self.open_previous(&entry)).transpose()
    }

    /// Whether the entry was still there, its lease renewed.
    pub(crate) async fn renew_lease(&mut self, token: Token) -> Result<bool, StoreError> {
        let until = self.lease_from_now();
        let renewed = sqlx::query(RENEW)
            .bind(token.to_string())
            .bind(until.as_millisecond())
            .execute(self.sql())
            .await?;
        Ok(renewed.rows_affected() > 0)
    }

    /// Whether the entry was still there; it is not any more.
    pub(crate) async fn delete_journal_entry(&mut self, token: Token) -> Result<bool, StoreError> {
        let deleted = sqlx::query(DELETE).bind(token.to_string()).execute(self.sql()).await?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Deletes a connection's entry, whoever owns it.
    pub(crate) async fn forget_journal_entry(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        query_of!(FORGET, key).execute(self.sql()).await?;
        Ok(())
    }

    pub(crate) fn lease_from_now(&self) -> Timestamp {
        let now = self.now();
        now.checked_add(LEASE).unwrap_or(now)
    }

    pub(crate) fn seal_previous(
        &self,
        key: &ConnectionKey,
        previous: &Previous,
    ) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(previous)
            .map(Zeroizing::new)
            .map_err(|_| StoreError::Internal { action: "encode the previous state of a connection" })?;
        self.cipher().seal(&Purpose::Previous(key), &plain)
    }

    pub(crate) fn open_previous(&self, entry: &Entry) -> Result<Previous, StoreError> {
        let sealed = entry.previous.as_deref();
        sealed
            .and_then(|sealed| self.cipher().open(&Purpose::Previous(&entry.key), sealed))
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| StoreError::corrupt(format!("previous state of connection {}", entry.key)))
    }
}

fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let damaged = || StoreError::corrupt("journal entry");
    let operation = match row.try_get("kind")? {
        "creation" => Operation::Creation,
        "override" => Operation::Override,
        "deletion" => Operation::Deletion,
        _ => return Err(damaged()),
    };
    Ok(Entry {
        key: key(row)?,
        operation,
        token: Token::parse(row.try_get("token")?).ok_or_else(damaged)?,
        since: from_millis(row.try_get("started_at")?, "started_at")?,
        lease_expires_at: from_millis(row.try_get("lease_expires_at")?, "lease_expires_at")?,
        previous: row.try_get("previous")?,
    })
}
