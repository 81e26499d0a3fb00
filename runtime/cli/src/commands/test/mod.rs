//! `onevent test`: every function that has a fixture, offline, against what was recorded.

mod case;
mod compare;
mod find;
mod junit;
mod load;
mod show;
mod sibling;
mod update;

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{Clock, SystemClock, Validation};
use serde::{Serialize, Serializer};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::case::{Case, Runner};
pub(crate) use self::case::{MAX_FIXTURE_BYTES, host};
use self::find::Found;
pub(crate) use self::find::{fixture_path, fixture_stem};
pub(crate) use self::sibling::completed;
use crate::args::TestArgs;
use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::Reply;
use crate::session::Session;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Passed,
    Failed,
    Skipped,
}

/// One test, after it ended.
#[derive(Debug, Clone, Serialize)]
struct TestResult {
    integration: String,
    function: String,
    /// `on-event` or `action`; `sync` of a function that is not supported; null where there is no such function.
    kind: Option<&'static str>,
    /// The fixture's path in the project.
    fixture: String,
    status: Status,
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    duration: Duration,
    /// Why it did not pass, or what to look at although it did.
    message: Option<String>,
}

/// `docs/schemas/test.json`.
#[derive(Debug, Serialize)]
struct Document {
    passed: usize,
    failed: usize,
    skipped: usize,
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    duration: Duration,
    tests: Vec<TestResult>,
}

fn milliseconds<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value.as_secs_f64() * 1e6).round() / 1e3)
}

/// Runs the tests and shows what came of them.
pub(crate) async fn run(session: &Session, args: &TestArgs) -> Result<Reply, Failure> {
    let clock = SystemClock;
    let start = clock.monotonic();
    let found = find::fixtures(session.folder(), args)?;
    if found.is_empty() {
        return Err(nothing(args));
    }
    let loaded = load::load(&session.service, &found).await?;
    let runner = Arc::new(Runner {
        engine: session.service.engine()?.clone(),
        environment: session.service.environment().clone(),
        validation: if args.validate { Validation::Enforce } else { Validation::Warn },
        update: args.update,
        project: session.folder().to_owned(),
        integrations: session.service.integrations()?.clone(),
    });
    let cases = found.into_iter().map(|found| case_of(session, &loaded, found)).collect();
    let tests = run_all(&runner, cases).await;
    let count = |status| tests.iter().filter(|test| test.status == status).count();
    let document = Document {
        passed: count(Status::Passed),
        failed: count(Status::Failed),
        skipped: count(Status::Skipped),
        duration: clock.elapsed(start),
        tests,
    };
    if let Some(file) = &args.junit {
        junit::write(session.folder(), &session.directory.join(file), &document)?;
    }
    let exit = if document.failed == 0 { ExitCode::Ok } else { ExitCode::Failed };
    Ok(Reply::new(&document, show::summary(&document))?.exit(exit))
}

fn nothing(args: &TestArgs) -> Failure {
    let chosen = args.filter.is_some() || args.integration.is_some();
    let message =
        if chosen { "no fixture fits --filter and --integration" } else { "the project has no fixtures" };
    Failure::new(ExitCode::Failed, "no_fixtures", message)
        .hint("a fixture is <integration>/tests/<function>.test.json: onevent dryrun … --save writes one")
}

fn case_of(session: &Session, loaded: &load::Loaded, found: Found) -> Case {
    let function = loaded.function(&found);
    let limits = match &function {
        Ok(function) => session.service.settings().limits_for(&function.key),
        Err(_) => onevent_contract::Limits::default(),
    };
    Case { found, function, limits }
}

/// Each in an isolate of its own, as many at once as there are processors: a replayed run waits for nothing.
async fn run_all(runner: &Arc<Runner>, cases: Vec<Case>) -> Vec<TestResult> {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let permits = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    for (index, case) in cases.into_iter().enumerate() {
        let (runner, permits) = (Arc::clone(runner), Arc::clone(&permits));
        running.spawn(async move {
            let _permit = permits.acquire().await;
            (index, runner.run(case).await)
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
