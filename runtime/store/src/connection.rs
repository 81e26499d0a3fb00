//! What the store keeps of a connection.

use std::fmt;

use jiff::Timestamp;
use onevent_contract::{
    Connection, ConnectionDetails, ConnectionError, ConnectionId, Credentials, EnvironmentName,
    IntegrationId, JsonObject, RunId,
};
use strum::{EnumString, IntoStaticStr};

use crate::{DetailsPatch, MetadataWriters, RefreshState};

/// What names one connection: no two connections have the same three.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionKey {
    /// The environment.
    pub environment: EnvironmentName,
    /// The integration's unique key.
    pub integration: IntegrationId,
    /// The id that the product chose.
    pub connection_id: ConnectionId,
}

impl ConnectionKey {
    /// The three parts together.
    #[must_use]
    pub fn new(
        environment: EnvironmentName,
        integration: IntegrationId,
        connection_id: ConnectionId,
    ) -> Self {
        Self { environment, integration, connection_id }
    }
}

impl fmt::Display for ConnectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {} in {}", self.connection_id, self.integration, self.environment)
    }
}

/// Whether a connection counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionState {
    /// Its creation is running and has not been accepted. Only the runs of that creation see it.
    Pending,
    /// It was accepted.
    Established,
}

impl ConnectionState {
    pub(crate) fn as_str(self) -> &'static str {
        self.into()
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Which state of a connection a read or a metadata write finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// What was accepted: for people, for lists, for dry runs, and for a run that asks for a connection other
    /// than its own. A connection under creation is not there, and one that is being reconnected is as it was
    /// before, auth error included, until its validation has decided.
    Established,
    /// As the operation that is running made it: for that operation's own runs.
    IncludingPending,
}

/// Why a connection cannot be used until it is connected again (Nango's `refresh_exhausted`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthError {
    /// The run that found it.
    pub run_id: RunId,
    /// In words: what the validation said.
    pub message: String,
    /// When (Nango's `last_refresh_failure`).
    pub at: Timestamp,
}

impl AuthError {
    /// As an entry of `errors[]` of Nango's connection object.
    #[must_use]
    pub fn as_connection_error(&self) -> ConnectionError {
        ConnectionError { kind: "auth".into(), log_id: self.run_id.to_string() }
    }
}

/// A connection to be inserted.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Its name.
    pub key: ConnectionKey,
    /// The provider template's name.
    pub provider: String,
    /// Its credentials; they are sealed before they reach the database.
    pub credentials: Credentials,
    /// Settings of the account. They are stored as they are: no secret belongs here.
    pub connection_config: JsonObject,
    /// The first metadata, written by the user; `None` leaves it unwritten.
    pub metadata: Option<JsonObject>,
    /// Whose it is, and what else the product says of it.
    pub details: ConnectionDetails,
}

/// What a connection is used with.
#[derive(Debug, Clone)]
pub struct Account {
    /// The provider template's name.
    pub provider: String,
    /// The credentials.
    pub credentials: Credentials,
    /// Settings of the account.
    pub connection_config: JsonObject,
}

/// What was accepted last, of a connection as it is stored.
#[derive(Debug, Clone)]
pub enum LastAccepted {
    /// What it is stored with.
    Current,
    /// What it had before: a reconnect with what it is stored with was refused.
    Earlier(Box<Account>),
    /// What it is stored with was refused, and what was accepted before is not known: the refusal is older than the
    /// records of that.
    Unknown,
}

/// A setup that has begun and not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnfinishedSetup {
    /// When it began.
    pub since: Timestamp,
    /// Whether it goes on.
    pub state: SetupState,
}

/// Whether a setup that has begun goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupState {
    /// Somebody is at it.
    Running,
    /// It is in the queue.
    Waiting,
    /// It was interrupted, and will not go on by itself.
    Interrupted,
}

/// What a reconnect replaces. Metadata survives it, unless new metadata comes with it.
#[derive(Debug, Clone)]
pub struct Reconnection {
    /// The provider template's name.
    pub provider: String,
    /// The new credentials.
    pub credentials: Credentials,
    /// The new settings of the account, as a whole; `None` keeps those that it has.
    pub connection_config: Option<JsonObject>,
    /// What changes of the details; the others stay.
    pub details: DetailsPatch,
    /// What the metadata becomes, as a whole, once the new credentials are accepted; `None` keeps what there is.
    pub metadata: Option<JsonObject>,
}

/// A connection as it is stored, credentials opened.
#[derive(Debug, Clone)]
pub struct StoredConnection {
    /// The environment.
    pub environment: EnvironmentName,
    /// Whether it was accepted.
    pub state: ConnectionState,
    /// The connection as a function sees it; its `errors` are filled from `auth_error`.
    pub connection: Connection,
    /// Set while the connection is `refresh_exhausted`.
    pub auth_error: Option<AuthError>,
    /// Grows by one with every metadata write.
    pub metadata_version: u64,
    /// Who wrote which metadata key.
    pub metadata_writers: MetadataWriters,
    /// What was accepted last.
    pub last_accepted: LastAccepted,
    /// Set from the moment in which the connection was accepted to the end of its setup.
    pub unfinished_setup: Option<UnfinishedSetup>,
    /// Set once it was deleted and waits for its cleanup: until when at most.
    pub quarantined_until: Option<Timestamp>,
    /// What came of the last refreshes of its access token.
    pub refresh: RefreshState,
}

impl StoredConnection {
    /// The connection with what was accepted last; `None` where that is not known.
    #[must_use]
    pub fn as_last_accepted(mut self) -> Option<Self> {
        match std::mem::replace(&mut self.last_accepted, LastAccepted::Current) {
            LastAccepted::Current => {}
            LastAccepted::Earlier(account) => {
                let Account { provider, credentials, connection_config } = *account;
                self.connection.provider = provider;
                self.connection.credentials = credentials;
                self.connection.connection_config = connection_config;
            }
            LastAccepted::Unknown => return None,
        }
        Some(self)
    }

    /// Its name.
    #[must_use]
    pub fn key(&self) -> ConnectionKey {
        ConnectionKey::new(
            self.environment.clone(),
            self.connection.provider_config_key.clone(),
            self.connection.connection_id.clone(),
        )
    }
}

/// A connection in a list: everything but credentials and `connection_config`, as in Nango's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionSummary {
    /// The store's number.
    pub id: i64,
    /// Its name.
    pub key: ConnectionKey,
    /// The provider template's name.
    pub provider: String,
    /// Set while the connection is `refresh_exhausted`.
    pub auth_error: Option<AuthError>,
    /// The metadata; `None` until it is first written.
    pub metadata: Option<JsonObject>,
    /// Whose it is, and what else the product says of it.
    pub details: ConnectionDetails,
    /// Set from the moment in which the connection was accepted to the end of its setup.
    pub unfinished_setup: Option<UnfinishedSetup>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
