//! Isolates that wait for their run: nothing that a run can see tells it from one that had to wait for its isolate.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{EnvironmentName, Invocation, Limits, LogLevel, RunReport};
use onevent_engine::{Engine, Project, ProjectSource};
use serde_json::Value;

use crate::support::{MemoryHost, invocation};

/// What the tests let them hold.
const BYTES: u64 = 256 * 1024 * 1024;

fn engine(prewarmed_bytes: u64) -> Engine {
    let engine = Engine::builder().build().unwrap();
    engine.report_timings();
    engine.allow_prewarmed(prewarmed_bytes);
    engine
}

async fn load(engine: &Engine, outside: &str, body: &str) -> Project {
    let code = format!(
        "import {{ createOnEvent }} from 'nango';\n{outside}\nexport default createOnEvent({{ description: 'd', \
         event: 'validate-connection', exec: async (nango: any) => {{\n{body}\n}} }});"
    );
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", &*code)];
    engine.load(ProjectSource::files(files)).await.unwrap()
}

async fn run(engine: &Engine, invocation: Invocation) -> RunReport {
    engine.run(invocation, Arc::<MemoryHost>::default()).await.unwrap()
}

fn was_prewarmed(report: &RunReport) -> bool {
    report.timings.unwrap().prewarmed
}

fn logs(report: &RunReport) -> Vec<(LogLevel, String)> {
    report.logs.iter().map(|line| (line.level, line.message.clone())).collect()
}

/// Runs until an isolate was ready, for a while.
async fn prewarmed(engine: &Engine, project: &Project) -> Option<RunReport> {
    for pause in 0..12 {
        let report = run(engine, invocation(project)).await;
        if was_prewarmed(&report) {
            return Some(report);
        }
        tokio::time::sleep(Duration::from_millis(20 * pause)).await;
    }
    None
}

/// A run that had to wait for its isolate, and one that had not.
async fn both(outside: &str, body: &str) -> (RunReport, RunReport) {
    let cold = engine(0);
    let cold = run(&cold, invocation(&load(&cold, outside, body).await)).await;
    assert!(!was_prewarmed(&cold));
    let engine = engine(BYTES);
    let project = load(&engine, outside, body).await;
    (cold, prewarmed(&engine, &project).await.expect("an isolate waits"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_isolate_runs_once() {
    let engine = engine(BYTES);
    let outside = "let runs = 0; (globalThis as any).seen = [];";
    let body = "(globalThis as any).seen.push(++runs); nango.log(JSON.stringify((globalThis as any).seen));";
    let project = load(&engine, outside, body).await;
    let mut ready = 0;
    for _ in 0..4 {
        let report = prewarmed(&engine, &project).await.expect("an isolate waits");
        assert_eq!(logs(&report), [(LogLevel::Info, "[1]".to_owned())]);
        ready += 1;
    }
    assert_eq!(ready, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_says_outside_of_exec_is_in_the_report_of_the_run() {
    let outside = "console.log('loading', { a: 1 }); console.error('twice'); queueMicrotask(() => console.log('later')); await null; console.log('last');";
    let (cold, ready) = both(outside, "nango.log('running');").await;
    assert_eq!(logs(&cold), logs(&ready));
    assert_eq!(logs(&cold).len(), 5, "{:?}", logs(&cold));
    assert!(ready.logs.iter().all(|line| line.at >= ready.started_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_global_object_looks_the_same() {
    let body = "
        const describe = (owner: any) => Object.getOwnPropertyNames(owner).map((name) => {
            const { value, get, ...rest } = Object.getOwnPropertyDescriptor(owner, name) as any;
            return [name, typeof value, typeof get, rest];
        });
        nango.log(JSON.stringify([describe(globalThis), describe(console), describe(Date), describe(Date.prototype)]));
        nango.log(JSON.stringify([Date.name, new Date(0).toISOString(), Date === new Date().constructor, typeof Intl.NumberFormat,
            String(Date), AbortSignal.timeout.name, console.time.name]));";
    let (cold, ready) = both("let a = 1;", body).await;
    assert_eq!(cold.outcome.as_str(), "succeeded", "{:?}", cold.error);
    let (cold, ready) = (logs(&cold), logs(&ready));
    let names: Value = serde_json::from_str(&cold[0].1).unwrap();
    assert!(names[0].as_array().unwrap().iter().any(|global| global[0] == "Date"), "the probe sees Date");
    for (cold, ready) in cold.iter().zip(&ready) {
        assert_eq!(cold, ready);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_could_tell_waits_for_its_isolate() {
    let controls =
        ["", "const random = Math.random();", "const u = new URL('http://a/b');", "await Promise.resolve();"];
    let tells = [
        "const at = Date.now();",
        "const at = new Date();",
        "const { Date: D } = globalThis as any;",
        "let at = 0; (() => { at = Date.now(); })();",
        "const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;",
        "const at = performance.now();",
        "console.time('a');",
        "const signal = AbortSignal.timeout(1000);",
        "Promise.reject(new Error('lost'));",
        "setTimeout(() => {}, 1000);",
        "setInterval(() => {}, 1000);",
        "await new Promise((resolve) => { void fetch('http://127.0.0.1:1/').catch(resolve).then(resolve); });",
        "void Object.getOwnPropertyDescriptor(globalThis, 'Date');",
        "for (let line = 0; line < 200; line++) console.log(line);",
    ];
    for control in controls {
        let engine = engine(BYTES);
        let project = load(&engine, control, "nango.log('x');").await;
        assert!(prewarmed(&engine, &project).await.is_some(), "{control}");
    }
    for tell in tells {
        let engine = engine(BYTES);
        let project = load(&engine, tell, "nango.log('x');").await;
        for _ in 0..5 {
            let report = run(&engine, invocation(&project)).await;
            assert!(!was_prewarmed(&report), "{tell}");
            assert_eq!(report.outcome.as_str(), "succeeded", "{tell}: {:?}", report.error);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_replaced_stays_replaced() {
    let outside =
        "(globalThis as any).Date = class { static now() { return 7; } }; delete (globalThis as any).Intl;";
    let (cold, ready) =
        both(outside, "nango.log(`${Date.now()} ${typeof Intl} ${'Intl' in globalThis}`);").await;
    assert_eq!(logs(&cold), [(LogLevel::Info, "7 undefined false".to_owned())]);
    assert_eq!(logs(&cold), logs(&ready));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_isolate_is_for_another_environment_or_other_limits() {
    let engine = engine(BYTES);
    let project = load(&engine, "", "nango.log('x');").await;
    let other_project = load(&engine, "", "nango.log('x');").await;
    assert!(prewarmed(&engine, &project).await.is_some());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut elsewhere = invocation(&project);
    elsewhere.environment = EnvironmentName::new("prod").unwrap();
    assert!(!was_prewarmed(&run(&engine, elsewhere).await), "another environment");
    let mut other_limits = invocation(&project);
    other_limits.limits = Limits { heap_bytes: Limits::DEFAULT_HEAP_BYTES / 2, ..Limits::default() };
    assert!(!was_prewarmed(&run(&engine, other_limits).await), "other limits");
    assert!(!was_prewarmed(&run(&engine, invocation(&other_project)).await), "the same text, loaded anew");
    assert!(was_prewarmed(&run(&engine, invocation(&project)).await), "the one that waits is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_module_used_counts() {
    let outside = "let sum = 0; for (let i = 0; i < 100_000_000; i++) sum = (sum + i) | 0;";
    let (cold, ready) = both(outside, "nango.log(`${sum}`);").await;
    assert_eq!(logs(&cold), logs(&ready));
    assert!(ready.usage.cpu > cold.usage.cpu / 4, "{:?} {:?}", ready.usage, cold.usage);
    assert!(ready.usage.wall > cold.usage.wall / 8, "{:?} {:?}", ready.usage, cold.usage);
    // What is left of the limit is what the module has not used.
    let engine = engine(BYTES);
    let project = load(&engine, outside, "for (;;);").await;
    let limited = || {
        let mut invocation = invocation(&project);
        invocation.limits = Limits { cpu: ready.usage.cpu * 4, ..Limits::default() };
        invocation
    };
    for _ in 0..4 {
        let report = run(&engine, limited()).await;
        assert_eq!(report.error.unwrap().kind.as_str(), "cpu_limit_exceeded");
        assert!(report.usage.cpu < ready.usage.cpu * 6, "{:?}", report.usage);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_hold_no_more_than_they_may() {
    let engine = engine(1);
    let project = load(&engine, "", "nango.log('x');").await;
    assert!(prewarmed(&engine, &project).await.is_none());
    // One that grew while its modules were evaluated is given back.
    let engine = self::engine(32 * 1024 * 1024);
    let large =
        load(&engine, "const all = new Uint8Array(40 * 1024 * 1024).fill(1);", "nango.log(`${all.length}`);")
            .await;
    assert!(prewarmed(&engine, &large).await.is_none());
    let small = load(&engine, "", "nango.log('x');").await;
    assert!(prewarmed(&engine, &small).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn random_values_are_each_runs_own() {
    let engine = engine(BYTES);
    let outside = "const drawn = [Math.random(), crypto.randomUUID()];";
    let project = load(&engine, outside, "nango.log(JSON.stringify([...drawn, Math.random()]));").await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..4 {
        let report = prewarmed(&engine, &project).await.expect("an isolate waits");
        let drawn: Vec<Value> = serde_json::from_str(&logs(&report)[0].1).unwrap();
        assert!(drawn.iter().all(|value| seen.insert(value.to_string())), "{drawn:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_is_stopped_in_an_isolate_that_waited() {
    let engine = engine(BYTES);
    let project = load(&engine, "", "if ((await nango.getMetadata())?.spin) for (;;);").await;
    assert!(prewarmed(&engine, &project).await.is_some());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let host = MemoryHost::with(serde_json::json!({ "spin": true }));
    let cancelled = tokio::time::sleep(Duration::from_millis(100));
    let report = engine.run_until(invocation(&project), host, cancelled).await.unwrap().report;
    assert!(was_prewarmed(&report));
    assert_eq!(report.error.unwrap().kind.as_str(), "script_aborted");
}
