//! Integrations that were made over the HTTP API, beside those of the settings.
//!
//! What the settings say of an integration counts. Where they say nothing, what the database has of the environment
//! does, and where that has nothing, the template of the integration's own name.

use std::sync::Arc;

use indexmap::IndexMap;
use onevent_contract::{EnvironmentName, IntegrationId};
use onevent_proxy::Integration;
use onevent_store::StoredIntegration;

use super::error::ServiceError;
use super::parts::Service;

/// An integration, and where it was made.
#[derive(Debug, Clone)]
pub struct FoundIntegration {
    /// The integration with its provider's template.
    pub integration: Arc<Integration>,
    /// As it is stored, where it was made over the HTTP API; `None` where the settings or its folder make it.
    pub stored: Option<StoredIntegration>,
}

impl FoundIntegration {
    fn of_files(integration: Arc<Integration>) -> Self {
        Self { integration, stored: None }
    }
}

impl Service {
    /// One integration of an environment.
    ///
    /// # Errors
    /// `unknown_provider` where nothing leads to a template, and all of the database.
    pub async fn integration_in(
        &self,
        environment: &EnvironmentName,
        key: &IntegrationId,
    ) -> Result<FoundIntegration, ServiceError> {
        let integrations = self.integrations()?;
        if !integrations.is_in_settings(key)
            && let Some(store) = self.store_if_there().await?
            && let Some(stored) = store.integration(environment, key).await?
        {
            let integration = integrations.of_stored(&stored)?;
            return Ok(FoundIntegration { integration, stored: Some(stored) });
        }
        Ok(FoundIntegration::of_files(integrations.get(key)?))
    }

    /// Every integration of an environment: those that the project's folders or the settings name, and those that were
    /// made over the HTTP API. One whose provider has no template any more is not among them.
    ///
    /// # Errors
    /// When the file of templates cannot be read, and all of the database.
    pub async fn integrations_in(
        &self,
        environment: &EnvironmentName,
    ) -> Result<IndexMap<IntegrationId, FoundIntegration>, ServiceError> {
        let integrations = self.integrations()?;
        let of_files = integrations.all(&self.named_integrations()).into_iter();
        let mut found: IndexMap<_, _> =
            of_files.map(|(key, integration)| (key, FoundIntegration::of_files(integration))).collect();
        let Some(store) = self.store_if_there().await? else { return Ok(found) };
        for stored in store.integrations(environment).await? {
            let key = stored.integration.unique_key.clone();
            if integrations.is_in_settings(&key) {
                continue;
            }
            if let Ok(integration) = integrations.of_stored(&stored) {
                found.insert(key, FoundIntegration { integration, stored: Some(stored) });
            }
        }
        Ok(found)
    }
}
