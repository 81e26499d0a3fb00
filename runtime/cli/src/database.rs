//! Opening the database, and its errors as failures of a command.

use std::borrow::Cow;
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

/// A command of `onevent connection` that gives this connection credentials, as a shell takes it.
pub(crate) fn with_credentials(command: &str, key: &ConnectionKey) -> String {
    let ConnectionKey { environment, integration, connection_id } = key;
    let (integration, connection) = (quoted(integration.as_str()), quoted(connection_id.as_str()));
    format!("onevent connection {command} {integration} {connection} --credentials @FILE -e {environment}")
}

/// A name as one word of a shell's command line: ids may hold spaces, quotes and `$`.
fn quoted(name: &str) -> Cow<'_, str> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.,:/@+=".contains(c)) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("'{}'", name.replace('\'', r"'\''")))
    }
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
        | StoreError::MetadataTooLarge { .. }
        | StoreError::InvalidRunId { .. }
        | StoreError::AmbiguousRunId { .. } => ExitCode::Usage,
        _ => ExitCode::Internal,
    };
    let hint = match error {
        StoreError::ConnectionExists { key } => {
            Some(format!("to give it new credentials: {}", with_credentials("reconnect", key)))
        }
        StoreError::UnknownConnection { key } => {
            Some(format!("`onevent connection list -e {}` shows what there is", key.environment))
        }
        other => other.hint(),
    };
    Failure::new(exit, error.code(), error.to_string()).hint_if(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advised_command_can_be_pasted_whatever_the_id_is() {
        let key = |id: &str| {
            let name = "dev".parse().unwrap();
            ConnectionKey::new(name, "salesforce".parse().unwrap(), id.parse().unwrap())
        };
        assert_eq!(
            with_credentials("create", &key("acme/eu:1")),
            "onevent connection create salesforce acme/eu:1 --credentials @FILE -e dev"
        );
        assert!(with_credentials("create", &key("it's $HOME")).contains(r" 'it'\''s $HOME' "));
    }
}
