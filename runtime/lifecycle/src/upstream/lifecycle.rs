//! The operations on connections that a Nango keeps, and what they share.

use std::time::Duration;

use onevent_contract::{ConnectionFacts, EnvironmentName, Event, Operation, RequestId};
use onevent_hosts::NangoApi;
use onevent_store::{ConnectionKey, OperationGuard, RunFilter, Store, StoreError, Transaction};

use super::told::{Learned, SentOn};
use crate::{Lifecycle, LifecycleError, OperationReport};

/// How long what Nango tells of a connection waits for an operation of it: as long as a validation may take, and some.
/// Nango does not tell again for so long.
const WEBHOOK_WAIT: Duration = Duration::from_secs(6 * 60);

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

    /// The same operations, for a request.
    #[must_use]
    pub fn for_request(self, request_id: Option<RequestId>) -> Self {
        Self { lifecycle: self.lifecycle.for_request(request_id), ..self }
    }

    /// The same as workers need it.
    #[must_use]
    pub fn into_lifecycle(self) -> Lifecycle {
        self.lifecycle
    }

    pub(super) fn key(&self, facts: &ConnectionFacts) -> ConnectionKey {
        ConnectionKey::new(self.environment.clone(), facts.integration.clone(), facts.connection_id.clone())
    }

    pub(super) fn store(&self) -> &Store {
        &self.lifecycle.options.store
    }

    /// Tells the operator's app, in the transaction that makes it true.
    pub(super) async fn send_on(
        &self,
        within: &mut Transaction,
        key: &ConnectionKey,
        operation: Operation,
        body: String,
    ) -> Result<(), StoreError> {
        let request_id = self.lifecycle.options.request_id.clone();
        SentOn { operation, body, request_id }.enqueue(self.store(), within, key).await
    }

    /// Begins an operation of a connection: nobody else has one meanwhile.
    pub(super) async fn begin(
        &self,
        facts: &ConnectionFacts,
        operation: Operation,
        wait: Duration,
    ) -> Result<OperationGuard, LifecycleError> {
        let report = OperationReport::new(operation, &self.key(facts));
        let begin = self.store().begin_upstream(facts.clone(), &self.environment, operation, wait);
        self.lifecycle.begun(report, begin).await
    }

    /// How long such an operation waits for another one of the connection.
    pub(super) fn wait(&self, learned: Learned<'_>) -> Duration {
        match learned {
            Learned::Webhook(_) => WEBHOOK_WAIT,
            Learned::Asked | Learned::Found => self.lifecycle.options.wait,
        }
    }

    /// What the last validation of a connection said that is gone, if it did not accept.
    pub(super) async fn last_rejection(&self, key: &ConnectionKey) -> Result<Option<String>, LifecycleError> {
        let filter = RunFilter {
            integration: Some(key.integration.clone()),
            connection_id: Some(key.connection_id.clone()),
            limit: 1,
            ..RunFilter::of(key.environment.clone())
        };
        let Some(last) = self.store().runs(&filter).await?.into_iter().next() else { return Ok(None) };
        if last.event != Some(Event::ValidateConnection) {
            return Ok(None);
        }
        let run = self.store().run(&last.run_id.to_string()).await?;
        let verdict = run.map(|run| run.report["verdict"].clone()).unwrap_or_default();
        let message = verdict["message"].as_str().map(str::to_owned);
        Ok(message.filter(|_| verdict["accepted"] == false))
    }
}

/// Why a connection of a Nango may not be used now: what was said when its credentials were rejected.
///
/// # Errors
/// All of the database.
pub async fn rejection(store: &Store, key: &ConnectionKey) -> Result<Option<String>, StoreError> {
    let found = store.upstream_connection(key).await?;
    Ok(found.and_then(|found| found.state.refusal().map(str::to_owned)))
}
