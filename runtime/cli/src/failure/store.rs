//! The store's errors as failures.

use std::borrow::Cow;

use onevent_store::{ConnectionKey, StoreError};

use super::Failure;
use crate::exit::ExitCode;

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

/// A store's error: what was asked for is not there (1), was asked for wrongly (2), or the store failed (12).
impl From<&StoreError> for Failure {
    fn from(error: &StoreError) -> Self {
        let exit = match error {
            StoreError::ConnectionExists { .. }
            | StoreError::UnknownConnection { .. }
            | StoreError::OperationInProgress { .. }
            | StoreError::UnknownApiKey { .. }
            | StoreError::IntegrationExists { .. }
            | StoreError::UnknownIntegration { .. }
            | StoreError::IntegrationInUse { .. }
            | StoreError::UnknownDeployment { .. } => ExitCode::Failed,
            StoreError::Url(_)
            | StoreError::Key(_)
            | StoreError::DatabaseMissing { .. }
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
            StoreError::DatabaseMissing { .. } => Some(
                "`onevent connection create` makes a new one; `onevent config` shows who names this one"
                    .into(),
            ),
            other => other.hint(),
        };
        Failure::new(exit, error.code(), error.to_string()).hint_if(hint)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
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
