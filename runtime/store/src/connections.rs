//! Connections: what their rows mean, and how they change.

use jiff::Timestamp;
use onevent_contract::{
    Connection, ConnectionDetails, EnvironmentName, IntegrationId, JsonObject, VersionedMetadata,
};

use crate::acceptance::auth_error;
use crate::database::{ConnectionRow, MetadataColumns, NewConnectionRow, ProviderColumns, SummaryRow};
use crate::details::details;
use crate::error::known;
use crate::json::{decode, encode, encode_metadata};
use crate::time::from_millis;
use crate::{
    AuthError, ConnectionFilter, ConnectionKey, ConnectionState, ConnectionSummary, EventKind,
    MetadataWriters, NewConnection, Reconnection, RefreshState, SetupState, StoreError, StoredConnection,
    Transaction, UnfinishedSetup, Visibility, Writer, credentials,
};

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
        let (writers, _) = match &new.metadata {
            Some(metadata) => MetadataWriters::default().after_write(None, metadata, &Writer::User),
            None => Default::default(),
        };
        let keyring = self.sealing().await?;
        let row = NewConnectionRow {
            key: &new.key,
            provider: &new.provider,
            state,
            credentials: credentials::seal(&keyring, &new.key, &new.credentials)?,
            connection_config: encode(&new.connection_config)?,
            metadata: MetadataColumns {
                metadata: new.metadata.as_ref().map(encode_metadata).transpose()?,
                version: i64::from(new.metadata.is_some()),
                writers: encode(&writers)?,
            },
            now: self.now().as_millisecond(),
        };
        let inserted = self.tables().insert_connection_row(row).await?;
        let number = inserted.ok_or_else(|| StoreError::ConnectionExists { key: new.key.clone() })?;
        if new.details != ConnectionDetails::default() {
            self.replace_details(&new.key, &new.details).await?;
        }
        Ok(number)
    }

    /// One connection as its row says, an undecided override included; `None` where there is none.
    pub(crate) async fn connection_as_stored(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<StoredConnection>, StoreError> {
        let row = self.tables().connection_row(key, visibility).await?;
        let Some(row) = row else { return Ok(None) };
        let mut stored = self.stored(row).await?;
        stored.refresh = self.refresh_state(key).await?;
        Ok(Some(stored))
    }

    pub(crate) async fn found_summaries(
        &mut self,
        filter: &ConnectionFilter,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        self.tables().found_rows(filter).await?.into_iter().map(summary).collect()
    }

    pub(crate) async fn established_summaries(
        &mut self,
        environment: &EnvironmentName,
        integration: Option<&IntegrationId>,
    ) -> Result<Vec<ConnectionSummary>, StoreError> {
        let rows = self.tables().summary_rows(environment, integration).await?;
        rows.into_iter().map(summary).collect()
    }

    /// The provider of a connection's row, read without opening its credentials.
    pub(crate) async fn provider(
        &mut self,
        key: &ConnectionKey,
        visibility: Visibility,
    ) -> Result<Option<String>, StoreError> {
        Ok(self.tables().provider_columns(key, visibility).await?.map(|found| found.provider))
    }

    /// Where a connection stands, and the provider of what was accepted last; where that cannot be read, the row's own.
    pub(crate) async fn standing(
        &mut self,
        key: &ConnectionKey,
    ) -> Result<Option<(Standing, String)>, StoreError> {
        let found = self.tables().provider_columns(key, Visibility::IncludingPending).await?;
        let Some(found) = found else { return Ok(None) };
        let standing = Standing::of(&found)?;
        let keyring = self.opening(found.accepted.as_deref()).await?;
        let accepted =
            found.accepted.and_then(|sealed| credentials::open_accepted(&keyring, key, &sealed).ok());
        Ok(Some((standing, accepted.map_or(found.provider, |account| account.provider))))
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
        let Some(columns) = self.tables().metadata_columns(key, visibility).await? else { return Ok(None) };
        let value = metadata(columns.metadata.as_deref())?;
        let metadata = VersionedMetadata { value, version: version(columns.version)? };
        Ok(Some((metadata, writers(&columns.writers)?)))
    }

    /// Replaces provider, credentials and, where new ones are given, settings. Metadata, details and the auth error
    /// stay as they are.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn replace_credentials(
        &mut self,
        key: &ConnectionKey,
        new: &Reconnection,
    ) -> Result<(), StoreError> {
        let sealed = credentials::seal(&*self.sealing().await?, key, &new.credentials)?;
        let config = new.connection_config.as_ref().map(encode).transpose()?;
        let now = self.now().as_millisecond();
        known(self.tables().replace_account(key, &new.provider, sealed, config, now).await?, key)
    }

    /// Makes a pending connection an established one, or leaves it pending until it is set up. Where a setup follows, it
    /// counts as unfinished until [`Transaction::finish_setup`], also after a crash.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn establish_connection(
        &mut self,
        key: &ConnectionKey,
        setup: SetupFollows,
    ) -> Result<(), StoreError> {
        let now = self.now().as_millisecond();
        if setup != SetupFollows::Blocking {
            known(self.tables().set_state(key, ConnectionState::Established, now).await?, key)?;
        }
        if setup == SetupFollows::No {
            return Ok(());
        }
        known(self.tables().set_unfinished_setup(key, Some(now)).await?, key)
    }

    /// The connection's setup came to its end: from now on it is there for everybody.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn finish_setup(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        known(self.tables().set_unfinished_setup(key, None).await?, key)?;
        if let Some((Standing::Unaccepted, _)) = self.standing(key).await? {
            let now = self.now().as_millisecond();
            known(self.tables().set_state(key, ConnectionState::Established, now).await?, key)?;
        }
        Ok(())
    }

    /// Ends the setup of a connection if nothing is left to be done for it: no event of it waits, and where its users wait
    /// for it, none is a dead letter.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn settle_setup(&mut self, key: &ConnectionKey) -> Result<SettledSetup, StoreError> {
        let found = self.tables().provider_columns(key, Visibility::IncludingPending).await?;
        let Some(found) = found.filter(|found| found.unfinished_setup_since.is_some()) else {
            return Ok(SettledSetup::NothingToEnd);
        };
        let blocks = ConnectionState::from_name(&found.state) == Some(ConnectionState::Pending);
        if self.waiting_events(key, EventKind::Setup).await? > 0
            || (blocks && self.dead_events(key, EventKind::Setup).await? > 0)
        {
            return Ok(SettledSetup::Unfinished);
        }
        self.finish_setup(key).await?;
        Ok(SettledSetup::Finished)
    }

    /// Deletes a connection that is in quarantine, if nothing is left to be done for it: no cleanup of it waits or is a
    /// dead letter.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn settle_cleanup(&mut self, key: &ConnectionKey) -> Result<SettledCleanup, StoreError> {
        if !matches!(self.standing(key).await?, Some((Standing::Quarantined, _))) {
            return Ok(SettledCleanup::NothingToEnd);
        }
        if self.waiting_events(key, EventKind::Cleanup).await? > 0
            || self.dead_events(key, EventKind::Cleanup).await? > 0
        {
            return Ok(SettledCleanup::Unfinished);
        }
        self.delete_connection(key).await?;
        Ok(SettledCleanup::Deleted)
    }

    /// Puts a connection that was deleted aside for its cleanup, at most until then: from now on only its own runs see
    /// it. Its setups are given up, and actions that nobody is at.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn quarantine_connection(
        &mut self,
        key: &ConnectionKey,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (until, now) = (until.as_millisecond(), self.now().as_millisecond());
        known(self.tables().quarantine_row(key, until, now).await?, key)?;
        self.give_up_events_of(key).await
    }

    /// Deletes a connection for good. Its runs stay, and so do its events: setups that nobody did by then, and actions
    /// that nobody is at, end as failed.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn delete_connection(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        known(self.tables().delete_connection_row(key).await?, key)?;
        self.give_up_events_of(key).await
    }

    async fn stored(&mut self, row: ConnectionRow) -> Result<StoredConnection, StoreError> {
        let ConnectionRow { state, metadata_version, metadata_writers, .. } = &row;
        let fetched = row.summary.last_fetched_at;
        let state = ConnectionState::from_name(state);
        let quarantined_until = row.quarantined_until;
        let state = state.ok_or_else(|| StoreError::corrupt("connection state"))?;
        let (metadata_version, metadata_writers) = (version(*metadata_version)?, writers(metadata_writers)?);
        let connection_config = decode(&row.connection_config, "connection_config")?;
        let ConnectionSummary {
            id,
            key,
            provider,
            auth_error,
            metadata,
            details,
            unfinished_setup,
            created_at,
            updated_at,
        } = summary(row.summary)?;
        let last_accepted = self.last_accepted(&key, &row.credentials).await?;
        let keyring = self.opening([row.credentials.credentials.as_slice()]).await?;
        let connection = Connection {
            id,
            credentials: credentials::open(&keyring, &key, &row.credentials.credentials)?,
            connection_id: key.connection_id,
            provider_config_key: key.integration,
            provider,
            errors: auth_error.iter().map(AuthError::as_connection_error).collect(),
            metadata,
            connection_config,
            details,
            created_at,
            updated_at,
            last_fetched_at: fetched.map(|at| from_millis(at, "last_fetched_at")).transpose()?,
        };
        Ok(StoredConnection {
            environment: key.environment,
            state,
            connection,
            auth_error,
            metadata_version,
            metadata_writers,
            last_accepted,
            unfinished_setup,
            quarantined_until: quarantined_until
                .map(|at| from_millis(at, "quarantined_until"))
                .transpose()?,
            refresh: RefreshState::default(),
        })
    }
}

/// Whether a setup follows the moment in which a connection is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupFollows {
    /// There is nothing to set up.
    No,
    /// There is.
    Yes,
    /// There is, and until it is done the connection is there for its own runs only.
    Blocking,
}

/// What came of a connection's setup, when one event of it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettledSetup {
    /// It has not begun, or has come to its end before, or the connection is gone.
    NothingToEnd,
    /// There is more to be done.
    Unfinished,
    /// It came to its end just now.
    Finished,
}

/// What came of a quarantine, when one cleanup ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettledCleanup {
    /// The connection is not in quarantine.
    NothingToEnd,
    /// There is more to be done.
    Unfinished,
    /// The connection was deleted for good.
    Deleted,
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has accepted it yet.
    Unaccepted,
    /// It was accepted; its setup may keep it from its users.
    Accepted,
    /// It was deleted, and its cleanup is not done.
    Quarantined,
}

impl Standing {
    fn of(found: &ProviderColumns) -> Result<Self, StoreError> {
        let state = ConnectionState::from_name(&found.state);
        Ok(match state.ok_or_else(|| StoreError::corrupt("connection state"))? {
            _ if found.quarantined_until.is_some() => Self::Quarantined,
            ConnectionState::Established => Self::Accepted,
            ConnectionState::Pending if found.unfinished_setup_since.is_some() => Self::Accepted,
            ConnectionState::Pending => Self::Unaccepted,
        })
    }
}

fn summary(row: SummaryRow) -> Result<ConnectionSummary, StoreError> {
    let since = row.unfinished_setup_since;
    let since = since.map(|since| from_millis(since, "unfinished_setup_since")).transpose()?;
    Ok(ConnectionSummary {
        id: row.id,
        key: row.key.key()?,
        provider: row.provider,
        auth_error: row.auth_error.map(auth_error).transpose()?,
        metadata: metadata(row.metadata.as_deref())?,
        details: details(row.details)?,
        // Whether somebody is at it, the journal knows, and whether somebody will be, the queue.
        unfinished_setup: since.map(|since| UnfinishedSetup { since, state: SetupState::Interrupted }),
        created_at: from_millis(row.created_at, "created_at")?,
        updated_at: from_millis(row.updated_at, "updated_at")?,
    })
}

fn metadata(text: Option<&str>) -> Result<Option<JsonObject>, StoreError> {
    text.map(|text| decode(text, "metadata object")).transpose()
}

fn writers(text: &str) -> Result<MetadataWriters, StoreError> {
    decode(text, "list of metadata writers")
}

fn version(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError::corrupt("metadata version"))
}
