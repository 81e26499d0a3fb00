//! What workers work with.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{Clock, EnvironmentName, IntegrationId};
use onevent_store::{DeploymentId, Store, StoreError};

use crate::Lifecycle;
use crate::webhooks::{SigningKeys, WebhookSender};

/// What an event needs to be worked on: the lifecycle of its integration, with the functions that it is meant for.
#[async_trait]
pub trait Lifecycles: Send + Sync {
    /// The lifecycle for connections of an integration.
    ///
    /// # Errors
    /// In words: the functions cannot be loaded, or the deployment is gone.
    async fn lifecycle(
        &self,
        environment: &EnvironmentName,
        integration: &IntegrationId,
        deployment: Option<&DeploymentId>,
    ) -> Result<Lifecycle, String>;
}

/// What workers work with.
#[derive(Clone)]
pub struct WorkersOptions {
    /// Where the queue is.
    pub store: Store,
    /// Leads to the functions.
    pub lifecycles: Arc<dyn Lifecycles>,
    /// Sends webhooks.
    pub sender: Arc<dyn WebhookSender>,
    /// What webhooks of an environment are signed with; without one, with the store's own key.
    pub signing_keys: Arc<SigningKeys>,
    /// How long runs, ended events, attempts to deliver webhooks and the audit log are kept, as it is said now.
    pub retention: Arc<dyn Fn() -> Duration + Send + Sync>,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Is told of what no event keeps: failures of the database.
    pub on_failure: Arc<dyn Fn(&StoreError) + Send + Sync>,
}
