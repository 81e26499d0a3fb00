//! What runs have left is given back when nothing runs. Each test needs a process of its own, as nextest gives it one: it looks
//! at all of the process's memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{CallContext, Host, HostAnswer, HostCall, HostError};
use onevent_engine::{Engine, Project, ProjectSource, Realm};
use tokio::sync::Semaphore;

use crate::support::{MemoryHost, invocation};

/// Holds every run inside its request until it is let go.
struct Gate {
    inside: AtomicUsize,
    open: Semaphore,
}

#[async_trait]
impl Host for Gate {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        if let HostCall::Proxy(_) = call {
            self.inside.fetch_add(1, Ordering::SeqCst);
            let _permit = self.open.acquire().await;
        }
        Err(call.unsupported())
    }
}

/// Enough isolates for what they leave to be seen beside everything else.
const AT_ONCE: usize = 48;

/// A quarter of what that many held at least.
const GIVEN_BACK: u64 = 48 * 1024 * 1024;

async fn load(engine: &Engine, body: &str) -> Project {
    let code = format!(
        "import {{ createOnEvent }} from 'nango';\nexport default createOnEvent({{ description: 'd', \
         event: 'validate-connection', exec: async (nango: any) => {{\n{body}\n}} }});"
    );
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", &*code)];
    engine.load(ProjectSource::files(files)).await.unwrap()
}

/// What the process holds of the machine's memory.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Runs so many at a time, and returns what the process holds when they have ended and their isolates are gone.
async fn run_many(engine: &Engine) -> u64 {
    let body = "const held = Array.from({ length: 100_000 }, (_, i) => ({ i })); \
                await nango.get({ endpoint: '/' }).catch(() => {}); nango.log(`${held.length}`);";
    let project = load(engine, body).await;
    let gate = Arc::new(Gate { inside: AtomicUsize::new(0), open: Semaphore::new(0) });
    let runs: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (engine, gate, invocation) = (engine.clone(), Arc::clone(&gate), invocation(&project));
            tokio::spawn(async move { engine.run(invocation, gate).await.unwrap() })
        })
        .collect();
    while gate.inside.load(Ordering::SeqCst) < AT_ONCE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    gate.open.close();
    for run in runs {
        assert_eq!(run.await.unwrap().outcome.as_str(), "succeeded");
    }
    // An isolate goes after its report.
    tokio::time::sleep(Duration::from_millis(500)).await;
    resident()
}

/// Waits until the process holds that much less, for as long as a machine with much to do may need.
async fn gives_back(held: u64) -> bool {
    for _ in 0..300 {
        if resident() + GIVEN_BACK <= held {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_comes_back_when_nothing_runs() {
    let engine = Engine::builder().build().unwrap();
    let held = run_many(&engine).await;
    assert!(gives_back(held).await, "{} of {held}", resident());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_isolate_that_only_waits_is_not_in_the_way() {
    let shares = |function: &onevent_contract::FunctionKey| match function.integration.as_str() {
        "acme" => Realm::Isolate,
        _ => Realm::Shared,
    };
    let engine = Engine::builder().realm_of(Arc::new(shares)).build().unwrap();
    let code = "import { createOnEvent } from 'nango'; export default createOnEvent({ description: 'd', \
                event: 'validate-connection', exec: async () => {} });";
    let files = [("index.ts", "import './other/on-events/check';"), ("other/on-events/check.ts", code)];
    let shared = engine.load(ProjectSource::files(files)).await.unwrap();
    engine.run(invocation(&shared), Arc::<MemoryHost>::default()).await.unwrap();
    let held = run_many(&engine).await;
    assert!(gives_back(held).await, "{} of {held}", resident());
    assert_eq!(engine.live_shared_isolates(), 1, "it waits still");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_burst_has_left_is_given_back_while_another_run_goes_on() {
    let engine = Engine::builder().build().unwrap();
    let project = load(&engine, "await nango.get({ endpoint: '/slow' });").await;
    let (running, long) = (engine.clone(), invocation(&project));
    let long = tokio::spawn(async move { running.run(long, Arc::<MemoryHost>::default()).await });
    let held = run_many(&engine).await;
    assert!(gives_back(held).await, "{} of {held}", resident());
    assert!(!long.is_finished(), "the control goes on");
    long.abort();
}

/// The most that the process has held so far.
fn peak() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// What makes the host hold as much as it lets itself be made to, while the heap stays small.
const WORST: [&str; 4] = [
    // Bodies that are under way.
    "const data = 'x'.repeat(8 * 1024 * 1024); \
     for (let i = 0; i < 40; i++) void nango.post({ endpoint: '/slow', data }).catch(() => {});",
    // The same of JSON that takes many times its text when it is read.
    "const data = JSON.parse(`[${'[0],'.repeat(100_000)}0]`); \
     for (let i = 0; i < 40; i++) void nango.post({ endpoint: '/slow', data }).catch(() => {});",
    "const data = JSON.parse(`[${'[0],'.repeat(50_000)}0]`); \
     for (let i = 0; i < 40; i++) void nango.setMetadata({ data }).catch(() => {});",
    // What is logged beside a message.
    "const data = JSON.parse(`[${'[0],'.repeat(8_000)}0]`); for (let i = 0; i < 60; i++) await nango.log('x', data);",
];

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_of_the_worst_at_once_stay_within_bounds() {
    let engine = Engine::builder().realm(crate::REALM).build().unwrap();
    for body in WORST {
        let project = load(&engine, &format!("{body} await new Promise((r) => setTimeout(r, 1_500));")).await;
        let runs: Vec<_> = (0..16)
            .map(|_| {
                let (engine, mut invocation) = (engine.clone(), invocation(&project));
                invocation.limits.cpu = Duration::from_secs(20);
                let host = MemoryHost::with(serde_json::json!({}));
                tokio::spawn(async move { engine.run(invocation, host).await.unwrap() })
            })
            .collect();
        for run in runs {
            let report = run.await.unwrap();
            assert_eq!(report.outcome.as_str(), "succeeded", "{body}: {:?}", report.error);
        }
        let held = peak() / 1024 / 1024;
        assert!(held < 1_500, "{body}: {held} MiB");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_fill_their_heaps_while_they_are_loaded_wait_for_each_other() {
    let engine = Engine::builder().realm(crate::REALM).build().unwrap();
    let code = "import { createOnEvent } from 'nango';\n\
        const held = Array.from({ length: 60 }, () => new Array(125_000).fill(1.5));\n\
        await new Promise((r) => setTimeout(r, 1_000));\n\
        export default createOnEvent({ description: `${held.length}`, event: 'validate-connection', exec: async () => {} });";
    let index: String = (0..24).map(|number| format!("import './acme/on-events/f{number}';\n")).collect();
    let files = (0..24).map(|number| (format!("acme/on-events/f{number}.ts"), code.to_owned()));
    let files = files.chain([("index.ts".to_owned(), index)]);
    let project = engine.load(ProjectSource::files(files)).await.unwrap();
    assert_eq!((project.functions.len(), project.broken.len()), (24, 0), "{:?}", project.broken);
    // Each holds 60 MB.
    let held = peak() / 1024 / 1024;
    assert!(held < 1_000, "{held} MiB");
}
