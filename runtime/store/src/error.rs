//! Why the store could not do what it was asked for.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, IntegrationId, MAX_METADATA_BYTES, Operation, limit_met};
use thiserror::Error;

use crate::{ApiKeyId, ConnectionKey, DatabaseUrlError, DeploymentId, EventId, KeyError};

/// One run holds at most so many locks: more is a mistake, and a way to fill the database.
pub const MAX_LOCKS_OF_A_RUN: u32 = 1_000;

/// Why the store could not do what it was asked for. No variant ever holds a credential.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database URL cannot be used.
    #[error(transparent)]
    Url(#[from] DatabaseUrlError),
    /// The encryption key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database does not exist, and this way of opening does not create it.
    #[error("there is no database at {}", .path.display())]
    DatabaseMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file or folder of the store cannot be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb phrase.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The metadata of a connection is too large to be read before every run.
    #[error("the metadata is too large ({})", limit_met("metadata_bytes", MAX_METADATA_BYTES, bytes))]
    MetadataTooLarge {
        /// Its size as JSON text.
        bytes: usize,
    },
    /// The database was written by a newer onevent.
    #[error("the database has schema version {found}, which this onevent does not know")]
    SchemaNewer {
        /// The version that is unknown.
        found: i64,
    },
    /// The database was written by an older onevent and this way of opening does not change it.
    #[error("the database has an older schema, and it may not be changed now")]
    SchemaOlder,
    /// The schema could not be brought up to date.
    #[error("cannot bring the database's schema up to date: {0}")]
    Migration(#[source] Box<dyn StdError + Send + Sync>),
    /// The store was opened for reading only.
    #[error("the store was opened for reading only")]
    ReadOnly,
    /// Stored data is not what this program wrote: damaged, or moved from one row to another.
    #[error("the database holds a damaged {what}")]
    Corrupt {
        /// What cannot be read.
        what: String,
    },
    /// The connection exists already.
    #[error("connection {key} exists already")]
    ConnectionExists {
        /// The connection.
        key: ConnectionKey,
    },
    /// The connection was deleted, and its cleanup is not done: until then its name is taken.
    #[error("connection {key} was deleted, and its cleanup is not done yet: until then its name is taken")]
    ConnectionQuarantined {
        /// The connection.
        key: ConnectionKey,
    },
    /// There is no such connection.
    #[error("there is no connection {key}")]
    UnknownConnection {
        /// What was asked for.
        key: ConnectionKey,
    },
    /// Another lifecycle operation of the same connection has not ended.
    #[error("connection {key}: another operation ({operation}) is running since {since}", operation = operation.as_str())]
    OperationInProgress {
        /// The connection.
        key: ConnectionKey,
        /// What is running.
        operation: Operation,
        /// Since when.
        since: Timestamp,
    },
    /// The operation was rolled back by somebody else, because its owner seemed dead.
    #[error("connection {key}: this operation ({operation}) was rolled back meanwhile", operation = operation.as_str())]
    OperationLost {
        /// The connection.
        key: ConnectionKey,
        /// What was lost.
        operation: Operation,
    },
    /// The integration exists already.
    #[error("integration {integration} exists already in {environment}")]
    IntegrationExists {
        /// The environment.
        environment: EnvironmentName,
        /// Its unique key.
        integration: IntegrationId,
    },
    /// There is no such integration in the database.
    #[error("there is no integration {integration} in {environment}")]
    UnknownIntegration {
        /// The environment.
        environment: EnvironmentName,
        /// What was asked for.
        integration: IntegrationId,
    },
    /// The integration has connections, and can neither go nor get another name before they are gone.
    #[error("integration {integration} in {environment} has {connections} connections")]
    IntegrationInUse {
        /// The environment.
        environment: EnvironmentName,
        /// Its unique key.
        integration: IntegrationId,
        /// How many.
        connections: u64,
    },
    /// There is no such deployment.
    #[error("there is no deployment {id} in {environment}")]
    UnknownDeployment {
        /// The environment.
        environment: EnvironmentName,
        /// What was asked for.
        id: DeploymentId,
    },
    /// The claim on an event is lost: its lease ran out, and somebody else has the event, or ended it.
    #[error("event {id} is somebody else's by now")]
    EventLost {
        /// The event.
        id: EventId,
    },
    /// The event cannot be replayed: it waits already, or it was done, or there is none.
    #[error("event {id} cannot be replayed: only one that is dead, failed or skipped can")]
    EventNotReplayable {
        /// The event.
        id: EventId,
    },
    /// The event cannot be skipped: somebody is at it, or it has ended, or there is none.
    #[error("event {id} cannot be skipped: only one that is dead, or waits and nobody is at, can")]
    EventNotSkippable {
        /// The event.
        id: EventId,
    },
    /// There is no such key of the HTTP API.
    #[error("there is no API key {id} in {environment}")]
    UnknownApiKey {
        /// The environment.
        environment: EnvironmentName,
        /// What was asked for.
        id: ApiKeyId,
    },
    /// A run wants more locks than one may hold.
    #[error("a run holds too many locks ({})", limit_met("run_locks", MAX_LOCKS_OF_A_RUN, MAX_LOCKS_OF_A_RUN + 1))]
    TooManyLocks,
    /// The text is not the beginning of a run id.
    #[error("`{text}` is not a run id, nor the beginning of one")]
    InvalidRunId {
        /// The text.
        text: String,
    },
    /// Several runs' ids begin like this.
    #[error("the ids of several runs begin with `{prefix}`")]
    AmbiguousRunId {
        /// The beginning.
        prefix: String,
    },
    /// Another process kept the database locked for too long.
    #[error("the database is locked by another process")]
    Busy,
    /// There is no room for what was to be written.
    #[error("the disk of the database is full")]
    Full,
    /// The database's file, or its file system, may not be written.
    #[error("the database may not be written: its file or its disk is read-only")]
    NotWritable,
    /// Two transactions were in each other's way, and the database ended this one.
    #[error("another change of the same was in the way")]
    Conflict,
    /// A pooler gives every transaction another connection of the database.
    #[error("a pooler before the database has lost a prepared statement")]
    PooledStatements,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn StdError + Send + Sync>),
    /// The operating system gave no randomness, or a value cannot be encrypted or encoded.
    #[error("cannot {action}")]
    Internal {
        /// What was tried.
        action: &'static str,
    },
}

impl StoreError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "invalid_database_url",
            Self::Key(error) => error.code(),
            Self::DatabaseMissing { .. } => "database_missing",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "database_full",
                io::ErrorKind::ReadOnlyFilesystem => "database_not_writable",
                _ => "database_io",
            },
            Self::MetadataTooLarge { .. } => "metadata_too_large",
            Self::SchemaNewer { .. } => "database_schema_newer",
            Self::SchemaOlder => "database_schema_older",
            Self::Migration(_) => "database_migration_failed",
            Self::ReadOnly => "database_read_only",
            Self::Corrupt { .. } => "database_corrupt",
            Self::ConnectionExists { .. } => "connection_exists",
            Self::ConnectionQuarantined { .. } => "connection_quarantined",
            Self::UnknownConnection { .. } => "unknown_connection",
            Self::OperationInProgress { .. } => "operation_in_progress",
            Self::OperationLost { .. } => "operation_lost",
            Self::IntegrationExists { .. } => "integration_exists",
            Self::UnknownIntegration { .. } => "unknown_integration",
            Self::IntegrationInUse { .. } => "integration_in_use",
            Self::UnknownDeployment { .. } => "unknown_deployment",
            Self::EventLost { .. } => "event_lost",
            Self::EventNotReplayable { .. } => "event_not_replayable",
            Self::EventNotSkippable { .. } => "event_not_skippable",
            Self::UnknownApiKey { .. } => "unknown_api_key",
            Self::TooManyLocks => "too_many_locks",
            Self::InvalidRunId { .. } => "invalid_run_id",
            Self::AmbiguousRunId { .. } => "ambiguous_run_id",
            Self::Busy => "database_busy",
            Self::Full => "database_full",
            Self::NotWritable => "database_not_writable",
            Self::Conflict => "database_conflict",
            Self::PooledStatements => "database_pooled_statements",
            Self::Database(_) => "database_failed",
            Self::Internal { .. } => "internal",
        }
    }

    /// What the reader can do, where there is something to be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Key(error) => error.hint(),
            Self::SchemaNewer { .. } => Some("use the onevent that wrote it, or a newer one".into()),
            Self::SchemaOlder => {
                Some("run any command that changes something once, such as `onevent connection list`".into())
            }
            Self::OperationInProgress { .. } => {
                Some("wait until it has ended, then try again; nothing was changed".into())
            }
            Self::OperationLost { .. } => {
                Some("the connection is as it was before; run the command again".into())
            }
            Self::ConnectionQuarantined { .. } => Some(
                "mend what its cleanup failed of and replay that, or skip it; its dead letters are its events".into(),
            ),
            Self::IntegrationInUse { .. } => Some("delete its connections first".into()),
            Self::AmbiguousRunId { .. } => Some("give more characters of the id".into()),
            Self::Busy | Self::Conflict => Some("try again; nothing was changed".into()),
            Self::Full => Some("make room and try again; nothing was changed".into()),
            Self::NotWritable => {
                Some("look at the file's owner and mode, and at how its disk is mounted; nothing was changed".into())
            }
            Self::PooledStatements => Some(
                "set database.listen_url to the database itself, or add `?statement-cache-capacity=0` to its URL".into(),
            ),
            Self::Corrupt { .. } => Some(
                "restore the database from a backup; a connection can be deleted and created again".into(),
            ),
            _ => None,
        }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

/// A change that found no row found no connection.
pub(crate) fn known(found: bool, key: &ConnectionKey) -> Result<(), StoreError> {
    if found { Ok(()) } else { Err(StoreError::UnknownConnection { key: key.clone() }) }
}
