//! Hostile functions: each is stopped with a typed outcome, and the process goes on.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{
    CallContext, ErrorType, Host, HostAnswer, HostCall, HostError, Outcome, RootBudget, RunReport,
};

use crate::support::{MemoryHost, engine, function, invocation, load, run, run_with};

/// How far beyond its limit a run may end on a busy machine with two cores. V8 notices a stop within the
/// watchdog's tick; the rest is scheduling.
const MARGIN: Duration = Duration::from_millis(1_500);

async fn a_good_run_follows() {
    let report = run("nango.log('fine');").await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
}

async fn stopped(body: &str, expected: ErrorType) -> RunReport {
    let report = run_with(body, Arc::default(), |invocation| {
        invocation.limits.wall = Duration::from_secs(10);
        invocation.limits.cpu = Duration::from_millis(300);
        invocation.limits.heap_bytes = 32 * 1024 * 1024;
    })
    .await;
    let error = report.error.clone().unwrap_or_else(|| panic!("not stopped: {:?}", report.outcome));
    assert_eq!((report.outcome, error.kind), (Outcome::Stopped, expected), "{error:?}");
    if expected == ErrorType::CpuLimitExceeded {
        assert!(report.usage.cpu < Duration::from_millis(300) + MARGIN, "{:?}", report.usage);
    }
    a_good_run_follows().await;
    report
}

/// Heap runaways may use all the CPU they need to reach their limit.
async fn out_of_memory(body: &str) {
    let report = run_with(body, Arc::default(), |invocation| {
        invocation.limits.wall = Duration::from_secs(60);
        invocation.limits.cpu = Duration::from_secs(60);
        invocation.limits.heap_bytes = 32 * 1024 * 1024;
    })
    .await;
    let error = report.error.clone().unwrap_or_else(|| panic!("not stopped: {:?}", report.outcome));
    assert_eq!((report.outcome, error.kind), (Outcome::Stopped, ErrorType::HeapLimitExceeded), "{error:?}");
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop() {
    stopped("while (true) {}", ErrorType::CpuLimitExceeded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_after_an_await() {
    stopped("await null; for (;;);", ErrorType::CpuLimitExceeded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optimised_loop_without_calls() {
    stopped("for (;;) new Array(1000).fill(1.5);", ErrorType::CpuLimitExceeded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optimised_loop_that_pushes_into_a_live_array() {
    let body =
        "const live = [[]]; for (;;) { live[0] = []; for (let i = 0; i < 1000; i++) live[0].push(1.5); }";
    stopped(body, ErrorType::CpuLimitExceeded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_microtasks() {
    stopped(
        "const again = () => { Promise.resolve().then(again); }; again(); await new Promise(() => {});",
        ErrorType::CpuLimitExceeded,
    )
    .await;
}

/// deno_web gives V8 what it has encoded in memory of its own.
#[tokio::test(flavor = "multi_thread")]
async fn encoded_text_that_is_kept() {
    out_of_memory("const all = []; for (;;) all.push(new TextEncoder().encode('x'.repeat(1_000_000)));")
        .await;
}

/// What is dropped costs nothing, however much it was in all.
#[tokio::test(flavor = "multi_thread")]
async fn encoded_text_that_is_dropped() {
    let body = "let all = 0; for (let i = 0; i < 500; i++) all += new TextEncoder().encode('x'.repeat(1_000_000)).length;
        nango.log(`${all}`);";
    let report = run_with(body, Arc::default(), |invocation| {
        invocation.limits.cpu = Duration::from_secs(60);
        invocation.limits.heap_bytes = 32 * 1024 * 1024;
    })
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_in_a_getter_that_is_read_for_the_report() {
    let body = "throw { get message() { for (;;); }, get code() { for (;;); } };";
    stopped(body, ErrorType::CpuLimitExceeded).await;
    let body =
        "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { for (;;); } }); throw e;";
    stopped(body, ErrorType::CpuLimitExceeded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_during_module_evaluation() {
    let project = load("for (;;);\nexport default 1;").await;
    assert!(project.functions.is_empty());
    assert_eq!(project.broken[0].error.code.as_str(), "module_stopped", "{:?}", project.broken);
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_during_module_evaluation_of_a_run() {
    // Harmless while it is loaded, so that the run itself meets the loop.
    let then = now_ms() + 1_500;
    let code = format!("if (Date.now() > {then}) for (;;);\n{}", function(""));
    let project = load(&code).await;
    let mut invocation = invocation(&project);
    invocation.limits.cpu = Duration::from_millis(300);
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    let report = engine().run(invocation, Arc::new(MemoryHost::default())).await.unwrap();
    assert_eq!(report.error.map(|error| error.kind), Some(ErrorType::CpuLimitExceeded));
    a_good_run_follows().await;
}

fn now_ms() -> i64 {
    use onevent_contract::{Clock, SystemClock};
    SystemClock.now().as_millisecond()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_that_never_stops() {
    let report =
        run_with("await new Promise(() => setInterval(() => {}, 1));", Arc::default(), |invocation| {
            invocation.limits.wall = Duration::from_millis(300);
        })
        .await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Stopped, ErrorType::ExecutionTimeout));
    assert!(report.usage.wall >= Duration::from_millis(300), "{:?}", report.usage);
    assert!(report.usage.wall < Duration::from_millis(300) + MARGIN, "{:?}", report.usage);
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_limit_that_is_too_short_for_an_isolate() {
    let report = run_with("", Arc::default(), |invocation| {
        invocation.limits.wall = Duration::from_nanos(1);
    })
    .await;
    let kind = report.error.map(|error| error.kind);
    assert_eq!((report.outcome, kind), (Outcome::Stopped, Some(ErrorType::ExecutionTimeout)));
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_never_answers() {
    let report = run_with("await nango.get({ endpoint: '/slow' });", Arc::default(), |invocation| {
        invocation.limits.wall = Duration::from_millis(300);
    })
    .await;
    assert_eq!(report.error.map(|error| error.kind), Some(ErrorType::ExecutionTimeout));
    assert!(report.usage.cpu < Duration::from_millis(200), "waiting costs no CPU time: {:?}", report.usage);
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_nothing_can_settle_ends_at_once() {
    let report = run("await new Promise(() => {});").await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::NeverSettled));
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn array_growth() {
    out_of_memory("const a = []; for (;;) a.push(new Array(1000).fill({}));").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn string_doubling() {
    let body = "const kept = []; let s = 'x'; for (;;) { s = s.length > 1e6 ? 'x' : s + s; kept.push(s.split('').reverse().join('')); }";
    out_of_memory(body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn object_keys_without_end() {
    out_of_memory("const o = {}; for (let i = 0; ; i++) o['k' + i] = i;").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_filled_across_awaits() {
    out_of_memory(
        "const m = new Map(); for (let i = 0; ; i++) { m.set(i, { i }); if (i % 1000 === 0) await null; }",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn array_buffers_without_end() {
    out_of_memory("const kept = []; for (;;) kept.push(new ArrayBuffer(1024 * 1024));").await;
    out_of_memory("const kept = []; for (;;) try { kept.push(new Uint8Array(1024 * 1024)); } catch {}").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn array_buffers_that_are_garbage_are_collected_in_time() {
    let project = load(&function("for (let i = 0; i < 2000; i++) new Uint8Array(1024 * 1024);")).await;
    let mut invocation = invocation(&project);
    // The budget is looked at, not the time that a busy machine needs to fill two gigabytes with zeros.
    invocation.limits.cpu = Duration::from_secs(60);
    let report = engine().run(invocation, Arc::new(MemoryHost::default())).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_recursion_is_the_functions_own_error() {
    let report = run("const down = () => down(); down();").await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::ScriptInternalError));
    a_good_run_follows().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_future_stops_the_run() {
    let project = load(&function("for (;;);")).await;
    let mut invocation = invocation(&project);
    invocation.limits.cpu = Duration::from_secs(600);
    let engine = onevent_engine::Engine::builder().max_isolates(1).build().unwrap();
    let host = Arc::new(MemoryHost::default());
    let run = engine.run(invocation.clone(), host.clone());
    assert!(tokio::time::timeout(Duration::from_millis(300), run).await.is_err());
    // The only place is free again: the dropped run does not hold it.
    invocation.limits.cpu = Duration::from_millis(300);
    let report = engine.run(invocation, host).await.unwrap();
    assert_eq!(report.error.map(|error| error.kind), Some(ErrorType::CpuLimitExceeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_others_wait_for_finds_a_place_in_a_full_engine() {
    let engine = onevent_engine::Engine::builder().max_isolates(1).build().unwrap();
    let waits = invocation(&load(&function("await nango.get({ endpoint: '/slow' });")).await);
    let mut waited_for = invocation(&load(&function("")).await);
    let host = Arc::new(MemoryHost::default());
    let mut caller = std::pin::pin!(engine.run(waits, host.clone()));
    // The first poll takes the only place of its level.
    std::future::poll_fn(|cx| {
        assert!(caller.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    let same_level = engine.run(waited_for.clone(), host.clone());
    assert!(tokio::time::timeout(Duration::from_millis(300), same_level).await.is_err());
    waited_for.depth = 1;
    assert_eq!(engine.run(waited_for, host).await.unwrap().outcome, Outcome::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_calls_that_nobody_awaits_is_refused() {
    let body = "const calls = Array.from({ length: 1200 }, () => nango.get({ endpoint: '/slow' }));\n\
        const first = await Promise.race(calls.map((call) => call.catch((error) => error)));\n\
        nango.log(first.code);";
    let report = run(body).await;
    assert_eq!(
        report.logs.first().map(|line| line.message.as_str()),
        Some("too_many_calls"),
        "{:?}",
        report.error
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn open_calls_cannot_pile_up_memory_outside_the_heap() {
    let body = "const data = 'x'.repeat(10 * 1024 * 1024);\n\
        const calls = Array.from({ length: 12 }, () => nango.post({ endpoint: '/slow', data }));\n\
        const first = await Promise.race(calls.map((call) => call.catch((error) => error)));\n\
        nango.log(first.code);";
    let report = run(body).await;
    assert_eq!(
        report.logs.first().map(|line| line.message.as_str()),
        Some("too_many_bytes"),
        "{:?}",
        report.error
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_argument_of_a_call_counts_before_it_is_copied() {
    let many = "Object.fromEntries(Array.from({ length: 500 }, (_, i) => ['h' + i, text]))";
    let form = "headers: { 'content-type': 'application/x-www-form-urlencoded' }";
    let multipart = "headers: { 'content-type': 'multipart/form-data' }";
    for call in [
        format!("endpoint: '/x', headers: {many}"),
        format!("endpoint: '/x', params: {many}"),
        format!("endpoint: '/x', {form}, data: {many}"),
        format!("endpoint: '/x', {multipart}, data: {many}"),
        "endpoint: '/' + text.repeat(9)".to_owned(),
        "endpoint: '/x', params: text.repeat(9)".to_owned(),
    ] {
        let body = format!(
            "const text = 'x'.repeat(8 * 1024 * 1024);\n\
             try {{ await nango.post({{ {call} }}); }} catch (error) {{ await nango.log(String(error.code)); }}"
        );
        let report = run(&body).await;
        let said = report.logs.first().map(|line| line.message.as_str());
        assert_eq!(said, Some("too_many_bytes"), "{call}: {:?}", report.error);
    }
    let report = run("await nango.post({ endpoint: '/x', data: 'x'.repeat(1024 * 1024) });").await;
    assert_eq!(report.outcome, Outcome::Succeeded, "what has room: {:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_carries_counts_for_the_run_that_began_it_all() {
    let budget = RootBudget::default();
    let taken = budget.take(60 * 1024 * 1024).unwrap();
    let body = "const code = await nango.post({ endpoint: '/x', data: 'x'.repeat(8 * 1024 * 1024) }).catch((error) => error.code);\n\
        await nango.log(String(code));";
    let said = async |budget: &RootBudget| {
        let report = run_with(body, Arc::default(), |invocation| invocation.budget = budget.clone()).await;
        report.logs.first().map(|line| line.message.clone())
    };
    assert_eq!(said(&budget).await.as_deref(), Some("too_many_bytes"));
    drop(taken);
    assert_eq!(said(&budget).await.as_deref(), Some("[object Object]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_run_at_once_all_get_their_turn() {
    let body = "const all = await Promise.all(Array.from({ length: 100 }, (_, i) => nango.get({ endpoint: '/n/' + i })));\n\
        nango.log(String(new Set(all.map((r) => r.data.error)).size));";
    let report = run(body).await;
    assert_eq!(report.logs.first().map(|line| line.message.as_str()), Some("100"), "{:?}", report.error);
}

/// Gives every lock and never answers when they are given back.
struct StuckHost;

#[async_trait::async_trait]
impl Host for StuckHost {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::AcquireLock { .. } => Ok(HostAnswer::AcquireLock(true)),
            HostCall::ReleaseAllLocks => std::future::pending().await,
            call @ (HostCall::Proxy(_)
            | HostCall::Connection(_)
            | HostCall::Metadata
            | HostCall::WriteMetadata(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::Fetch(_)
            | HostCall::ReleaseLock { .. }
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. }) => Err(call.unsupported()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_take_locks_back_keeps_nobody() {
    let project = load(&function("await nango.tryAcquireLock({ key: 'k', ttlMs: 60000 });")).await;
    let report = engine().run(invocation(&project), Arc::new(StuckHost)).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert!(report.logs.iter().any(|line| line.message.contains("did not answer")), "{:?}", report.logs);
}

/// A host that answers nothing, or only that it cannot.
struct SilentHost(Option<&'static str>);

#[async_trait::async_trait]
impl Host for SilentHost {
    async fn call(&self, _context: &CallContext, _call: HostCall) -> Result<HostAnswer, HostError> {
        match self.0 {
            Some(message) => Err(HostError::Internal { message: message.to_owned() }),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_cannot_read_the_connection_in_time_refuses_the_run_and_decides_nothing() {
    let mut invocation = invocation(&load(&function("")).await);
    invocation.limits.wall = Duration::from_millis(500);
    for (host, expected) in [(SilentHost(None), "did not answer"), (SilentHost(Some("disk")), "disk")] {
        let refused = engine().run(invocation.clone(), Arc::new(host)).await.unwrap_err();
        assert_eq!(refused.code(), "host_failure");
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    let report = engine().run(invocation, Arc::new(MemoryHost::default())).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "a host that answers: {:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_queries_that_are_too_long_for_v8_are_refused() {
    let body = "const ends: string[] = [];\n\
        const attempt = (work: () => void) => { try { work(); ends.push('done'); } catch (e: any) { ends.push(e.constructor.name); } };\n\
        attempt(() => new URLSearchParams('a&'.repeat(300_000)));\n\
        attempt(() => new URLSearchParams([['a', '中'.repeat(9_000_000)]]).toString());\n\
        attempt(() => new URL('https://a.b/' + '中'.repeat(9_000_000)));\n\
        attempt(() => { const p = new URLSearchParams('a&'.repeat(100_000)); if (p.size !== 100_000) throw new Error(); });\n\
        attempt(() => { const u = new URL('https://a.b'); u.searchParams.append('a', 'b'); u.hash = 'x'; if (u.href !== 'https://a.b/?a=b#x') throw new Error(); });\n\
        await nango.log(ends.join(' '));";
    let report =
        run_with(body, Arc::default(), |invocation| invocation.limits.cpu = Duration::from_secs(20)).await;
    let said = report.logs.first().map(|line| line.message.as_str());
    assert_eq!(said, Some("RangeError RangeError TypeError done done"), "{:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_cut_before_they_are_formatted_wherever_they_are_in_a_value() {
    let long = "'x'.repeat(3_000_000)";
    for value in [
        long.to_owned(),
        format!("{{ a: [{{ b: {long} }}] }}"),
        format!("new Map([[1, {long}]])"),
        format!("{{ [{long}]: 1 }}"),
        format!("new Error({long})"),
        format!("new Proxy({{ a: {long} }}, {{}})"),
        format!("Symbol({long})"),
        format!("Object.defineProperty(() => {{}}, 'name', {{ value: {long} }})"),
    ] {
        let report = run_with(&format!("console.log({value});"), Arc::default(), |invocation| {
            invocation.limits.cpu = Duration::from_secs(20);
        })
        .await;
        let message = report.logs.first().map(|line| line.message.clone()).unwrap_or_default();
        assert!(message.len() < 100_000, "{value}: {} bytes", message.len());
    }
    let report =
        run("console.log({ a: 'x', m: new Map([[1, { d: 2n }]]) }, new Proxy({ q: 1 }, {}), Symbol('s'));")
            .await;
    assert_eq!(report.logs[0].message, "{ a: \"x\", m: Map(1) { 1 => { d: 2n } } } { q: 1 } Symbol(s)");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_format_asks_objects_for_is_cut_and_otherwise_shown_as_it_is() {
    let report = run(
        "const o = { toString: () => '4.5', toJSON: () => ({ j: [1] }) };\nconst loop: any = {}; loop.loop = loop;\n\
         console.log('%s|%d|%i|%f|%j|%j|%%|%o|%c|%s|%j.', o, o, o, o, o, loop, [1], 'color: red', Symbol('s'), 'x', o);\n\
         console.log('%j %s', { toJSON() { throw new Error('no'); } }, 1);",
    )
    .await;
    let told: Vec<_> = report.logs.iter().map(|line| line.message.as_str()).collect();
    let shown = "4.5|4|4|4.5|{\"j\":[1]}|[Circular]|%|[ 1 ]||Symbol(s)|\"x\". { toString: [Function: toString], toJSON: [Function: toJSON] }";
    assert_eq!(told, [shown, "[a value that cannot be shown]"]);

    let long = "'x'.repeat(3_000_000)";
    let report = run(&format!(
        "console.log('%s%j', {{ toString: () => {long} }}, {{ toJSON: () => {long} }});\nconsole.log('%j', {{ a: {{ b: {long} }} }});"
    ))
    .await;
    for line in &report.logs {
        assert!(
            line.message.len() < 100_000 && line.message.contains("[truncated]"),
            "{}",
            line.message.len()
        );
    }
    assert_eq!(report.logs.len(), 2);
}

/// The line in the body, and the function, where a run was stopped.
async fn stopped_at(body: &str) -> Option<(u32, Option<String>)> {
    let report = run_with(body, Arc::default(), |invocation| {
        invocation.limits.wall = Duration::from_millis(500);
    })
    .await;
    let error = report.error.unwrap();
    assert_eq!(error.kind, ErrorType::ExecutionTimeout, "{error:?}");
    // A body begins at the eighth line of its file.
    error.frames.first().map(|frame| (frame.line - 7, frame.function.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_names_the_call_that_it_waited_for() {
    let body = "const ask = async (endpoint: string): Promise<unknown> => {\n\
                await nango.log('asks');\n\
                return nango.get({ endpoint });\n};\n\
                await ask('/slow');";
    assert_eq!(stopped_at(body).await, Some((3, Some("ask".to_owned()))));
    let body = "await nango.log('answered');\nawait new Promise(() => setInterval(() => {}, 50));";
    assert_eq!(stopped_at(body).await, None, "it waited for nothing that it asked for");
}
