//! One test: the function over its fixture, and what differs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use onevent_app::{Integrations, read_text};
use onevent_contract::{
    Clock, ConnectionFacts, ConnectionId, EnvironmentName, Function, Invocation, Limits, Mode, RunReport,
    SystemClock, Trigger, Validation,
};
use onevent_engine::Engine;
use onevent_testing::{Fixture, FixtureHost, Replay};

use super::find::Found;
use super::load::NoFunction;
use super::sibling::Sibling;
use super::{Status, TestResult, compare, update};
use crate::whole_file::write_in_project;

/// The largest fixture that is read: 64 MiB.
pub(crate) const MAX_FIXTURE_BYTES: u64 = 64 * 1024 * 1024;

/// `nango.connectionId` where a fixture does not say which it was.
const UNNAMED_CONNECTION: &str = "test-connection-id";

/// A test to be run.
pub(super) struct Case {
    pub(super) found: Found,
    pub(super) function: Result<Arc<Function>, NoFunction>,
    pub(super) limits: Limits,
}

/// What all tests share.
pub(super) struct Runner {
    pub(super) engine: Engine,
    pub(super) environment: EnvironmentName,
    pub(super) validation: Validation,
    pub(super) update: bool,
    /// The project's folder.
    pub(super) project: PathBuf,
    pub(super) integrations: Integrations,
}

/// A run and what it asked for.
pub(super) struct Ran {
    pub(super) report: RunReport,
    pub(super) replay: Replay,
}

impl Runner {
    /// Runs one test.
    pub(super) async fn run(&self, case: Case) -> TestResult {
        let clock = SystemClock;
        let start = clock.monotonic();
        let function = match &case.function {
            Ok(function) => Arc::clone(function),
            Err(NoFunction::Unsupported) => {
                let message = "syncs are not supported".to_owned();
                return result(case.found, Some("sync"), Status::Skipped, Duration::ZERO, Some(message));
            }
            Err(NoFunction::Broken(message)) => {
                let message = Some(message.clone());
                return result(case.found, None, Status::Failed, Duration::ZERO, message);
            }
        };
        let kind = Some(function.kind.as_str());
        let (status, message) = match self.check(&case, function).await {
            Ok(message) => (Status::Passed, message),
            Err(message) => (Status::Failed, Some(message)),
        };
        result(case.found, kind, status, clock.elapsed(start), message)
    }

    /// What to look at in a test that passed, or why it did not.
    async fn check(&self, case: &Case, function: Arc<Function>) -> Result<Option<String>, String> {
        let mut fixture = read(case)?;
        let sibling = case.found.sibling();
        let answers = sibling.as_ref().map(|sibling| sibling.completed(&fixture));
        let ran = self.replay(case, &function, answers.as_ref().unwrap_or(&fixture)).await?;
        let expects_error = sibling.as_ref().and_then(Sibling::expects_error);
        let mut problems = compare::problems(&fixture, expects_error, &ran);
        let outdated = !problems.is_empty() || update::has_stale_request(&ran);
        if self.update && outdated && update::apply(&mut fixture, &ran) {
            write_in_project(&self.project, &case.found.path, &fixture.to_text())
                .map_err(|error| format!("--update: {error}"))?;
            return Ok(Some("updated".into()));
        }
        if problems.is_empty() {
            return Ok(compare::notes(&ran));
        }
        problems.extend(sibling.iter().flat_map(|sibling| sibling.unread(&fixture)));
        Err(problems.join("\n"))
    }

    async fn replay(&self, case: &Case, function: &Arc<Function>, fixture: &Fixture) -> Result<Ran, String> {
        let (host, facts) = host(function, fixture.clone(), &self.integrations)?;
        let host = Arc::new(host);
        let mut invocation = Invocation {
            mode: Mode::Dry,
            validation: self.validation,
            limits: case.limits.clone(),
            ..Invocation::new(Arc::clone(function), facts, self.environment.clone())
        };
        if let Trigger::Action { input } = &mut invocation.trigger {
            *input = fixture.input().cloned();
        }
        let report = self.engine.run(invocation, Arc::clone(&host) as _).await;
        let report = report.map_err(|refused| format!("the run did not start: {refused}"))?;
        Ok(Ran { report, replay: host.replay() })
    }
}

fn read(case: &Case) -> Result<Fixture, String> {
    let file = &case.found.file;
    let text = read_text(&case.found.path, MAX_FIXTURE_BYTES)
        .map_err(|error| format!("{file} cannot be read: {error}"))?;
    Fixture::parse(&text).map_err(|error| format!("{file}: {error}"))
}

/// The host that answers from a fixture, and what the function reads about its connection: as recorded. No provider
/// template is needed; where there is one, `nango.paginate` has its options.
///
/// # Errors
/// When the recorded connection's id is none.
pub(crate) fn host(
    function: &Function,
    fixture: Fixture,
    integrations: &Integrations,
) -> Result<(FixtureHost, ConnectionFacts), String> {
    let id = fixture.connection_text("connection_id", "connectionId").unwrap_or(UNNAMED_CONNECTION);
    let connection_id = ConnectionId::new(id).map_err(|error| format!("nango.getConnection: {error}"))?;
    let integration = function.key.integration.clone();
    let recorded = fixture.connection_text("provider", "provider").map(str::to_owned);
    let template =
        integrations.get_or(&integration, recorded.as_deref()).ok().map(|own| own.provider.clone());
    let named = template.as_ref().map(|template| template.name.clone());
    let provider = recorded.or(named).unwrap_or_else(|| integration.to_string());
    let facts = ConnectionFacts { connection_id, integration, provider };
    let host = FixtureHost::new(fixture, facts.clone()).map_err(|error| error.to_string())?;
    Ok((host.with_pagination(template.and_then(|template| template.proxy.paginate.clone())), facts))
}

fn result(
    found: Found,
    kind: Option<&'static str>,
    status: Status,
    duration: Duration,
    message: Option<String>,
) -> TestResult {
    let Found { integration, function, file: fixture, .. } = found;
    TestResult { integration, function, kind, fixture, status, duration, message }
}
