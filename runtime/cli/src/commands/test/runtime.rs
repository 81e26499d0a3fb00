//! What tests need of the program: its engine, and what it knows of providers.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use onevent_app::Integrations;
use onevent_contract::{ConnectionFacts, Host, IntegrationId, Invocation, RunReport, SystemClock, Timings};
use onevent_engine::Engine;
use onevent_hosts::{SealedHost, SealedHostOptions};
use onevent_testing::{CaseRuntime, ProviderFacts};

/// The engine and the integrations of a project.
pub(super) struct ProjectRuntime {
    pub(super) engine: Engine,
    pub(super) integrations: Arc<Integrations>,
}

#[async_trait]
impl CaseRuntime for ProjectRuntime {
    async fn run(&self, invocation: Invocation, host: Arc<dyn Host>) -> Result<RunReport, String> {
        let host = sealed(&self.integrations, host, &invocation.connection);
        self.engine.run(invocation, host).await.map_err(|refused| refused.to_string())
    }

    fn provider(&self, integration: &IntegrationId, recorded: Option<&str>) -> Option<ProviderFacts> {
        provider_facts(&self.integrations, integration, recorded)
    }
}

/// The same for one test, whose run is timed where the engine does that.
pub(super) struct TimedRuntime<'r> {
    runtime: &'r ProjectRuntime,
    timings: Mutex<Option<Timings>>,
}

impl<'r> TimedRuntime<'r> {
    pub(super) fn new(runtime: &'r ProjectRuntime) -> Self {
        Self { runtime, timings: Mutex::default() }
    }

    /// Those of the run that was.
    pub(super) fn timings(&self) -> Option<Timings> {
        *self.timings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CaseRuntime for TimedRuntime<'_> {
    async fn run(&self, invocation: Invocation, host: Arc<dyn Host>) -> Result<RunReport, String> {
        let report = self.runtime.run(invocation, host).await?;
        *self.timings.lock().unwrap_or_else(PoisonError::into_inner) = report.timings;
        Ok(report)
    }

    fn provider(&self, integration: &IntegrationId, recorded: Option<&str>) -> Option<ProviderFacts> {
        self.runtime.provider(integration, recorded)
    }
}

/// What the project's templates say of an integration's provider; `recorded` is the name that a fixture has.
pub(crate) fn provider_facts(
    integrations: &Integrations,
    integration: &IntegrationId,
    recorded: Option<&str>,
) -> Option<ProviderFacts> {
    let template = integrations.get_or(integration, recorded).ok()?.provider.clone();
    Some(ProviderFacts { name: template.name.clone(), pagination: template.proxy.paginate.clone() })
}

/// The host of a replayed run behind the seals that the project's settings put on credentials.
pub(crate) fn sealed(
    integrations: &Integrations,
    inner: Arc<dyn Host>,
    connection: &ConnectionFacts,
) -> Arc<dyn Host> {
    Arc::new(SealedHost::new(SealedHostOptions {
        inner,
        connection: connection.clone(),
        integration: integrations.get_or(&connection.integration, Some(&connection.provider)).ok(),
        sealed: integrations.sealed(),
        clock: Arc::new(SystemClock),
    }))
}
