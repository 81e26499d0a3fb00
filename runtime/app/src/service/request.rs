//! Operations on connections, and the request that they are done for.

use std::sync::Arc;

use onevent_contract::{CompletedRun, FunctionName, JsonObject, RequestId};
use onevent_lifecycle::{Lifecycle, LifecycleError, OperationReport};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, EventId, NewConnection, Reconnection, StoreError, Visibility};

use super::error::ServiceError;
use super::parts::Service;

/// The operations on connections, for a request or for nobody's: [`Service::operations`].
#[derive(Debug, Clone)]
pub struct Operations<'a> {
    service: &'a Service,
    request_id: Option<RequestId>,
}

impl Service {
    /// Creates a connection: [`Operations::create`].
    ///
    /// # Errors
    /// As there.
    pub async fn create(&self, new: NewConnection) -> Result<OperationReport, ServiceError> {
        self.operations(None).create(new).await
    }

    /// Gives a connection new credentials: [`Operations::reconnect`].
    ///
    /// # Errors
    /// As there.
    pub async fn reconnect(
        &self,
        key: &ConnectionKey,
        new: Reconnection,
    ) -> Result<OperationReport, ServiceError> {
        self.operations(None).reconnect(key, new).await
    }

    /// Cleans up, then deletes a connection: [`Operations::delete`].
    ///
    /// # Errors
    /// As there.
    pub async fn delete(&self, key: &ConnectionKey) -> Result<OperationReport, ServiceError> {
        self.operations(None).delete(key).await
    }

    /// The operations on connections, for a request: what they lead to names it.
    #[must_use]
    pub fn operations(&self, request_id: Option<RequestId>) -> Operations<'_> {
        Operations { service: self, request_id }
    }
}

impl Operations<'_> {
    /// Creates a connection: [`Lifecycle::create`].
    ///
    /// # Errors
    /// As there, and whatever keeps the project from being loaded or the database from being opened.
    pub async fn create(&self, new: NewConnection) -> Result<OperationReport, ServiceError> {
        let service = self.service;
        let own = service.integration_in(&new.key.environment, &new.key.integration).await?.integration;
        let store = service.store_of(&new.key.environment).await?;
        // No token is fetched for a connection that cannot be made.
        if new.credentials.lacks_token() && store.provider(&new.key).await?.is_some() {
            return Err(LifecycleError::from(StoreError::ConnectionExists { key: new.key }).into());
        }
        let (id, settings) = (&new.key.connection_id, &new.connection_config);
        let credentials = service.with_first_token(&own, id, settings, new.credentials.clone()).await?;
        let new = NewConnection { credentials, ..new };
        Ok(self.lifecycle(&new.key, own).await?.create(new).await?)
    }

    /// Gives a connection new credentials: [`Lifecycle::reconnect`].
    ///
    /// # Errors
    /// As [`Operations::create`].
    pub async fn reconnect(
        &self,
        key: &ConnectionKey,
        new: Reconnection,
    ) -> Result<OperationReport, ServiceError> {
        let own = self.service.integration_of(key).await?;
        let new = match new.credentials.lacks_token() {
            false => new,
            true => {
                let (id, settings) = (&key.connection_id, self.settings_after(key, &new).await?);
                let given = new.credentials.clone();
                let credentials = self.service.with_first_token(&own, id, &settings, given).await?;
                Reconnection { credentials, ..new }
            }
        };
        Ok(self.lifecycle(key, own).await?.reconnect(key, new).await?)
    }

    /// The settings that a connection has after a reconnect.
    async fn settings_after(
        &self,
        key: &ConnectionKey,
        new: &Reconnection,
    ) -> Result<JsonObject, ServiceError> {
        if let Some(settings) = &new.connection_config {
            return Ok(settings.clone());
        }
        let stored =
            self.service.store_of(&key.environment).await?.connection(key, Visibility::Established).await?;
        let stored = stored.ok_or_else(|| StoreError::UnknownConnection { key: key.clone() })?;
        Ok(stored.connection.connection_config)
    }

    /// Cleans up, then deletes a connection: [`Lifecycle::delete`].
    ///
    /// # Errors
    /// As [`Operations::create`].
    pub async fn delete(&self, key: &ConnectionKey) -> Result<OperationReport, ServiceError> {
        let own = self.service.integration_of(key).await?;
        Ok(self.lifecycle(key, own).await?.delete(key).await?)
    }

    /// Runs an action for a connection, and keeps its run: [`Lifecycle::trigger`].
    ///
    /// # Errors
    /// As there, and whatever keeps its functions from being loaded.
    pub async fn trigger_action(
        &self,
        connection: &ConnectionKey,
        action: FunctionName,
        input: serde_json::Value,
    ) -> Result<CompletedRun, ServiceError> {
        let own = self.service.integration_of(connection).await?;
        self.service.have_functions().await?;
        Ok(self.lifecycle(connection, own).await?.trigger(connection, action, input).await?)
    }

    /// Puts an action into the queue: [`Lifecycle::enqueue_action`].
    ///
    /// # Errors
    /// As [`Operations::trigger_action`].
    pub async fn enqueue_action(
        &self,
        connection: &ConnectionKey,
        action: FunctionName,
        input: serde_json::Value,
        max_retries: u32,
    ) -> Result<EventId, ServiceError> {
        let own = self.service.integration_of(connection).await?;
        self.service.have_functions().await?;
        let lifecycle = self.lifecycle(connection, own).await?;
        Ok(lifecycle.enqueue_action(connection, action, input, max_retries).await?)
    }

    async fn lifecycle(&self, of: &ConnectionKey, own: Arc<Integration>) -> Result<Lifecycle, ServiceError> {
        let lifecycle = self.service.lifecycle(&of.environment, own, None).await?;
        Ok(lifecycle.for_request(self.request_id.clone()))
    }
}
