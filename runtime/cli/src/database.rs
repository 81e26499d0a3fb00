//! Opening the database, and its errors as failures of a command.

use std::path::Path;
use std::sync::Arc;

use onevent_contract::SystemClock;
use onevent_store::{
    Access, ConnectionKey, DatabaseUrl, EncryptionKey, KeySource, Store, StoreError, StoreOptions,
};

use crate::config::Config;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::session::Session;

/// Opens the database for changes; what is missing is created.
///
/// # Errors
/// As the store says, with the exit code that fits.
pub(crate) async fn open(session: &Session) -> Result<Store, Failure> {
    let options = options(&session.config, Access::ReadWrite)?;
    let store = Store::open(options).await.map_err(|error| failure(&error))?;
    session.opened(&store);
    Ok(store)
}

/// Opens the database if there is one: a command that only looks does not leave a new one behind.
///
/// # Errors
/// As [`open`].
pub(crate) async fn open_existing(session: &Session) -> Result<Option<Store>, Failure> {
    if file(&session.config)?.exists() { open(session).await.map(Some) } else { Ok(None) }
}

/// Opens the database, if there is one, without the right to change anything: for dry runs.
///
/// # Errors
/// As [`open`].
pub(crate) async fn open_for_reading(session: &Session) -> Result<Option<Store>, Failure> {
    match Store::open(options(&session.config, Access::ReadOnly)?).await {
        Ok(store) => {
            session.opened(&store);
            Ok(Some(store))
        }
        Err(StoreError::DatabaseMissing { .. }) => Ok(None),
        Err(error) => Err(failure(&error)),
    }
}

fn file(config: &Config) -> Result<&Path, Failure> {
    config.database().ok_or_else(|| Failure::internal("no database is configured"))
}

fn options(config: &Config, access: Access) -> Result<StoreOptions, Failure> {
    let key = match config.encryption_key() {
        None => KeySource::File,
        Some(text) => {
            let key = EncryptionKey::from_base64(text.reveal()).map_err(|error| failure(&error.into()))?;
            KeySource::Given(key)
        }
    };
    Ok(StoreOptions { url: DatabaseUrl::sqlite(file(config)?), key, access, clock: Arc::new(SystemClock) })
}

/// There is no such connection.
pub(crate) fn unknown_connection(key: &ConnectionKey) -> Failure {
    failure(&StoreError::UnknownConnection { key: key.clone() })
}

/// A store's error: what was asked for is not there (1), was asked for wrongly (2), or the store failed (12).
pub(crate) fn failure(error: &StoreError) -> Failure {
    let exit = match error {
        StoreError::ConnectionExists { .. }
        | StoreError::UnknownConnection { .. }
        | StoreError::OperationInProgress { .. } => ExitCode::Failed,
        StoreError::Url(_)
        | StoreError::Key(_)
        | StoreError::InvalidRunId { .. }
        | StoreError::AmbiguousRunId { .. } => ExitCode::Usage,
        _ => ExitCode::Internal,
    };
    let hint = match error {
        StoreError::ConnectionExists { key } => Some(format!(
            "to give it new credentials: onevent connection reconnect {} {} --credentials @FILE",
            key.integration, key.connection_id
        )),
        StoreError::UnknownConnection { key } => {
            Some(format!("`onevent connection list -e {}` shows what there is", key.environment))
        }
        other => other.hint(),
    };
    Failure::new(exit, error.code(), error.to_string()).hint_if(hint)
}
