//! Code that no stop reaches: whoever waits is let go, the thread is counted, and an engine with too many refuses work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{ErrorType, FunctionKey, Outcome, RunReport, Timings, Usage};
use onevent_engine::process::{ChildEnd, ChildFailure, DescribeElsewhere, Processes, RunElsewhere, Settled};
use onevent_engine::{Engine, Isolation, Project, ProjectSource, RunRefused, STOP_GRACE};
use serde_json::json;

use crate::support::{MemoryHost, function, invocation};

/// ICU works on the text to its end, which takes it seconds, and looks at no stop meanwhile.
const HANGS: &str = "'ﬁ\\u0301각'.repeat(20_000_000).normalize('NFKD');";
const CPU: Duration = Duration::from_millis(100);
/// Beyond its limit and the grace, on a busy machine with two cores. What hangs takes longer.
const MARGIN: Duration = Duration::from_millis(1_500);

fn engine(max_lost_threads: usize) -> Engine {
    let engine = Engine::builder().realm(crate::REALM).max_lost_threads(max_lost_threads).shared_isolates(1);
    engine.build().unwrap()
}

async fn load(engine: &Engine, code: &str) -> Project {
    let files = [("index.ts", "import './acme/on-events/check';\n"), ("acme/on-events/check.ts", code)];
    engine.load(ProjectSource::files(files)).await.unwrap()
}

async fn run(engine: &Engine, body: &str, host: Arc<MemoryHost>) -> Result<RunReport, RunRefused> {
    let mut invocation = invocation(&load(engine, &function(body)).await);
    invocation.limits.cpu = CPU;
    invocation.limits.heap_bytes = 1024 * 1024 * 1024;
    engine.run(invocation, host).await
}

async fn until_found(engine: &Engine) {
    while engine.lost_threads() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_be_stopped_is_reported_and_its_thread_is_found_again() {
    let engine = engine(2);
    let host = MemoryHost::with(json!({"locked": "yes"}));
    let body = format!("await nango.log('begun'); nango.get({{ endpoint: '/slow' }}); {HANGS}");
    let report = run(&engine, &body, host).await.unwrap();
    assert_eq!(engine.lost_threads(), 1);
    assert!(engine.metrics().contains("onevent_threads_lost 1\n"), "{}", engine.metrics());
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Stopped, ErrorType::CpuLimitExceeded));
    assert!(error.hint.unwrap().contains("cannot interrupt"));
    assert!(report.usage.cpu >= CPU && report.usage.cpu < CPU + STOP_GRACE + MARGIN, "{:?}", report.usage);
    assert_eq!(report.logs[0].message, "begun");
    assert_eq!(report.metadata.before, json!({"locked": "yes"}));
    let report = run(&engine, "await nango.log('fine');", Arc::default()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "another thread does it: {:?}", report.error);
    until_found(&engine).await;
    assert!(engine.metrics().contains("onevent_threads_lost 0\n"), "{}", engine.metrics());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_has_lost_too_many_threads_takes_no_more_work_until_it_finds_one() {
    let engine = engine(1);
    let fine = load(&engine, &function("")).await;
    run(&engine, HANGS, Arc::default()).await.unwrap();
    engine.too_many_threads_lost().await;
    let refused = engine.run(invocation(&fine), Arc::new(MemoryHost::default())).await.unwrap_err();
    assert_eq!(refused.code(), "threads_lost", "{refused}");
    let broken = load(&engine, &function("")).await.broken;
    assert_eq!(broken[0].error.code.as_str(), "engine_error", "{:?}", broken[0].error);
    until_found(&engine).await;
    let report = engine.run(invocation(&fine), Arc::new(MemoryHost::default())).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
}

/// Child processes that are done at once.
struct Children;

#[async_trait]
impl Processes for Children {
    async fn run(&self, _: RunElsewhere) -> Result<ChildEnd, ChildFailure> {
        let settled = Settled::Returned(None);
        Ok(ChildEnd { settled, usage: Usage::default(), timings: Timings::default() })
    }

    async fn describe(&self, _: DescribeElsewhere) -> Result<ChildEnd, ChildFailure> {
        Err(ChildFailure::OutOfMemory)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_in_child_processes_need_none_of_the_threads_that_are_lost() {
    let elsewhere = Arc::<AtomicBool>::default();
    let chosen = Arc::clone(&elsewhere);
    let isolation_of = move |_: &FunctionKey| match chosen.load(Ordering::Relaxed) {
        true => Isolation::Process,
        false => Isolation::Thread,
    };
    let engine = Engine::builder().realm(crate::REALM).max_lost_threads(1).shared_isolates(1);
    let engine =
        engine.processes(Arc::new(Children), 1).isolation_of(Arc::new(isolation_of)).build().unwrap();
    let fine = load(&engine, &function("")).await;
    run(&engine, HANGS, Arc::default()).await.unwrap();
    engine.too_many_threads_lost().await;
    let run = async || engine.run(invocation(&fine), Arc::new(MemoryHost::default())).await;
    assert_eq!(run().await.unwrap_err().code(), "threads_lost");
    elsewhere.store(true, Ordering::Relaxed);
    let report = run().await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    until_found(&engine).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_cannot_be_stopped_is_broken_and_no_other() {
    let engine = engine(2);
    let hangs = format!("{HANGS}\n{}", function(""));
    let files = [
        ("index.ts", "import './acme/on-events/check';\nimport './acme/on-events/fine';\n"),
        ("acme/on-events/check.ts", &hangs),
        ("acme/on-events/fine.ts", &function("")),
    ];
    let project = engine.load(ProjectSource::files(files)).await.unwrap();
    assert_eq!(project.broken[0].error.code.as_str(), "module_stopped", "{:?}", project.broken);
    assert_eq!(project.functions.len(), 1);
    until_found(&engine).await;
}
