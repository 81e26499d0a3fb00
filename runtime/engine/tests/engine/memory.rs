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
