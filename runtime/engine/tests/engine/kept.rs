//! An isolate that described its function and runs it: nothing that the run can see tells it from a fresh one.

use std::sync::Arc;

use onevent_contract::{Invocation, Limits, LogLevel, RunReport};
use onevent_engine::{Engine, Project, ProjectSource};
use serde_json::json;

use crate::support::{MemoryHost, invocation};

fn engine(keeps: bool) -> Engine {
    let engine = Engine::builder().build().unwrap();
    engine.report_timings();
    if keeps {
        engine.keep_described();
    }
    engine
}

async fn load(engine: &Engine, outside: &str, declared: &str, body: &str) -> Project {
    let code = format!(
        "import {{ createOnEvent }} from 'nango';\nimport * as z from 'zod';\nvoid z;\n{outside}\n\
         const function_ = createOnEvent({{ description: 'd', event: 'validate-connection', {declared} \
         exec: async (nango: any) => {{\n{body}\n}} }});\nexport default function_;"
    );
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", &*code)];
    engine.load(ProjectSource::files(files)).await.unwrap()
}

async fn run(engine: &Engine, invocation: Invocation) -> RunReport {
    let host = MemoryHost::with(json!({ "plan": "pro" }));
    engine.run(invocation, host).await.unwrap()
}

fn logs(report: &RunReport) -> Vec<(LogLevel, String)> {
    report.logs.iter().map(|line| (line.level, line.message.clone())).collect()
}

/// Loads and runs a function, and says whether both were in one isolate.
async fn was_kept(outside: &str, declared: &str) -> bool {
    let engine = engine(true);
    let project = load(&engine, outside, declared, "await nango.log('ran');").await;
    let report = run(&engine, invocation(&project)).await;
    assert_eq!(report.outcome.as_str(), "succeeded", "{outside} {declared}: {:?}", report.error);
    match engine.isolates_made() {
        1 => true,
        2 => false,
        other => panic!("{other} isolates"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_described_and_run_in_one_isolate_where_it_cannot_tell() {
    for (outside, declared) in [
        ("", ""),
        ("console.log('outside');", ""),
        ("const drawn = Math.random();", ""),
        (
            "",
            "metadata: z.object({ plan: z.string().min(2).optional(), list: z.array(z.email()).nullish() }),",
        ),
        (
            "const part = z.object({ plan: z.enum(['pro']) }); ",
            "metadata: part.extend({ more: part.optional() }),",
        ),
    ] {
        assert!(was_kept(outside, declared).await, "{outside} {declared}");
    }
    for (outside, declared) in [
        ("const at = Date.now();", ""),
        ("setTimeout(() => {}, 1000);", ""),
        ("Promise.reject(new Error('lost'));", ""),
        ("", "metadata: z.lazy(() => z.object({ plan: z.string() })),"),
        ("", "metadata: z.object({ plan: z.string(), other: z.string().default(() => 'x') }),"),
        ("", "metadata: z.object({ plan: z.string().transform((plan) => plan.length) }),"),
        (
            "",
            "metadata: z.object({ plan: z.string(), get self() { console.log('seen'); return z.string().optional(); } }),",
        ),
    ] {
        assert!(!was_kept(outside, declared).await, "{outside} {declared}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_can_count_its_readers_is_run_in_another_isolate() {
    let counting = [
        "let reads = 0; export default new Proxy(made, { get: (target, key) => { reads++; return (target as any)[key]; } });",
        "let reads = 0; export default Object.defineProperty({ ...made }, 'event', { get: () => { reads++; return made.event; } });",
        "let reads = 0; const { event, ...rest } = made; export default Object.assign(Object.create({ get event() { reads++; return event; } }), rest);",
    ];
    for export in ["export default made; const reads = 'none';"].into_iter().chain(counting) {
        let code = format!(
            "import {{ createOnEvent }} from 'nango';\nconst made = createOnEvent({{ description: 'd', \
             event: 'validate-connection', exec: async (nango: any) => nango.log(`${{reads}}`) }});\n{export}"
        );
        let mut said = Vec::new();
        for keeps in [false, true] {
            let engine = engine(keeps);
            let files =
                [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", &*code)];
            let project = engine.load(ProjectSource::files(files)).await.unwrap();
            said.push(logs(&run(&engine, invocation(&project)).await));
            let expected = if keeps && !export.contains("let reads") { 1 } else { 2 };
            assert_eq!(engine.isolates_made(), expected, "{export}");
        }
        assert_eq!(said[0], said[1], "{export}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_is_the_one_of_a_fresh_isolate() {
    let outside = "let runs = 0; console.log('outside', { a: 1 }); console.error('twice'); \
        queueMicrotask(() => console.log('later')); await null; const drawn = Math.random();";
    let declared = "metadata: z.object({ plan: z.string() }),";
    let body = "nango.log(`${++runs} ${typeof Date.now()} ${drawn < 1} ${Object.keys(globalThis)}`);
        nango.log(JSON.stringify(await nango.getMetadata())); await nango.updateMetadata({ plan: 'free' });";
    let mut reports = Vec::new();
    for keeps in [false, true] {
        let engine = engine(keeps);
        let project = load(&engine, outside, declared, body).await;
        let report = run(&engine, invocation(&project)).await;
        assert_eq!(engine.isolates_made(), if keeps { 1 } else { 2 });
        reports.push(report);
    }
    let [fresh, kept] = &reports[..] else { unreachable!() };
    assert_eq!(logs(fresh), logs(kept));
    assert_eq!(logs(kept).len(), 5, "{:?}", logs(kept));
    assert_eq!(fresh.metadata, kept.metadata);
    assert_eq!(fresh.warnings, kept.warnings);
    assert_eq!(fresh.outcome.as_str(), kept.outcome.as_str());
    let timings = kept.timings.unwrap();
    assert!(!timings.prewarmed && !timings.isolate.is_zero() && !timings.load.is_zero(), "{timings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_isolate_is_for_one_run_and_no_other_function_heap_or_load() {
    let engine = engine(true);
    let project = load(&engine, "let runs = 0;", "", "nango.log(`${++runs}`);").await;
    let other = load(&engine, "let runs = 0;", "", "nango.log(`${++runs}`);").await;
    assert_eq!(engine.isolates_made(), 2);
    let mut small = invocation(&project);
    small.limits = Limits { heap_bytes: Limits::DEFAULT_HEAP_BYTES / 2, ..Limits::default() };
    run(&engine, small).await;
    assert_eq!(engine.isolates_made(), 3, "the heap is the isolate's");
    for made in [3, 4, 5] {
        let report = run(&engine, invocation(&project)).await;
        assert_eq!(logs(&report), [(LogLevel::Info, "1".to_owned())]);
        assert_eq!(engine.isolates_made(), made);
    }
    run(&engine, invocation(&other)).await;
    assert_eq!(engine.isolates_made(), 5, "the same text, loaded anew, has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_in_an_isolate_that_was_kept() {
    let engine = engine(true);
    let project = load(&engine, "", "", "for (;;);").await;
    let mut limited = invocation(&project);
    limited.limits = Limits { cpu: std::time::Duration::from_millis(100), ..Limits::default() };
    let report = run(&engine, limited).await;
    assert_eq!(engine.isolates_made(), 1);
    assert_eq!(report.error.unwrap().kind.as_str(), "cpu_limit_exceeded");

    let project = load(&engine, "", "", "for (;;);").await;
    let cancelled = tokio::time::sleep(std::time::Duration::from_millis(100));
    let ended =
        engine.run_until(invocation(&project), Arc::<MemoryHost>::default(), cancelled).await.unwrap();
    assert_eq!(engine.isolates_made(), 2);
    assert_eq!(ended.report.error.unwrap().kind.as_str(), "script_aborted");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_functions_than_may_wait_all_run() {
    let engine = engine(true);
    let mut projects = Vec::new();
    for _ in 0..6 {
        projects.push(load(&engine, "", "", "nango.log('ran');").await);
    }
    for project in &projects {
        assert_eq!(run(&engine, invocation(project)).await.outcome.as_str(), "succeeded");
    }
    // Four waited; the others ran in isolates of their own.
    assert_eq!(engine.isolates_made(), 6 + 2);
}
