use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{EffectSender, HostError, RunId, TokenRefresh};
use onevent_proxy::{Target, TargetSource};
use onevent_store::{ConnectionKey, StoredConnection};

use crate::Integrations;
use crate::answers::NangoEndpoint;
use crate::connections::Connections;
use crate::refresh::{Ask, Demand, Rights, TokenRefresher};

/// A stored connection as the target of calls. It is read anew for each attempt: it may have been connected again
/// meanwhile. Its token is refreshed when that is due, and where the provider does not accept it.
///
/// What is not there, or has to be connected again, is [`HostError::Api`] with the status and the code of Nango's proxy.
#[derive(Debug, Clone)]
pub struct StoredTarget {
    connections: Connections,
    refresher: TokenRefresher,
    key: ConnectionKey,
    rights: Rights,
    run: Option<(RunId, EffectSender)>,
}

impl StoredTarget {
    /// A connection as everybody sees it who is not one of its own runs.
    #[must_use]
    pub fn new(refresher: TokenRefresher, integrations: Arc<Integrations>, key: ConnectionKey) -> Self {
        let connections = Connections {
            environment: key.environment.clone(),
            integrations,
            store: Some(refresher.store().clone()),
        };
        Self { connections, refresher, key, rights: Rights::of_others(), run: None }
    }

    /// A connection as a run with these rights sees it.
    pub(crate) fn of(
        connections: Connections,
        refresher: TokenRefresher,
        rights: Rights,
        key: ConnectionKey,
        run: (RunId, EffectSender),
    ) -> Self {
        Self { connections, refresher, key, rights, run: Some(run) }
    }

    /// The connection itself, as `GET /connections/:id` reads it: its token refreshed where that is due, or asked for.
    ///
    /// # Errors
    /// [`HostError::Api`] with the status and the code of that route.
    pub async fn connection(&self, refresh: TokenRefresh) -> Result<StoredConnection, HostError> {
        let demand = self.refresher.demand(refresh);
        self.fresh(NangoEndpoint::Connection, demand).await
    }

    async fn fresh(&self, endpoint: NangoEndpoint, demand: Demand) -> Result<StoredConnection, HostError> {
        let (key, rights, run) = (self.key.clone(), self.rights, self.run.clone());
        self.refresher.fresh(&self.connections, &Ask { endpoint, key, rights, demand, run }).await
    }
}

#[async_trait]
impl TargetSource for StoredTarget {
    async fn target(&self) -> Result<Target, HostError> {
        let stored = self.fresh(NangoEndpoint::Proxy, Demand::WhenDue).await?;
        self.connections.target(stored.connection)
    }

    async fn renewed(&self, refused: &Target) -> Option<Target> {
        let demand = Demand::InsteadOf(refused.credentials.clone());
        let stored = self.fresh(NangoEndpoint::Proxy, demand).await.ok()?;
        let target = self.connections.target(stored.connection).ok()?;
        (target.credentials != refused.credentials).then_some(target)
    }
}
