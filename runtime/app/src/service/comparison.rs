//! Comparing the list of a Nango's connections with what is known here, again and again.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock as _, EnvironmentName, SystemClock};
use onevent_hosts::ListedConnection;
use onevent_lifecycle::{
    Learned, LifecycleError, UpstreamDecision, UpstreamEnvironment, forget_noted, note_deleted_behind,
    take_stock, take_stock_again,
};
use onevent_store::{ConnectionKey, UpstreamConnection};
use tokio_util::task::AbortOnDropHandle;

use super::error::ServiceError;
use super::parts::Service;

/// How often the list is compared. Webhooks tell at once; this finds what they did not.
pub const COMPARISON_INTERVAL: Duration = Duration::from_secs(3 * 60);

/// What a comparison found.
#[derive(Debug)]
#[non_exhaustive]
pub enum Compared {
    /// A connection that nobody had told of, and its events have come to it now; or one that was rejected, and that Nango
    /// was asked again to delete.
    Found {
        /// The connection.
        key: ConnectionKey,
        /// What was decided, if something was.
        decision: Result<UpstreamDecision, ServiceError>,
    },
    /// A connection that was deleted at Nango without onevent having been asked: its cleanup has not run.
    DeletedBehind {
        /// The connection.
        key: ConnectionKey,
    },
    /// The comparison is over.
    Done {
        /// The environment.
        environment: EnvironmentName,
        /// How many connections Nango has there.
        connections: usize,
    },
    /// The comparison itself failed.
    Failed {
        /// The reason.
        error: ServiceError,
    },
}

/// Comparisons that go on until it is dropped.
#[derive(Debug)]
pub struct Comparisons {
    _task: AbortOnDropHandle<()>,
}

impl Service {
    /// Compares now, and every [`COMPARISON_INTERVAL`]; does nothing where this service stands in front of no Nango.
    pub fn start_comparisons(
        self: &Arc<Self>,
        found: impl Fn(Compared) + Send + Sync + 'static,
    ) -> Comparisons {
        let service = Arc::clone(self);
        let task = tokio::spawn(async move {
            loop {
                service.compare(&found).await;
                tokio::time::sleep(COMPARISON_INTERVAL).await;
            }
        });
        Comparisons { _task: AbortOnDropHandle::new(task) }
    }

    /// Compares once, in every environment.
    pub async fn compare(&self, found: &(impl Fn(Compared) + Sync)) {
        let upstream = match self.upstream() {
            Ok(Some(upstream)) => upstream,
            Ok(None) => return,
            Err(error) => return found(Compared::Failed { error }),
        };
        for environment in upstream.environments.iter() {
            if let Err(error) = self.compare_in(environment, found).await {
                found(Compared::Failed { error });
            }
        }
    }

    async fn compare_in(
        &self,
        environment: &UpstreamEnvironment,
        found: &(impl Fn(Compared) + Sync),
    ) -> Result<(), ServiceError> {
        let store = self.store_of(&environment.name).await?;
        let known = store.upstream_connections(&environment.name).await?;
        let listed = environment.api.listed_connections().await?;
        let connections = listed.len();
        let stock = take_stock(store, &environment.name, known, listed, SystemClock.now()).await?;
        if stock.is_first {
            // What changes while a list is read in pages can slip through it.
            let again = environment.api.listed_connections().await?;
            for missing in take_stock_again(store, &environment.name, again).await? {
                if is_gone(environment, &missing).await? {
                    forget_noted(store, &missing).await?;
                }
            }
        }
        for gone in stock.gone {
            if is_gone(environment, &gone).await? && note_deleted_behind(store, &gone).await? {
                found(Compared::DeletedBehind { key: gone.key });
            }
        }
        for listed in stock.new.into_iter().chain(stock.undeleted) {
            let facts = &listed.facts;
            let (integration, id) = (facts.integration.clone(), facts.connection_id.clone());
            let key = ConnectionKey::new(environment.name.clone(), integration, id);
            let decision = self.decide(environment, &listed).await;
            found(Compared::Found { key, decision });
        }
        found(Compared::Done { environment: environment.name.clone(), connections });
        Ok(())
    }

    async fn decide(
        &self,
        environment: &UpstreamEnvironment,
        listed: &ListedConnection,
    ) -> Result<UpstreamDecision, ServiceError> {
        let facts = &listed.facts;
        let lifecycle =
            self.upstream_lifecycle(environment, &facts.integration, Some(&facts.provider), None).await?;
        let decision = lifecycle.created(listed, Learned::Found).await;
        Ok(decision.map_err(|error: LifecycleError| error)?)
    }
}

/// Whether a connection that was missing in the list is not there, asked for by its name.
async fn is_gone(
    environment: &UpstreamEnvironment,
    missing: &UpstreamConnection,
) -> Result<bool, ServiceError> {
    let key = &missing.key;
    let found = environment.api.listed_connection(&key.integration, &key.connection_id).await?;
    Ok(found.is_none_or(|found| found.id != missing.upstream_id))
}
