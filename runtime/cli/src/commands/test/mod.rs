//! `onevent test`: every function that has a fixture, offline, against what was recorded.

mod load;
mod runtime;
mod show;

use std::path::PathBuf;
use std::sync::Arc;

use onevent_app::Service;
use onevent_contract::{Clock, Limits, SystemClock, Validation};
use onevent_testing::{
    Case, CaseOutcome, CaseSettings, FixtureFilter, FoundFixture, OnDifference, Status, TestReport,
    TestResult, fixtures, junit_xml,
};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::load::Functions;
use self::runtime::{ProjectRuntime, TimedRuntime};
pub(crate) use self::runtime::{provider_facts, sealed};
use crate::args::TestArgs;
use crate::commands::check::{self, Judging};
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{FindingDocument, Reply, render_finding};
use crate::session::Session;
use crate::whole_file::{write_in_project, write_named};

/// What all tests share.
struct Tests {
    service: Arc<Service>,
    functions: Functions,
    settings: CaseSettings,
    runtime: ProjectRuntime,
    /// The project's folder.
    project: PathBuf,
}

/// Runs the tests and shows what came of them.
pub(crate) async fn run(session: &Session, args: &TestArgs) -> Result<Reply, Failure> {
    let clock = SystemClock;
    let start = clock.monotonic();
    let judging = Judging::of(&args.judging)?;
    let filter = FixtureFilter { integration: args.integration.clone(), function: args.filter.clone() };
    let found = fixtures(session.folder(), &filter)
        .map_err(|error| Failure::project("project_unreadable", error.to_string()))?;
    if found.is_empty() {
        return Err(nothing(args));
    }
    if args.timings {
        session.service.engine()?.report_timings();
    }
    let functions = load::read(&session.service, &found).await?;
    let findings = check::unawaited(session, load::files(&found), &judging).await?;
    let tests = Arc::new(Tests {
        service: Arc::clone(&session.service),
        functions,
        settings: CaseSettings {
            environment: session.service.environment().clone(),
            validation: if args.validate { Validation::Enforce } else { Validation::Warn },
            on_difference: if args.update { OnDifference::Update } else { OnDifference::Fail },
        },
        runtime: ProjectRuntime {
            engine: session.service.engine()?.clone(),
            integrations: session.service.integrations()?,
        },
        project: session.folder().to_owned(),
    });
    let results = run_all(&tests, found).await;
    let report = TestReport::new(results, clock.elapsed(start));
    if let Some(file) = &args.junit {
        let unwritable = |why: String| Failure::usage("junit_unwritable", format!("--junit: {why}"));
        let xml = junit_xml(&report).map_err(|error| unwritable(error.to_string()))?;
        write_named(session.folder(), &session.directory.join(file), &xml)
            .map_err(|error| unwritable(error.to_string()))?;
    }
    let is_denied = findings.iter().any(|finding| judging.is_denied(finding));
    let exit = if report.failed == 0 && !is_denied { ExitCode::Ok } else { ExitCode::Failed };
    let told = findings.iter().map(FindingDocument::from).collect();
    let mut reply = Reply::new(&Document { report: &report, findings: told }, show::summary(&report))?;
    for finding in &findings {
        reply = reply.note(&render_finding(finding));
    }
    Ok(reply.exit(exit))
}

/// `docs/schemas/test.json`.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a TestReport,
    /// The calls that nobody awaits, in the functions that have fixtures.
    findings: Vec<FindingDocument<'a>>,
}

fn nothing(args: &TestArgs) -> Failure {
    let chosen = args.filter.is_some() || args.integration.is_some();
    let message =
        if chosen { "no fixture fits --filter and --integration" } else { "the project has no fixtures" };
    Failure::new(ExitCode::Failed, "no_fixtures", message)
        .hint("a fixture is <integration>/tests/<function>.test.json: onevent dryrun … --save writes one")
}

impl Tests {
    async fn case(&self, fixture: FoundFixture) -> Case {
        let function = self.functions.function(&fixture).await;
        let limits = match &function {
            Ok(function) => self.service.settings().limits_for(&function.key),
            Err(_) => Limits::default(),
        };
        Case { fixture, function, limits }
    }

    /// Runs one test, and writes its fixture where that is to be brought up to date.
    async fn run(&self, fixture: FoundFixture) -> TestResult {
        let case = self.case(fixture).await;
        let clock = SystemClock;
        let start = clock.monotonic();
        let runtime = TimedRuntime::new(&self.runtime);
        let (status, message) = match case.run(&self.settings, &runtime).await {
            CaseOutcome::Passed(notes) => (Status::Passed, notes),
            CaseOutcome::Failed(message) => (Status::Failed, Some(message)),
            CaseOutcome::Skipped(message) => (Status::Skipped, Some(message)),
            CaseOutcome::Outdated(text) => match write_in_project(&self.project, &case.fixture.path, &text) {
                Ok(()) => (Status::Passed, Some("updated".to_owned())),
                Err(error) => (Status::Failed, Some(format!("--update: {error}"))),
            },
        };
        let kind = case.kind();
        let FoundFixture { integration, function, file: fixture, .. } = case.fixture;
        let (duration, timings) = (clock.elapsed(start), runtime.timings());
        TestResult { integration, function, kind, fixture, status, duration, message, timings }
    }
}

/// Each in an isolate of its own, as many at once as there are processors: a replayed run waits for nothing.
async fn run_all(tests: &Arc<Tests>, found: Vec<FoundFixture>) -> Vec<TestResult> {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let permits = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    for (index, fixture) in found.into_iter().enumerate() {
        let (tests, permits) = (Arc::clone(tests), Arc::clone(&permits));
        running.spawn(async move {
            let _permit = permits.acquire().await;
            (index, tests.run(fixture).await)
        });
    }
    let mut results = Vec::new();
    while let Some(joined) = running.join_next().await {
        // A task ends without a result only when the whole command is being dropped.
        results.extend(joined);
    }
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
