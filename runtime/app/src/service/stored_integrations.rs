//! Integrations that were made over the HTTP API, beside those of the settings.
//!
//! What the settings say of an integration counts. Where they say nothing, what the database has of the environment
//! does, and where that has nothing, the template of the integration's own name.

use std::sync::Arc;

use indexmap::IndexMap;
use onevent_contract::{Clock as _, EnvironmentName, IntegrationId, SystemClock};
use onevent_proxy::Integration;
use onevent_store::StoredIntegration;

use super::current::Current;
use super::error::ServiceError;
use super::found_integration::FoundIntegration;
use super::kept_integrations::EnvironmentIntegrations;
use super::parts::Service;
use crate::error::ConfigError;

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
        let all = self.environment_integrations(environment).await?;
        if let Some(found) = all.found.get(key) {
            return Ok(found.clone());
        }
        let integrations = self.integrations()?;
        match all.without_template.get(key) {
            Some(stored) => Ok(FoundIntegration::of_files(integrations.of_stored(stored)?)),
            None => Ok(FoundIntegration::of_files(integrations.get(key)?)),
        }
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
        Ok(self.environment_integrations(environment).await?.found.clone())
    }

    /// The same, as they are kept.
    pub(super) async fn environment_integrations(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Arc<EnvironmentIntegrations>, ServiceError> {
        let current = self.current.load_full();
        let store = self.store_if_there(environment).await?;
        let Some(store) = store else { return Ok(Arc::new(of(&current, Vec::new())?)) };
        // Before they are read: what is changed meanwhile makes them old at once.
        let (revision, now) = (store.integrations_revision(), SystemClock.monotonic());
        if let Some(kept) = current.kept.get(environment, revision, now) {
            return Ok(kept);
        }
        let read = of(&current, store.integrations(environment).await?)?;
        Ok(current.kept.put(environment, revision, now, read))
    }
}

/// The integrations of the settings and the folders, and these beside them.
fn of(current: &Current, stored: Vec<StoredIntegration>) -> Result<EnvironmentIntegrations, ConfigError> {
    let (integrations, of_files) = (current.integrations()?, current.of_files()?);
    let of_file = |(key, integration): (&IntegrationId, &Arc<Integration>)| {
        (key.clone(), FoundIntegration::of_files(Arc::clone(integration)))
    };
    let mut all = EnvironmentIntegrations {
        found: of_files.iter().map(of_file).collect(),
        configured: Arc::clone(&of_files),
        ..EnvironmentIntegrations::default()
    };
    for stored in stored {
        let key = stored.integration.unique_key.clone();
        if integrations.is_in_settings(&key) {
            continue;
        }
        match integrations.of_stored(&stored) {
            Ok(integration) => {
                Arc::make_mut(&mut all.configured).insert(key.clone(), Arc::clone(&integration));
                all.found.insert(key, FoundIntegration { integration, stored: Some(stored) });
            }
            Err(_) => {
                // A folder's name may lead to a template; what was made with another one is not meant.
                all.without_template.insert(key, stored);
            }
        }
    }
    for key in all.without_template.keys() {
        all.found.shift_remove(key);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use onevent_store::{IntegrationPatch, NewIntegration};

    use super::*;
    use crate::config::Flags;
    use crate::surroundings::Surroundings;

    #[tokio::test]
    async fn what_the_api_changes_counts_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::new(folder.path(), &Flags::default(), &Surroundings::default()).unwrap();
        let environment: EnvironmentName = "dev".parse().unwrap();
        let key = "crm".parse().unwrap();
        let store = service.store_of(&environment).await.unwrap();
        assert!(service.integration_in(&environment, &key).await.is_err());
        let mut transaction = store.begin().await.unwrap();
        let new = NewIntegration {
            environment: environment.clone(),
            unique_key: key.clone(),
            provider: "hubspot".to_owned(),
            display_name: None,
            credentials: None,
            integration_config: Default::default(),
            custom: Default::default(),
            forward_webhooks: Default::default(),
        };
        transaction.create_integration(&new).await.unwrap();
        assert!(service.integration_in(&environment, &key).await.is_err(), "it is not committed");
        transaction.commit().await.unwrap();
        let found = service.integration_in(&environment, &key).await.unwrap();
        assert_eq!(found.integration.provider.name, "hubspot");
        assert!(found.stored.is_some());

        let mut transaction = store.begin().await.unwrap();
        let renamed = IntegrationPatch { unique_key: Some("sales".parse().unwrap()), ..Default::default() };
        transaction.patch_integration(&environment, &key, renamed).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(service.integration_in(&environment, &key).await.is_err());
        let sales = "sales".parse().unwrap();
        assert!(service.integrations_in(&environment).await.unwrap().contains_key(&sales));
        assert!(!service.integrations_in(&"prod".parse().unwrap()).await.unwrap().contains_key(&sales));

        let mut transaction = store.begin().await.unwrap();
        transaction.delete_integration(&environment, &sales).await.unwrap();
        transaction.commit().await.unwrap();
        assert!(service.integration_in(&environment, &sales).await.is_err());
    }
}
