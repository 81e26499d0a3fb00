//! What a run costs in each realm: CPU time of the process, runs a second at one and at sixteen callers, resident memory of
//! runs that wait, and how memory grows over many runs.
//!
//! `cargo bench -p onevent-engine --bench realms [RUNS]`
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a measurement prints what it found, and reads clocks"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use onevent_contract::{
    CallContext, ConnectionFacts, Host, HostAnswer, HostCall, HostError, Invocation, LastRequest, Outcome,
    ProxyResponse, VersionedMetadata,
};
use onevent_engine::{Engine, Project, ProjectSource, Realm};
use serde_json::json;
use tokio::sync::Semaphore;

/// Answers at once; or, while it is closed, holds every request.
struct Provider {
    inside: AtomicUsize,
    open: Semaphore,
}

impl Provider {
    fn new(permits: usize) -> Arc<Self> {
        Arc::new(Self { inside: AtomicUsize::new(0), open: Semaphore::new(permits) })
    }
}

#[async_trait::async_trait]
impl Host for Provider {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Proxy(_) => {
                self.inside.fetch_add(1, Ordering::SeqCst);
                let _permit = self.open.acquire().await;
                self.inside.fetch_sub(1, Ordering::SeqCst);
                Ok(HostAnswer::Proxy(ProxyResponse {
                    status: 200,
                    status_text: "OK".into(),
                    headers: [("content-type", "application/json")].into_iter().collect(),
                    body: br#"{"organization_id":"org_A"}"#.to_vec().into(),
                    url: "https://api.example.com/".into(),
                    last_request: LastRequest {
                        method: "GET".into(),
                        url: "https://api.example.com/".into(),
                        redirects: 0,
                    },
                    duration: Duration::from_millis(1),
                }))
            }
            HostCall::Metadata => {
                let value = json!({ "organizationId": "org_A" }).as_object().cloned();
                Ok(HostAnswer::Metadata(VersionedMetadata { value, version: 1 }))
            }
            call => Err(call.unsupported()),
        }
    }
}

/// The documented validation's shape: metadata with a schema, one request, a comparison.
const FUNCTION: &str = "
    import { createOnEvent } from 'nango';
    import * as z from 'zod';
    export default createOnEvent({
        description: 'd',
        event: 'validate-connection',
        metadata: z.object({ organizationId: z.string().optional() }),
        exec: async (nango) => {
            const { data } = await nango.get({ endpoint: '/me' });
            const { organizationId } = await nango.getMetadata();
            if (organizationId !== data.organization_id) throw new nango.ActionError({ message: 'no' });
        }
    });";

async fn run(engine: &Engine, project: &Project, provider: Arc<Provider>) {
    let facts = ConnectionFacts {
        connection_id: "c".parse().unwrap(),
        integration: "acme".parse().unwrap(),
        provider: "acme".into(),
    };
    let invocation = Invocation::new(project.functions[0].clone(), facts, "dev".parse().unwrap());
    let report = engine.run(invocation, provider).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
}

/// User and system time of this process.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<u64> =
        stat[stat.rfind(')').unwrap()..].split(' ').filter_map(|field| field.parse().ok()).collect();
    // Behind the state, which is no number: utime and stime are the eleventh and the twelfth. A tick is 10 ms.
    Duration::from_millis((fields[10] + fields[11]) * 10)
}

fn resident_mib() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1024.0 / 1024.0
}

async fn many(engine: &Engine, project: &Arc<Project>, runs: usize, callers: usize) {
    let provider = Provider::new(Semaphore::MAX_PERMITS);
    let tasks = (0..callers).map(|caller| {
        let (engine, project, provider) = (engine.clone(), Arc::clone(project), Arc::clone(&provider));
        let own = runs / callers + usize::from(caller < runs % callers);
        tokio::spawn(async move {
            for _ in 0..own {
                run(&engine, &project, Arc::clone(&provider)).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

async fn measure(realm: Realm, runs: usize) {
    let engine = Engine::builder().realm(realm).build().unwrap();
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", FUNCTION)];
    let project = Arc::new(engine.load(ProjectSource::files(files)).await.unwrap());
    many(&engine, &project, 100, 4).await;
    for callers in [1, 16] {
        let (before, began, resident) = (cpu(), Instant::now(), resident_mib());
        many(&engine, &project, runs, callers).await;
        let (used, took) =
            ((cpu() - before).as_secs_f64() * 1e3 / runs as f64, began.elapsed().as_secs_f64());
        println!(
            "{realm}: {callers} callers, {runs} runs: {used:.3} ms CPU a run, {:.0} runs/s, resident {resident:.0} -> {:.0} MiB",
            runs as f64 / took,
            resident_mib(),
        );
    }
    let waiting = 200;
    let (provider, before) = (Provider::new(0), resident_mib());
    let runs: Vec<_> = (0..waiting)
        .map(|_| {
            let (engine, project, provider) = (engine.clone(), Arc::clone(&project), Arc::clone(&provider));
            tokio::spawn(async move { run(&engine, &project, provider).await })
        })
        .collect();
    while provider.inside.load(Ordering::SeqCst) < waiting {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let each = (resident_mib() - before) / waiting as f64;
    println!("{realm}: {waiting} waiting runs: {each:.2} MiB each beyond {before:.0} MiB");
    provider.open.add_permits(waiting);
    for run in runs {
        run.await.unwrap();
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let runs = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    for _ in 0..2 {
        for realm in [Realm::Isolate, Realm::Shared] {
            measure(realm, runs).await;
        }
    }
}
