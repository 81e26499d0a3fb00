//! What happens to connections: the lifecycle over the loaded project and the live hosts.

use std::sync::Arc;

use onevent_contract::{CompletedRun, EnvironmentName, IntegrationId, SystemClock};
use onevent_lifecycle::{
    DryRun, Lifecycle, LifecycleOptions, NewCredentials, Policies, SetupBy, Webhooks, dry_run,
};
use onevent_proxy::Integration;
use onevent_store::{ConnectionKey, DeploymentId, OPERATION_WAIT, StoreError};

use super::error::ServiceError;
use super::parts::Service;
use crate::config::FailurePolicy;

impl Service {
    /// A configured integration, with its provider's template.
    ///
    /// # Errors
    /// `unknown_provider` where neither the settings nor its name lead to a template.
    pub fn integration(&self, integration: &IntegrationId) -> Result<Arc<Integration>, ServiceError> {
        Ok(self.integrations()?.get(integration)?)
    }

    /// The integration of a connection that is there already; where the settings do not name a template any more,
    /// with the one that the connection was made with. Whether the connection may be changed is for the operation
    /// to decide: another process may still be creating it, and one whose credentials are damaged can be deleted.
    ///
    /// # Errors
    /// `unknown_connection`; `unknown_provider` where nothing leads to a template.
    pub async fn integration_of(&self, key: &ConnectionKey) -> Result<Arc<Integration>, ServiceError> {
        let unknown = || ServiceError::Store(StoreError::UnknownConnection { key: key.clone() });
        let store = self.existing_store_of(&key.environment).await?.ok_or_else(unknown)?;
        let provider = store.provider(key).await?;
        let found = match self.integration_in(&key.environment, &key.integration).await {
            Ok(found) => Ok(found.integration),
            Err(ServiceError::Config(_)) => {
                self.integrations()?.get_or(&key.integration, provider.as_deref())
            }
            Err(error) => return Err(error),
        };
        match (found, provider) {
            (Ok(integration), _) => Ok(integration),
            (Err(_), None) => Err(unknown()),
            (Err(error), Some(_)) => Err(error.into()),
        }
    }

    /// Runs one function and keeps no report. What stands behind its `nango` is the caller's choice:
    /// [`Service::dry_run_host`], or a host around it. [`Service::interrupt`] stops it, and its report tells what it did.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when the run did not start.
    pub async fn dry_run(&self, run: DryRun) -> Result<CompletedRun, ServiceError> {
        Ok(dry_run(self.engine()?, run, self.interruption.clone()).await?)
    }

    /// The operations, over the event functions of `own` and the live hosts, for connections of `own`; those that the
    /// environment runs, where no deployment is named.
    pub(super) async fn lifecycle(
        &self,
        environment: &EnvironmentName,
        own: Arc<Integration>,
        deployment: Option<DeploymentId>,
    ) -> Result<Lifecycle, ServiceError> {
        let running = self.functions_of(environment, &own.key, deployment).await?;
        let store = self.store_of(environment).await?;
        let policies = self.policies(&own.key, own.provider.auth_mode.clone(), running.deployment);
        let hosts = self.live_hosts(store, &running, environment, own).await?;
        let project = running.project;
        Ok(Lifecycle::new(LifecycleOptions {
            store: store.clone(),
            runner: Arc::new(self.engine()?.clone()),
            project,
            hosts,
            limits: self.limits(),
            wait: OPERATION_WAIT,
            clock: Arc::new(SystemClock),
            interruption: self.interruption.clone(),
            policies,
            request_id: None,
        }))
    }

    /// What follows operations on connections of an integration, as the settings say it now.
    pub(super) fn policies(
        &self,
        integration: &IntegrationId,
        auth_mode: String,
        deployment: Option<DeploymentId>,
    ) -> Policies {
        let current = self.current.load();
        let settings = &current.settings;
        let FailurePolicy { cleanup, quarantine, setup } = settings.failure_policy(integration);
        let webhooks = self.webhooks(auth_mode);
        Policies {
            setup_by: if self.has_workers() { SetupBy::Workers } else { SetupBy::Operation },
            cleanup_failure: cleanup,
            quarantine,
            setup_failure: setup,
            new_credentials: match settings.stages_credentials(integration) {
                true => NewCredentials::Staged,
                false => NewCredentials::Replace,
            },
            retries: settings.retry_policies(integration),
            webhooks: Some(webhooks),
            deployment,
        }
    }

    /// What the operator's app is told of connections of a provider.
    pub(super) fn webhooks(&self, auth_mode: String) -> Webhooks {
        let webhooks = &self.settings().webhooks;
        Webhooks {
            has_url: webhooks.url.is_some(),
            creation: webhooks.auth_creation.value,
            deletion: webhooks.connection_deletion.value,
            refresh_error: webhooks.auth_refresh_error.value,
            auth_mode,
        }
    }
}
