//! What ends the whole process in a thread ends one run here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onevent_contract::{ErrorType, Invocation, Limits, Outcome};

use crate::stage::{MemoryHost, Stage, invocation};

/// How long after its limit a run is given up at the latest.
const MARGIN: Duration = Duration::from_millis(1_500);

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn what_ends_a_process_ends_its_run_alone() {
    let stage = Stage::new();
    stage.runs_well().await;
    let before = resident_bytes();
    for trap in [
        "const all: any[] = []; all.length = 2 ** 32 - 1; all.flat();",
        "Array.prototype.concat.call([], { length: 2 ** 32 - 2, [Symbol.isConcatSpreadable]: true, 7: 1 } as any);",
    ] {
        let report = stage.run(&format!("await nango.log('before'); {trap}")).await;
        let error = report.error.clone().unwrap();
        assert_eq!(report.outcome, Outcome::Stopped, "{trap}: {error:?}");
        assert!(
            matches!(
                error.kind,
                ErrorType::WorkerCrashed | ErrorType::HeapLimitExceeded | ErrorType::CpuLimitExceeded
            ),
            "{trap}: {error:?}"
        );
        assert_eq!(report.logs[0].message, "before", "what it did until then is told");
        stage.runs_well().await;
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "the parent grew by {grown} bytes");
}

#[tokio::test]
async fn a_function_that_ends_its_process_while_it_is_loaded_is_broken_and_the_next_one_loads() {
    let stage = Stage::new();
    // It takes more memory than a child may have, at once.
    let code = "import { createOnEvent } from 'nango';\nvoid new TextEncoder().encode('中'.repeat(2 ** 28));\n\
                export default createOnEvent({ description: 'd', event: 'validate-connection', exec: async () => {} });\n";
    let project = stage.load_file(code).await;
    let [broken] = &project.broken[..] else { panic!("{project:?}") };
    let error = broken.error.to_string();
    assert!(error.contains("ended its process") || error.contains("more memory"), "{error}");
    stage.runs_well().await;
}

#[tokio::test]
async fn builtins_that_never_stop_are_killed_at_the_limit() {
    let stage = Stage::new();
    let project =
        stage.load("await nango.log('a'); Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);").await;
    let (short, long) = (Duration::from_millis(700), Duration::from_secs(60));
    for (wall, cpu, kind) in
        [(short, long, ErrorType::ExecutionTimeout), (long, short, ErrorType::CpuLimitExceeded)]
    {
        let limits = Limits { wall, cpu, ..Limits::default() };
        let started = Instant::now();
        let run = Invocation { limits, ..invocation(&project) };
        let report = stage.engine.run(run, Arc::<MemoryHost>::default()).await.unwrap();
        assert_eq!(report.error.map(|error| error.kind), Some(kind));
        // CPU time of a busy machine may come slowly: of the CPU limit, what was used tells.
        let taken = if kind == ErrorType::ExecutionTimeout { started.elapsed() } else { report.usage.cpu };
        assert!(taken < short + MARGIN, "{kind:?}: {taken:?}");
        assert_eq!(report.logs.len(), 1);
        stage.runs_well().await;
    }
}

#[tokio::test]
async fn a_full_heap_is_told_as_such() {
    let stage = Stage::new();
    for body in [
        "const all: any[] = []; for (;;) all.push(new Array(1000).fill(1.5));",
        "const m = new Map(); for (let i = 0;; i++) m.set(i, 'x' + i);",
        "const all: any[] = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));",
    ] {
        let report = stage
            .run_with(body, Arc::default(), |invocation| invocation.limits.cpu = Duration::from_secs(20))
            .await;
        let error = report.error.unwrap();
        let told = (report.outcome, error.kind);
        assert_eq!(told, (Outcome::Stopped, ErrorType::HeapLimitExceeded), "{body}: {}", error.message);
        stage.runs_well().await;
    }
}
