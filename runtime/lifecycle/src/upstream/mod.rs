//! In front of a Nango: what happens to connections that it keeps, and in which order.
//!
//! Nango makes, changes and deletes its connections itself; onevent learns of it and decides. Nothing of a connection is
//! stored but what was decided.
//!
//! | operation | order |
//! | --- | --- |
//! | [`UpstreamLifecycle::created`] | validation → setup in the queue, then the app is told; or deleted at Nango |
//! | [`UpstreamLifecycle::overridden`] | validation → usable, or marked as rejected here |
//! | [`UpstreamLifecycle::clean_up`] | cleanup → deleted at Nango by whoever asked |

mod creation;
mod deletion;
mod environments;
mod overriding;
mod setup;
mod stock;
mod told;
mod webhook;

use onevent_contract::{EnvironmentName, Operation};
use onevent_hosts::{ListedConnection, NangoApi};
use onevent_store::{ConnectionKey, Store, StoreError, UpstreamState};

pub use self::deletion::CleanedUp;
pub use self::environments::{UpstreamEnvironment, UpstreamEnvironments};
pub(crate) use self::setup::UpstreamSetup;
pub use self::stock::{Stock, note_deleted_behind, take_stock};
pub use self::told::Learned;
pub use self::webhook::{NangoWebhook, WebhookKind};
use crate::running::Running;
use crate::{Lifecycle, LifecycleError, OperationReport};

/// What was decided about a connection of a Nango.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamDecision {
    /// Its credentials were accepted.
    Accepted,
    /// They were rejected.
    Rejected {
        /// What the function said.
        message: String,
    },
    /// There is no such connection.
    Gone,
}

/// The operations on connections of one integration of a Nango.
#[derive(Debug, Clone)]
pub struct UpstreamLifecycle {
    lifecycle: Lifecycle,
    environment: EnvironmentName,
    api: NangoApi,
}

impl UpstreamLifecycle {
    /// The operations, with the functions, hosts and policies of `lifecycle`.
    #[must_use]
    pub fn new(lifecycle: Lifecycle, environment: EnvironmentName, api: NangoApi) -> Self {
        Self { lifecycle, environment, api }
    }

    /// The same as workers need it.
    #[must_use]
    pub fn into_lifecycle(self) -> Lifecycle {
        self.lifecycle
    }

    fn key(&self, listed: &ListedConnection) -> ConnectionKey {
        let facts = &listed.facts;
        ConnectionKey::new(self.environment.clone(), facts.integration.clone(), facts.connection_id.clone())
    }

    fn store(&self) -> &Store {
        &self.lifecycle.options.store
    }

    async fn begin(
        &self,
        listed: &ListedConnection,
        operation: Operation,
    ) -> Result<Running<'_>, LifecycleError> {
        let options = &self.lifecycle.options;
        let report = OperationReport::new(operation, &self.key(listed));
        let begin =
            options.store.begin_upstream(listed.facts.clone(), &self.environment, operation, options.wait);
        let guard = self.lifecycle.begun(report, begin).await?;
        Ok(Running::new(options, guard))
    }
}

/// Why a connection of a Nango may not be used now: what was said when its credentials were rejected.
///
/// # Errors
/// All of the database.
pub async fn rejection(store: &Store, key: &ConnectionKey) -> Result<Option<String>, StoreError> {
    let found = store.upstream_connection(key).await?;
    Ok(found.and_then(|found| match found.state {
        UpstreamState::Rejected { message, .. } => Some(message),
        UpstreamState::Known | UpstreamState::Accepted | UpstreamState::DeletedBehind => None,
    }))
}
