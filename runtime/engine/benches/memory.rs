//! Resident memory with 1 and with 100 live isolates, and after they are gone.
//!
//! `cargo bench -p onevent-engine --bench memory`
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement prints what it found"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onevent_contract::{CallContext, ConnectionFacts, Host, HostAnswer, HostCall, HostError, Invocation};
use onevent_engine::{Engine, ProjectSource};
use tokio::sync::Semaphore;

/// Holds every run inside its call until it is let go.
struct Gate {
    inside: AtomicUsize,
    open: Semaphore,
}

#[async_trait::async_trait]
impl Host for Gate {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match &call {
            HostCall::Proxy(_) => {
                self.inside.fetch_add(1, Ordering::SeqCst);
                let _permit = self.open.acquire().await;
            }
            HostCall::Connection(_)
            | HostCall::Metadata
            | HostCall::WriteMetadata(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::Fetch(_)
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. } => {}
        }
        Err(call.unsupported())
    }
}

const FUNCTION: &str = "
    import { createOnEvent } from 'nango';
    import * as z from 'zod';
    export default createOnEvent({
        description: 'd',
        event: 'validate-connection',
        exec: async (nango) => {
            z.object({ a: z.string() }).parse({ a: 'x' });
            await nango.get({ endpoint: '/' });
        }
    });";

fn resident_mib() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1024.0 / 1024.0
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let engine = Engine::builder().build().unwrap();
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", FUNCTION)];
    let project = engine.load(ProjectSource::files(files)).await.unwrap();
    println!("after loading, no isolate: {:.1} MiB", resident_mib());
    for round in 1..=3 {
        for live in [1_usize, 100] {
            let gate = Arc::new(Gate { inside: AtomicUsize::new(0), open: Semaphore::new(0) });
            let runs: Vec<_> = (0..live)
                .map(|_| {
                    let facts = ConnectionFacts {
                        connection_id: "c".parse().unwrap(),
                        integration: "acme".parse().unwrap(),
                        provider: "acme".into(),
                    };
                    let invocation =
                        Invocation::new(project.functions[0].clone(), facts, "dev".parse().unwrap());
                    let (engine, gate) = (engine.clone(), gate.clone());
                    tokio::spawn(async move { engine.run(invocation, gate).await.unwrap() })
                })
                .collect();
            while gate.inside.load(Ordering::SeqCst) < live {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            println!("round {round}, {live} live: {:.1} MiB", resident_mib());
            gate.open.add_permits(live);
            for run in runs {
                run.await.unwrap();
            }
            println!("round {round}, {live} gone: {:.1} MiB", resident_mib());
        }
    }
}
