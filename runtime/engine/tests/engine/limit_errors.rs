//! Every error of a limit says which one it was, what it is, and what was used.

use std::time::Duration;

use onevent_contract::{Invocation, RunReport};
use onevent_engine::Engine;

use crate::support::{MemoryHost, function, invocation, run_with};

/// What a text says of a limit: its name, what it is, and what was used.
fn said(text: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = text.split_once("(limit ")?;
    let (name, rest) = rest.split_once(": ")?;
    let (limit, rest) = rest.split_once(", used: ")?;
    Some((name, limit, rest.split([')', ' ']).next()?))
}

fn check(text: &str, name: &str, limit: &str) {
    let Some((told, configured, used)) = said(text) else { panic!("{name}: {text:?} names no limit") };
    assert_eq!((told, configured), (name, limit), "{text}");
    assert!(!used.is_empty(), "{text}");
    if let (Ok(limit), Ok(used)) = (limit.parse::<u64>(), used.parse::<u64>()) {
        assert!(used >= limit, "{text}");
    }
}

async fn ended(body: &str, change: impl FnOnce(&mut Invocation)) -> RunReport {
    let host = MemoryHost::with(serde_json::json!({}));
    run_with(body, host, |invocation| {
        invocation.limits.cpu = Duration::from_secs(20);
        change(invocation);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_refused() {
    for (name, limit, call) in [
        ("root_bytes", "67108864", "nango.post({ endpoint: '/x', data: 'x'.repeat(70 * 1024 * 1024) })"),
        ("sent_url_bytes", "65534", "nango.get({ endpoint: '/' + 'x'.repeat(66_000) })"),
        ("sent_url_bytes", "65534", "nango.get({ endpoint: '/', params: { a: 'x'.repeat(66_000) } })"),
        (
            "sent_url_bytes",
            "65534",
            "nango.uncontrolledFetch({ url: new URL('https://a.b/' + 'x'.repeat(66_000)) })",
        ),
        ("request_fields", "10000", "nango.get({ endpoint: '/', headers: many(10_001) })"),
        (
            "fetch_headers",
            "256",
            "nango.uncontrolledFetch({ url: new URL('https://a.b/'), headers: many(257) })",
        ),
        ("metadata_bytes", "1048576", "nango.setMetadata({ a: 'x'.repeat(1100 * 1024) })"),
        ("checkpoint_bytes", "65536", "nango.saveCheckpoint({ a: 'x'.repeat(66_000) })"),
        (
            "open_calls",
            "1000",
            "Promise.race(Array.from({ length: 1_100 }, () => nango.get({ endpoint: '/slow' })))",
        ),
    ] {
        let body = format!(
            "const many = (length: number) => Object.fromEntries(Array.from({{ length }}, (_, i) => ['h' + i, 'x']));\n\
             void many; try {{ await {call}; }} catch (error: any) {{ await nango.log(String(error.message)); }}"
        );
        let report = ended(&body, |_| {}).await;
        let text = report.logs.first().map(|line| line.message.clone());
        check(&text.unwrap_or_else(|| panic!("{name}: {report:?}")), name, limit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped() {
    let heap: u64 = 32 * 1024 * 1024;
    let error =
        async |body: &str, change: fn(&mut Invocation)| ended(body, change).await.error.unwrap().message;
    let text = error("await new Promise((r) => setTimeout(r, 60_000));", |invocation| {
        invocation.limits.wall = Duration::from_millis(400);
    });
    check(&text.await, "limits.wall", "400ms");
    let text = error("for (;;);", |invocation| invocation.limits.cpu = Duration::from_millis(300));
    check(&text.await, "limits.cpu", "300ms");
    let fill = "const all: any[] = []; for (;;) all.push(new Array(1000).fill(1.5));";
    let text = error(fill, |invocation| invocation.limits.heap_bytes = 32 * 1024 * 1024).await;
    check(&text, "limits.heap", &heap.to_string());
    let fill = "const all: any[] = []; for (;;) all.push(new Uint8Array(1_000_000));";
    let text = error(fill, |invocation| invocation.limits.heap_bytes = 32 * 1024 * 1024).await;
    check(&text, "limits.heap", &heap.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_not_loaded() {
    let engine = Engine::builder().realm(crate::REALM).build().unwrap();
    let declared = "export default createOnEvent({ event: 'validate-connection', description: 'd', \
                    metadata: z.object({ a: z.literal('x'.repeat(5_000_000)) }), exec: async () => {} });";
    for (name, limit, code) in [
        ("load_cpu", "2s", format!("for (;;);\n{}", function(""))),
        (
            "load_heap",
            "134217728",
            format!("const all: any[] = []; for (;;) all.push(new Array(1e5).fill(1.5));\n{}", function("")),
        ),
        (
            "declared_bytes",
            "4194304",
            format!("import {{ createOnEvent }} from 'nango';\nimport * as z from 'zod';\n{declared}"),
        ),
        ("file_bytes", "4194304", format!("//{}\n{}", "x".repeat(4_200_000), function(""))),
        ("file_tokens", "3000000", format!("{}\n{}", "a;".repeat(1_600_000), function(""))),
    ] {
        let files = [
            ("index.ts", "import './acme/on-events/check';\nimport './acme/on-events/fine';\n"),
            ("acme/on-events/check.ts", &code),
            ("acme/on-events/fine.ts", &function("")),
        ];
        let project = engine.load(onevent_engine::ProjectSource::files(files)).await.unwrap();
        assert_eq!(project.functions.len(), 1, "{name}: the other one is fine");
        let error = project.broken.first().unwrap_or_else(|| panic!("{name}: it loads"));
        check(&error.error.to_string(), name, limit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_finds_no_place() {
    let engine = Engine::builder().realm(crate::REALM).max_isolates(1).queue(0).build().unwrap();
    let files = |body: &str| {
        [
            ("index.ts", "import './acme/on-events/check';".to_owned()),
            ("acme/on-events/check.ts", function(body)),
        ]
    };
    let project = engine
        .load(onevent_engine::ProjectSource::files(files("await nango.get({ endpoint: '/slow' });")))
        .await
        .unwrap();
    let host = MemoryHost::with(serde_json::json!({}));
    let mut first = std::pin::pin!(engine.run(invocation(&project), host.clone()));
    std::future::poll_fn(|cx| {
        assert!(first.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    let refused = engine.run(invocation(&project), host).await.unwrap_err();
    check(&refused.to_string(), "server.queue", "0");
}
