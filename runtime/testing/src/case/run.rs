//! One test: the function over its fixture.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{
    EnvironmentName, Function, Host, IntegrationId, Invocation, Limits, Mode, RunReport, Trigger, Validation,
};
use onevent_redaction::REDACTED;
use onevent_source::read_text;

use super::find::FoundFixture;
use super::host::{ProviderFacts, replay_host};
use super::replayed::ReplayedRun;
use super::sibling::Sibling;
use super::{compare, update};
use crate::fixture::{Fixture, MAX_FIXTURE_BYTES};

/// What a test needs of the program that runs it: isolates, and the provider templates.
#[async_trait]
pub trait CaseRuntime: Send + Sync {
    /// Runs a function to its end.
    ///
    /// # Errors
    /// Why the run did not start, in words.
    async fn run(&self, invocation: Invocation, host: Arc<dyn Host>) -> Result<RunReport, String>;

    /// What is known of an integration's provider; `recorded` is the name that its fixture has.
    fn provider(&self, integration: &IntegrationId, recorded: Option<&str>) -> Option<ProviderFacts>;
}

/// What becomes of a fixture from which a run differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDifference {
    /// The test fails.
    Fail,
    /// The fixture is brought up to date, where that is an answer.
    Update,
}

/// What all tests share.
#[derive(Debug, Clone)]
pub struct CaseSettings {
    /// The environment that the functions see.
    pub environment: EnvironmentName,
    /// What becomes of data that violates a schema.
    pub validation: Validation,
    /// What becomes of fixtures that are out of date.
    pub on_difference: OnDifference,
}

/// Why a fixture has no function that could run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFunction {
    /// It is of a kind that onevent does not run.
    Unsupported,
    /// There is none, or it cannot be loaded; in words.
    Broken(String),
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseOutcome {
    /// It passed; what to look at although it did.
    Passed(Option<String>),
    /// The fixture is out of date: its text of now.
    Outdated(String),
    /// Why it failed.
    Failed(String),
    /// Why it was not run.
    Skipped(String),
}

/// A test to be run.
#[derive(Debug)]
pub struct Case {
    /// The fixture.
    pub fixture: FoundFixture,
    /// The function that it is of.
    pub function: Result<Arc<Function>, NoFunction>,
    /// The limits of the run.
    pub limits: Limits,
}

impl Case {
    /// The kind of the function, where there is one: `on-event`, `action` or `sync`.
    #[must_use]
    pub fn kind(&self) -> Option<&'static str> {
        match &self.function {
            Ok(function) => Some(function.kind.as_str()),
            Err(NoFunction::Unsupported) => Some("sync"),
            Err(NoFunction::Broken(_)) => None,
        }
    }

    /// Runs the test.
    pub async fn run(&self, settings: &CaseSettings, runtime: &dyn CaseRuntime) -> CaseOutcome {
        let function = match &self.function {
            Ok(function) => function,
            Err(NoFunction::Unsupported) => {
                return CaseOutcome::Skipped("syncs are not supported".to_owned());
            }
            Err(NoFunction::Broken(message)) => return CaseOutcome::Failed(message.clone()),
        };
        self.check(settings, runtime, function).await.unwrap_or_else(CaseOutcome::Failed)
    }

    async fn check(
        &self,
        settings: &CaseSettings,
        runtime: &dyn CaseRuntime,
        function: &Arc<Function>,
    ) -> Result<CaseOutcome, String> {
        let mut fixture = self.read()?;
        let sibling = self.fixture.sibling();
        let answers = sibling.as_ref().map(|sibling| sibling.completed(&fixture));
        let ran = self.replay(settings, runtime, function, answers.as_ref().unwrap_or(&fixture)).await?;
        let expects_error = sibling.as_ref().and_then(Sibling::expects_error);
        let mut problems = compare::problems(&fixture, expects_error, &ran);
        let is_outdated = !problems.is_empty() || update::has_stale_request(&ran);
        if settings.on_difference == OnDifference::Update && is_outdated && update::apply(&mut fixture, &ran)
        {
            return Ok(CaseOutcome::Outdated(fixture.to_text()));
        }
        if problems.is_empty() {
            return Ok(CaseOutcome::Passed(compare::notes(&ran)));
        }
        problems.extend(sibling.iter().flat_map(|sibling| sibling.unread(&fixture)));
        Err(problems.join("\n"))
    }

    async fn replay(
        &self,
        settings: &CaseSettings,
        runtime: &dyn CaseRuntime,
        function: &Arc<Function>,
        fixture: &Fixture,
    ) -> Result<ReplayedRun, String> {
        let provider_of = |recorded: Option<&str>| runtime.provider(&function.key.integration, recorded);
        let (host, facts) =
            replay_host(function, fixture.clone(), provider_of).map_err(|error| error.to_string())?;
        let host = Arc::new(host);
        let mut invocation = Invocation {
            // As a recorded run has it: what differs from run to run is no part of a fixture.
            idempotency_key: Some(REDACTED.to_owned()),
            mode: Mode::Dry,
            validation: settings.validation,
            limits: self.limits.clone(),
            ..Invocation::new(Arc::clone(function), facts, settings.environment.clone())
        };
        if let Trigger::Action { input } = &mut invocation.trigger {
            *input = fixture.input().cloned();
        }
        let report = runtime.run(invocation, Arc::clone(&host) as _).await;
        let report = report.map_err(|refused| format!("the run did not start: {refused}"))?;
        Ok(ReplayedRun { report, replay: host.replay() })
    }

    fn read(&self) -> Result<Fixture, String> {
        let file = &self.fixture.file;
        let text = read_text(&self.fixture.path, MAX_FIXTURE_BYTES)
            .map_err(|error| format!("{file} cannot be read: {error}"))?;
        Fixture::parse(&text).map_err(|error| format!("{file}: {error}"))
    }
}
