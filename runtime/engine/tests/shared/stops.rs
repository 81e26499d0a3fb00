//! Limits in an isolate that several runs share: who is to blame is stopped, and named; the others go on.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{ErrorType, Outcome, RunReport};
use onevent_engine::{Engine, Project, Realm};

use crate::support::{MemoryHost, function, invocation, load};

fn one_isolate() -> Engine {
    Engine::builder().realm(Realm::Shared).shared_isolates(1).build().unwrap()
}

/// A function that waits, or does what is asked of it in its metadata.
async fn obedient() -> Arc<Project> {
    let body = "
        const { ask } = await nango.getMetadata();
        await nango.log('asked ' + ask);
        if (ask === 'spin') for (;;) {}
        if (ask === 'spin in zod') z.string().refine(() => { for (;;) {} }).safeParse('x');
        if (ask === 'fill') { const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(all.length)); }
        if (ask === 'buffers') { const all: unknown[] = []; for (;;) all.push(new Uint8Array(1024 * 1024)); }
        if (ask === 'block') 'ﬁ\\u0301각'.repeat(15_000_000).normalize('NFKD');
        if (ask === 'hang') await nango.get({ endpoint: '/slow' });
        await new Promise((resolve) => setTimeout(resolve, 300));
        await nango.log('went on');";
    Arc::new(load(&function(body)).await)
}

async fn run(engine: Engine, project: Arc<Project>, ask: &str) -> RunReport {
    let mut invocation = invocation(&project);
    // Whoever fills memory needs time for it.
    let fills = ask == "fill" || ask == "buffers";
    invocation.limits.cpu = if fills { Duration::from_secs(60) } else { Duration::from_millis(100) };
    if ask == "hang" {
        invocation.limits.wall = Duration::from_millis(200);
    }
    let host = MemoryHost::with(serde_json::json!({ "ask": ask }));
    engine.run(invocation, host).await.unwrap()
}

/// One run that is asked for something, with an innocent one beside it and another after them.
async fn beside(ask: &'static str) -> [RunReport; 3] {
    let (engine, project) = (one_isolate(), obedient().await);
    let innocent = tokio::spawn(run(engine.clone(), Arc::clone(&project), "wait"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let culprit = run(engine.clone(), Arc::clone(&project), ask).await;
    let innocent = innocent.await.unwrap();
    let after = run(engine, project, "wait").await;
    [innocent, culprit, after]
}

fn error_of(report: &RunReport) -> Option<ErrorType> {
    report.error.as_ref().map(|error| error.kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_computes_without_end_is_stopped_alone() {
    for ask in ["spin", "spin in zod", "buffers"] {
        let [innocent, culprit, after] = beside(ask).await;
        let wanted =
            if ask == "buffers" { ErrorType::HeapLimitExceeded } else { ErrorType::CpuLimitExceeded };
        assert_eq!((culprit.outcome, error_of(&culprit)), (Outcome::Stopped, Some(wanted)), "{ask}");
        assert_eq!((innocent.outcome, error_of(&innocent)), (Outcome::Succeeded, None), "{ask}");
        assert_eq!((after.outcome, error_of(&after)), (Outcome::Succeeded, None), "{ask}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_too_long_is_stopped_alone() {
    let [innocent, culprit, after] = beside("hang").await;
    assert_eq!((culprit.outcome, error_of(&culprit)), (Outcome::Stopped, Some(ErrorType::ExecutionTimeout)));
    for report in [innocent, after] {
        assert_eq!((report.outcome, error_of(&report)), (Outcome::Succeeded, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_heap_ends_the_isolate_and_names_who_filled_it() {
    let [innocent, culprit, after] = beside("fill").await;
    assert_eq!((culprit.outcome, error_of(&culprit)), (Outcome::Stopped, Some(ErrorType::HeapLimitExceeded)));
    // It had logged: it is not run again by itself.
    assert_eq!((innocent.outcome, error_of(&innocent)), (Outcome::Stopped, Some(ErrorType::IsolateLost)));
    assert_eq!((after.outcome, error_of(&after)), (Outcome::Succeeded, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_be_stopped_ends_the_isolate_for_all_at_its_own_limit() {
    let [innocent, culprit, after] = beside("block").await;
    assert_eq!((culprit.outcome, error_of(&culprit)), (Outcome::Stopped, Some(ErrorType::CpuLimitExceeded)));
    assert_eq!((innocent.outcome, error_of(&innocent)), (Outcome::Stopped, Some(ErrorType::IsolateLost)));
    assert_eq!((after.outcome, error_of(&after)), (Outcome::Succeeded, None));
}

/// How many threads of shared isolates the process has.
fn isolates() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")));
    names.filter(|name| name.as_ref().is_ok_and(|name| name.trim() == "onevent-shared")).count()
}

/// V8 collects once more when an isolate goes while marking is under way, and meets what is left of every run that was there.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the next test starts it, in a process of its own"]
async fn an_isolate_goes_and_v8_collects_once_more() {
    // Then V8 does so in any case. Flags are the whole process's.
    deno_core::v8::V8::set_flags_from_string("--stress-compaction");
    let project = Arc::new(load(&function("nango.log('fine');")).await);
    for _ in 0..4 {
        let engine = one_isolate();
        for _ in 0..20 {
            let report = run(engine.clone(), Arc::clone(&project), "nothing").await;
            assert_eq!(report.outcome, Outcome::Succeeded, "{report:?}");
        }
        drop(engine);
        while isolates() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[test]
fn an_isolate_goes_in_the_middle_of_a_collection() {
    let test = "stops::an_isolate_goes_and_v8_collects_once_more";
    let mut command = Command::new(std::env::current_exe().unwrap());
    // The C library spoils memory that is given back.
    command.args(["--ignored", "--exact", test]).env("MALLOC_PERTURB_", "165");
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{output:?}");
}
