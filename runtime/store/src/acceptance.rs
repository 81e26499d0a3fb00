//! Whether the credentials of a connection are accepted, and what was before they were refused.

use onevent_contract::RunId;

use crate::database::{AuthErrorColumns, CredentialsColumns};
use crate::error::known;
use crate::time::from_millis;
use crate::{
    Account, AuthError, ConnectionKey, LastAccepted, StoreError, Transaction, Visibility, credentials,
};

/// How `credentials_state` is spelled.
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "refused";

impl Transaction {
    /// Marks the connection as `refresh_exhausted` from now on: it needs an explicit reconnect. Its credentials
    /// stay those that were accepted last.
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
        let columns = error.map(|error| AuthErrorColumns {
            run_id: error.run_id.to_string(),
            message: error.message.clone(),
            at: error.at.as_millisecond(),
        });
        let now = self.now().as_millisecond();
        known(self.tables().set_auth_error_columns(key, columns, now).await?, key)
    }

    /// Takes the credentials that the connection has as accepted, and forgets earlier ones.
    ///
    /// # Errors
    /// [`StoreError::UnknownConnection`].
    pub async fn accept_credentials(&mut self, key: &ConnectionKey) -> Result<(), StoreError> {
        known(self.tables().set_credentials_state(key, ACCEPTED, None).await?, key)?;
        self.clear_auth_error(key).await
    }

    /// Notes that the credentials which the connection has were refused. `replaced` is what they replaced: where
    /// that was accepted it is kept beside them, else what was kept already stays.
    pub(crate) async fn note_refusal(
        &mut self,
        key: &ConnectionKey,
        replaced: Account,
    ) -> Result<(), StoreError> {
        let row = self.tables().connection_row(key, Visibility::IncludingPending).await?;
        let Some(row) = row else { return Err(StoreError::UnknownConnection { key: key.clone() }) };
        let accepted = match row.credentials.state.as_str() {
            ACCEPTED => Some(credentials::seal_accepted(&*self.sealing().await?, key, replaced)?),
            _ => row.credentials.accepted,
        };
        known(self.tables().set_credentials_state(key, REFUSED, accepted).await?, key)
    }

    /// Replaces what is kept beside refused credentials.
    pub(crate) async fn replace_accepted(
        &mut self,
        key: &ConnectionKey,
        accepted: Account,
    ) -> Result<(), StoreError> {
        let sealed = credentials::seal_accepted(&*self.sealing().await?, key, accepted)?;
        known(self.tables().set_credentials_state(key, REFUSED, Some(sealed)).await?, key)
    }

    pub(crate) async fn last_accepted(
        &mut self,
        key: &ConnectionKey,
        columns: &CredentialsColumns,
    ) -> Result<LastAccepted, StoreError> {
        match (columns.state.as_str(), &columns.accepted) {
            (ACCEPTED, _) => Ok(LastAccepted::Current),
            (REFUSED, None) => Ok(LastAccepted::Unknown),
            (REFUSED, Some(sealed)) => {
                let keyring = self.opening([sealed.as_slice()]).await?;
                credentials::open_accepted(&keyring, key, sealed).map(Box::new).map(LastAccepted::Earlier)
            }
            _ => Err(StoreError::corrupt("state of credentials")),
        }
    }
}

pub(crate) fn auth_error(columns: AuthErrorColumns) -> Result<AuthError, StoreError> {
    Ok(AuthError {
        run_id: RunId::parse(&columns.run_id).ok_or_else(|| StoreError::corrupt("run id"))?,
        message: columns.message,
        at: from_millis(columns.at, "last_refresh_failure")?,
    })
}
