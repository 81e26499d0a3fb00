//! The SQL of connections.

use onevent_contract::{
    Connection, ConnectionId, EnvironmentName, IntegrationId, JsonObject, MAX_METADATA_BYTES, RunId,
    VersionedMetadata,
};
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::time::from_millis;
use crate::{
    AuthError, ConnectionKey, ConnectionState, ConnectionSummary, MetadataWriters, NewConnection,
    Reconnection, StoreError, StoredConnection, Transaction, Visibility, Writer, credentials,
};

const INSERT: &str = "
    INSERT INTO connections (environment, integration, connection_id, provider, state, credentials,
                             connection_config, metadata, metadata_version, metadata_writers,
                             created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
    ON CONFLICT (environment, integration, connection_id) DO NOTHING
    RETURNING id";

/// `$4` names the one state that is found beside `established`; naming that one again finds no other.
const SELECT_ONE: &str = "
    SELECT id, environment, integration, connection_id, provider, state, credentials, connection_config,
           metadata, metadata_version, metadata_writers,
           auth_error_run_id, auth_error_message, last_refresh_failure, created_at, updated_at
    FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const SELECT_ESTABLISHED: &str = "
    SELECT id, environment, integration, connection_id, provider, metadata,
           auth_error_run_id, auth_error_message, last_refresh_failure, created_at, updated_at
    FROM connections
    WHERE environment = $1 AND (CAST($2 AS TEXT) IS NULL OR integration = $2) AND state = 'established'
    ORDER BY integration, connection_id";

const SELECT_PROVIDER: &str = "
    SELECT provider FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const SELECT_METADATA: &str = "
    SELECT metadata, metadata_version, metadata_writers FROM connections
    WHERE environment = $1 AND integration = $2 AND connection_id = $3 AND state IN ('established', $4)";

const REPLACE: &str = "
    UPDATE connections
    SET provider = $4, credentials = $5, connection_config = COALESCE($6, connection_config), updated_at = $7
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const SET_AUTH_ERROR: &str = "
    UPDATE connections
    SET auth_error_run_id = $4, auth_error_message = $5, last_refresh_failure = $6, updated_at = $7
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const ESTABLISH: &str = "
    UPDATE connections SET state = 'established', updated_at = $4
    WHERE environment = $1 AND integration = $2 AND connection_id = $3";

const DELETE: &str = "
    DELETE FROM connections WHERE environment = $1 AND integration = $2 AND connection_id = $3";

/// Binds the three parts of a key to `$1`, `$2` and `$3`.
macro_rules! query_of {
    ($sql:expr, $key:expr) => {
        sqlx::query($sql)
            .bind($key.environment.as_str())
            .bind($key.integration.as_str())
            .bind($key.connection_id.as_str())
    };
}
pub(crate) use query_of;

impl Transaction {
    /// Inserts a connection and answers with its number.
    ///
    /// # Errors
    /// [`StoreError::ConnectionExists`] where there is one with this key, pending ones included, and
    /// [`StoreError::MetadataTooLarge`].
    pub async fn insert_connection(
        &mut self,
        new: &NewConnection,
        state: ConnectionState,
    ) -> Result<i64, StoreError> {
        let sealed = credentials::seal(self.cipher(), &new.key, &new.credentials)?;
        let (writers, _) = match &new.metadata {
            Some(metadata) => MetadataWriters::default().after_write(None, metadata, &Writer::User),
            None => Default::default(),
        };
        let inserted = query_of!(INSERT, new.key)
            .bind(&new.provider)
            .bind(state.as_str())
            .bind(sealed)
            .bind(encode(&new.connection_config)?)
            .bind(new.metadata.as_ref().map(encode_metadata).transpose()?)
            .bind(i64::from(new.metadata.is_some()))
            .bind(encode(&writers)?)
            .bind(self.now().as_millisecond())
            .fetch_optional(self.sql())
            .await?;
        match inserted {
            Some(row) => Ok(row.try_get("id")?),
            None => Err(StoreError::ConnectionExists { key: new.key.clone() }),
        }
    }

    /// One connection with its credentials; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the row does not open.
    pub async fn connection(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<StoredConnection>, StoreError> {
        let row = query_of!(SELECT_ONE, key).bind(also(visibility)).fetch_optional(self.sql()).await?;
        let Some(mut stored) = row.map(|row| self.stored(&row)).transpose()? else { return Ok(None) };
        if visibility == Visibility::Established
            && let Some(previous) = self.previous_of(key).await?
        {
            previous.put_into(&mut stored)?;
        }
        Ok(Some(stored))
    }

    pub(crate) async fn connections(
        &mut self,
        environment: &EnvironmentName,
        integration: Option<&IntegrationId>,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        let rows = sqlx::query(SELECT_ESTABLISHED)
            .bind(environment.as_str())
            .bind(integration.map(IntegrationId::as_str))
            .fetch_all(self.sql())
            .await?;
        let mut found: Vec<ConnectionSummary> = rows.iter().map(summary).collect::<Result<_, _>>()?;
        for entry in self.journal().await? {
            if entry.previous.is_some()
                && let Some(listed) = found.iter_mut().find(|listed| listed.key == entry.key)
            {
                // One damaged entry does not hide the others; reading that connection says what is wrong.
                match self.open_previous(&entry) {
                    Err(StoreError::Corrupt { .. }) => {}
                    previous => previous?.put_into_summary(listed),
                }
            }
        }
        Ok(found)
    }

    /// The provider in a connection's row, read without opening its credentials.
    pub(crate) async fn provider(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<String>, StoreError> {
        let row = query_of!(SELECT_PROVIDER, key).bind(also(visibility)).fetch_optional(self.sql()).await?;
        Ok(row.map(|row| row.try_get("provider")).transpose()?)
    }

    /// A connection's metadata with its version; `None` where there is no such connection.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Database`].
    pub async fn metadata(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<VersionedMetadata>, StoreError> {
        Ok(self.metadata_and_writers(key, visibility).await?.map(|(metadata, _)| metadata))
    }

    pub(crate) async fn metadata_and_writers(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<(VersionedMetadata, MetadataWriters)>, StoreError> {
        let row = query_of!(SELECT_METADATA, key).bind(also(visibility)).fetch_optional(self.sql()).await?;
        let Some(row) = row else { return Ok(None) };
        let metadata = VersionedMetadata { value: metadata(&row)?, version: version(&row)? };
        Ok(Some((metadata, decode(row.try_get("metadata_writers")?, "list of metadata writers")?)))
    }

    /// Replaces provider, credentials and, where new ones are given, settings. Metadata and the auth error stay
    /// as they are.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn replace_credentials(
        &mut self,
        key: &ConnectionKey,
        new: &Reconnection,
    ) -> Result<(), StoreError> {
        let sealed = credentials::seal(self.cipher(), key, &new.credentials)?;
        let query = query_of!(REPLACE, key)
            .bind(&new.provider)
            .bind(sealed)
            .bind(new.connection_config.as_ref().map(encode).transpose()?)
            .bind(self.now().as_millisecond());
        one(query.execute(self.sql()).await?.rows_affected(), key)
    }

    /// Marks the connection as `refresh_exhausted` from now on: it needs an explicit reconnect.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn mark_auth_error(
        &mut self,
        key: &ConnectionKey,
        run_id: RunId,
        message: &str,
    ) -> Result<(), StoreError> {
        let error = AuthError { run_id, message: message.to_owned(), at: self.now() };
        self.set_auth_error(key, Some(&error)).await
    }

    /// Takes the mark of an auth error away, if there is one.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn clear_auth_error(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        self.set_auth_error(key, None).await
    }

    pub(crate) async fn set_auth_error(
        &mut self,
        key: &ConnectionKey,
        error: Option<&AuthError>,
    ) -> Result<(), StoreError> {
        let query = query_of!(SET_AUTH_ERROR, key)
            .bind(error.map(|error| error.run_id.to_string()))
            .bind(error.map(|error| error.message.as_str()))
            .bind(error.map(|error| error.at.as_millisecond()))
            .bind(self.now().as_millisecond());
        one(query.execute(self.sql()).await?.rows_affected(), key)
    }

    /// Makes a pending connection an established one.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn establish_connection(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        let query = query_of!(ESTABLISH, key).bind(self.now().as_millisecond());
        one(query.execute(self.sql()).await?.rows_affected(), key)
    }

    /// Deletes a connection for good. Its runs stay.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn delete_connection(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        one(query_of!(DELETE, key).execute(self.sql()).await?.rows_affected(), key)
    }

    fn stored(&self, row: &SqliteRow) -> Result<StoredConnection, StoreError> {
        let key = key(row)?;
        let auth_error = auth_error(row)?;
        let state = ConnectionState::from_name(row.try_get("state")?);
        let connection = Connection {
            id: row.try_get("id")?,
            connection_id: key.connection_id.clone(),
            provider_config_key: key.integration.clone(),
            provider: row.try_get("provider")?,
            errors: auth_error.iter().map(AuthError::as_connection_error).collect(),
            metadata: metadata(row)?,
            connection_config: decode(row.try_get("connection_config")?, "connection_config")?,
            created_at: from_millis(row.try_get("created_at")?, "created_at")?,
            updated_at: from_millis(row.try_get("updated_at")?, "updated_at")?,
            credentials: credentials::open(self.cipher(), &key, row.try_get("credentials")?)?,
        };
        Ok(StoredConnection {
            environment: key.environment,
            state: state.ok_or_else(|| StoreError::corrupt("connection state"))?,
            connection,
            auth_error,
            metadata_version: version(row)?,
            metadata_writers: decode(row.try_get("metadata_writers")?, "list of metadata writers")?,
        })
    }
}

fn also(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Established => ConnectionState::Established.as_str(),
        Visibility::IncludingPending => ConnectionState::Pending.as_str(),
    }
}

fn one(rows: u64, key: &ConnectionKey) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::UnknownConnection { key: key.clone() }) } else { Ok(()) }
}

fn summary(row: &SqliteRow) -> Result<ConnectionSummary, StoreError> {
    Ok(ConnectionSummary {
        id: row.try_get("id")?,
        key: key(row)?,
        provider: row.try_get("provider")?,
        auth_error: auth_error(row)?,
        metadata: metadata(row)?,
        created_at: from_millis(row.try_get("created_at")?, "created_at")?,
        updated_at: from_millis(row.try_get("updated_at")?, "updated_at")?,
    })
}

/// The key in a row's columns.
pub(crate) fn key(row: &SqliteRow) -> Result<ConnectionKey, StoreError> {
    let damaged = |_| StoreError::corrupt("connection name");
    Ok(ConnectionKey {
        environment: EnvironmentName::new(row.try_get::<String, _>("environment")?).map_err(damaged)?,
        integration: IntegrationId::new(row.try_get::<String, _>("integration")?).map_err(damaged)?,
        connection_id: ConnectionId::new(row.try_get::<String, _>("connection_id")?).map_err(damaged)?,
    })
}

fn auth_error(row: &SqliteRow) -> Result<Option<AuthError>, StoreError> {
    let run_id: Option<&str> = row.try_get("auth_error_run_id")?;
    let Some(run_id) = run_id else { return Ok(None) };
    Ok(Some(AuthError {
        run_id: RunId::parse(run_id).ok_or_else(|| StoreError::corrupt("run id"))?,
        message: row.try_get("auth_error_message")?,
        at: from_millis(row.try_get("last_refresh_failure")?, "last_refresh_failure")?,
    }))
}

fn metadata(row: &SqliteRow) -> Result<Option<JsonObject>, StoreError> {
    row.try_get::<Option<&str>, _>("metadata")?.map(|text| decode(text, "metadata object")).transpose()
}

fn version(row: &SqliteRow) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>("metadata_version")?)
        .map_err(|_| StoreError::corrupt("metadata version"))
}

/// JSON as a column holds it.
pub(crate) fn encode<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Internal { action: "encode a value as JSON" })
}

/// Metadata as JSON text, if it is not too large.
pub(crate) fn encode_metadata(metadata: &JsonObject) -> Result<String, StoreError> {
    let text = encode(metadata)?;
    if text.len() > MAX_METADATA_BYTES {
        return Err(StoreError::MetadataTooLarge { bytes: text.len() });
    }
    Ok(text)
}

pub(crate) fn decode<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::corrupt(what))
}
