//! What the operator's app is told of tokens that could not be refreshed.

use async_trait::async_trait;
use onevent_contract::Operation;
use onevent_hosts::RefusalListener;
use onevent_store::{Store, StoreError, StoredConnection, Transaction};

use super::body::AuthFailure;
use super::outbox::{Told, Webhooks};

/// How Nango calls a refresh that the provider refused.
const REFUSED: &str = "refresh_token_external_error";

/// Puts a webhook into the outbox for each day on which a provider refuses to refresh a connection's token.
#[derive(Debug, Clone)]
pub struct RefusalWebhooks {
    /// The outbox.
    pub store: Store,
    /// What the app is told; each webhook has the authentication mode of its own provider.
    pub webhooks: Webhooks,
}

#[async_trait]
impl RefusalListener for RefusalWebhooks {
    async fn refused(
        &self,
        within: &mut Transaction,
        auth_mode: &str,
        connection: &StoredConnection,
        message: &str,
    ) -> Result<(), StoreError> {
        if !self.webhooks.refresh_error {
            return Ok(());
        }
        let webhooks = Webhooks { auth_mode: auth_mode.to_owned(), ..self.webhooks.clone() };
        let told = Told {
            key: connection.key(),
            provider: connection.connection.provider.clone(),
            details: connection.connection.details.clone(),
            request_id: None,
        };
        let failure = AuthFailure { kind: REFUSED.into(), description: message.to_owned() };
        webhooks.tell(&self.store, within, &told, Operation::Refresh, Some(failure)).await
    }
}
