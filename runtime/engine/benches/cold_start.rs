//! From `Engine::run` to the first line of `exec`, and to the end of the run: a fresh isolate each time.
//!
//! `cargo bench -p onevent-engine --bench cold_start`
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may stop at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use onevent_contract::{
    CallContext, ConnectionFacts, Host, HostAnswer, HostCall, HostError, Invocation, RunReport,
};
use onevent_engine::{Engine, ProjectSource};

struct NoHost;

#[async_trait::async_trait]
impl Host for NoHost {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        Err(call.unsupported())
    }
}

/// The documented validation's shape, with a log line where `exec` is entered.
const FUNCTION: &str = "
    import { createOnEvent } from 'nango';
    import * as z from 'zod';
    export default createOnEvent({
        description: 'd',
        event: 'validate-connection',
        metadata: z.object({ organizationId: z.string().optional() }),
        exec: async (nango) => { nango.log('entered'); await null; }
    });";

fn cold_start(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let engine = Engine::builder().build().unwrap();
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", FUNCTION)];
    let project = runtime.block_on(engine.load(ProjectSource::files(files))).unwrap();
    let run = || -> RunReport {
        let facts = ConnectionFacts {
            connection_id: "c".parse().unwrap(),
            integration: "acme".parse().unwrap(),
            provider: "acme".into(),
        };
        let invocation = Invocation::new(project.functions[0].clone(), facts, "dev".parse().unwrap());
        runtime.block_on(engine.run(invocation, Arc::new(NoHost))).unwrap()
    };
    let mut group = criterion.benchmark_group("cold_start");
    group.sample_size(50).measurement_time(Duration::from_secs(5));
    group.bench_function("run_to_exec_entered", |bencher| {
        bencher.iter_custom(|times| {
            let entered =
                |report: RunReport| Duration::try_from(report.logs[0].at - report.started_at).unwrap();
            (0..times).map(|_| entered(run())).sum()
        });
    });
    group.bench_function("whole_run", |bencher| bencher.iter(run));
    group.bench_function("load_project", |bencher| {
        bencher.iter(|| runtime.block_on(engine.load(ProjectSource::files(files))).unwrap());
    });
    group.finish();
}

criterion_group!(benches, cold_start);
criterion_main!(benches);
