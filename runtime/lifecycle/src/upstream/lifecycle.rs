//! The operations on connections that a Nango keeps, and what they share.

use onevent_contract::{EnvironmentName, Operation};
use onevent_hosts::{ListedConnection, NangoApi};
use onevent_store::{ConnectionKey, Store, StoreError, UpstreamState};

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
    pub(super) lifecycle: Lifecycle,
    pub(super) environment: EnvironmentName,
    pub(super) api: NangoApi,
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

    pub(super) fn key(&self, listed: &ListedConnection) -> ConnectionKey {
        let facts = &listed.facts;
        ConnectionKey::new(self.environment.clone(), facts.integration.clone(), facts.connection_id.clone())
    }

    pub(super) fn store(&self) -> &Store {
        &self.lifecycle.options.store
    }

    pub(super) async fn begin(
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
