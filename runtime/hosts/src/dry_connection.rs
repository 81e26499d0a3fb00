//! The connection of a dry run.

use onevent_contract::{Connection, JsonObject};
use onevent_store::{Account, AuthError, LastAccepted, StoredConnection};

use crate::dry_metadata::DryMetadata;

/// The connection that a dry run is for, as it was when the run began.
#[derive(Debug, Clone)]
pub struct DryConnection {
    /// With the metadata of the run's beginning.
    pub(crate) connection: Connection,
    pub(crate) auth_error: Option<AuthError>,
    last_accepted: LastAccepted,
    pub(crate) metadata: DryMetadata,
}

impl DryConnection {
    /// A stored one.
    #[must_use]
    pub fn stored(stored: StoredConnection) -> Self {
        let StoredConnection {
            connection,
            auth_error,
            last_accepted,
            metadata_version,
            metadata_writers,
            ..
        } = stored;
        let metadata = DryMetadata::stored(connection.metadata.clone(), metadata_version, metadata_writers);
        Self { connection, auth_error, last_accepted, metadata }
    }

    /// One that is given as data and stored nowhere. The user counts as the writer of its metadata.
    #[must_use]
    pub fn given(connection: Connection) -> Self {
        let metadata = DryMetadata::given(connection.metadata.clone());
        Self { connection, auth_error: None, last_accepted: LastAccepted::Current, metadata }
    }

    /// The same with other metadata to start from, as if the user had just written it.
    #[must_use]
    pub fn with_metadata(mut self, metadata: JsonObject) -> Self {
        self.metadata = DryMetadata::given(Some(metadata));
        self
    }

    /// The connection, with the metadata as it is stored.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The same with what was accepted last, and so without its mark; where that is not known, the mark stays.
    pub(crate) fn with_last_accepted(mut self) -> Self {
        match std::mem::replace(&mut self.last_accepted, LastAccepted::Current) {
            LastAccepted::Current => {}
            LastAccepted::Earlier(account) => {
                let Account { provider, credentials, connection_config } = *account;
                let connection = self.connection;
                self.connection = Connection { provider, credentials, connection_config, ..connection };
            }
            LastAccepted::Unknown => return self,
        }
        self.auth_error = None;
        self
    }

    /// The connection with what was written to it so far.
    pub(crate) fn current(&self) -> Connection {
        Connection { metadata: self.metadata.read().value, ..self.connection.clone() }
    }
}
