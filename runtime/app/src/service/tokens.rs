//! Access tokens: what refreshes them, and the first one of a connection that has none.

use std::sync::Arc;

use onevent_contract::{ConnectionId, Credentials, JsonObject};
use onevent_hosts::{TokenRefresher, TokenRefresherOptions};
use onevent_lifecycle::RefusalWebhooks;
use onevent_proxy::{Grant, Integration, Target};
use onevent_store::Store;

use super::error::ServiceError;
use super::parts::Service;

impl Service {
    /// What refreshes the tokens of the connections in a store.
    pub(super) fn token_refresher(&self, store: &Store) -> Result<TokenRefresher, ServiceError> {
        let listener = RefusalWebhooks { store: store.clone(), webhooks: self.webhooks(String::new()) };
        Ok(TokenRefresher::new(TokenRefresherOptions {
            store: store.clone(),
            proxy: self.proxy()?,
            tasks: self.refreshes.clone(),
            listener: Some(Arc::new(listener)),
        }))
    }

    /// Credentials with a token: of the client's credentials alone, one is fetched. Others stay as they are.
    pub(super) async fn with_first_token(
        &self,
        integration: &Arc<Integration>,
        connection_id: &ConnectionId,
        connection_config: &JsonObject,
        credentials: Credentials,
    ) -> Result<Credentials, ServiceError> {
        if !credentials.lacks_token() {
            return Ok(credentials);
        }
        let target = Target {
            integration: Arc::clone(integration),
            connection_id: connection_id.clone(),
            connection_config: connection_config.clone(),
            credentials,
        };
        let no_token = |message: String| ServiceError::NoToken { message };
        let grant = Grant::of(&target).map_err(|error| no_token(error.to_string()))?;
        let fetched = self.proxy()?.fetch_token(&target, grant).await;
        fetched.map_err(|failure| no_token(failure.to_string()))
    }
}
