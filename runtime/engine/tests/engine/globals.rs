//! What a function finds on `globalThis`, and what it must not find.

use onevent_contract::Outcome;
use serde_json::{Value, json};

use crate::support::run;

/// Evaluates an expression in a function and returns its JSON.
async fn evaluate(expression: &str) -> Value {
    let report =
        run(&format!("nango.log(JSON.stringify(await (async () => {expression})()) ?? 'undefined');")).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{expression}: {:?}", report.error);
    serde_json::from_str(&report.logs[0].message).unwrap_or_else(|_| json!(report.logs[0].message))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_globals_that_functions_need_work() {
    for (expression, expected) in [
        ("new URL('/a?b=1', 'https://example.com').href", json!("https://example.com/a?b=1")),
        ("new URLSearchParams({ a: '1 2' }).toString()", json!("a=1+2")),
        ("atob(btoa('hello'))", json!("hello")),
        ("new TextDecoder().decode(new TextEncoder().encode('grüß'))", json!("grüß")),
        ("structuredClone({ d: new Date(0), m: new Map([[1, 2]]) }).m.get(1)", json!(2)),
        ("new Promise(r => setTimeout(() => r('late'), 1))", json!("late")),
        (
            "new Promise(r => { const t = setInterval(() => { clearInterval(t); r('once'); }, 1); })",
            json!("once"),
        ),
        ("{ const c = new AbortController(); c.abort(); return c.signal.aborted; }", json!(true)),
        (
            "new Promise(r => AbortSignal.timeout(1).addEventListener('abort', () => r('aborted')))",
            json!("aborted"),
        ),
        ("new Promise(r => queueMicrotask(() => r('soon')))", json!("soon")),
        ("Object.getOwnPropertyDescriptor(globalThis, 'queueMicrotask').enumerable", json!(false)),
        (
            "{ const [a, b] = new Blob(['xy']).stream().tee(); return [await new Response(a).text(), await new Response(b).text()]; }",
            json!(["xy", "xy"]),
        ),
        (
            "new Intl.DateTimeFormat('de-DE', { timeZone: 'Europe/Berlin', dateStyle: 'long' }).format(new Date(0))",
            json!("1. Januar 1970"),
        ),
        ("new Promise(r => setImmediate(v => r(v), 'at once'))", json!("at once")),
        ("Buffer.from('grüß').toString('base64url')", json!("Z3LDvMOf")),
        ("Buffer.from('Z3LDvMOf', 'base64url').toString()", json!("grüß")),
        ("new Uint8Array(Buffer.concat([Buffer.from([1]), Buffer.from('02', 'hex')]))[1]", json!(2)),
        ("performance.now() >= 0", json!(true)),
        ("crypto.randomUUID().length + crypto.getRandomValues(new Uint8Array(4)).length", json!(40)),
        (
            "Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'))).toString('hex').slice(0, 8)",
            json!("ba7816bf"),
        ),
        ("new Headers({ A: '1' }).get('a')", json!("1")),
        ("await new Response('{\"a\":1}').json()", json!({ "a": 1 })),
        ("new Request('https://example.com/', { method: 'post', body: 'x' }).method", json!("POST")),
        ("typeof fetch", json!("function")),
    ] {
        assert_eq!(evaluate(expression).await, expected, "{expression}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leads_back_to_the_host() {
    // The positive control: the probe finds what is there. `fetch` is there too: it goes through the host's guard.
    assert_eq!(evaluate("typeof globalThis.URL").await, json!("function"));
    for name in [
        "Deno",
        "__bootstrap",
        "__onevent_start",
        "__onevent_modules",
        "process",
        "require",
        "WebAssembly",
        "SharedArrayBuffer",
        "Worker",
        "WebSocket",
        "XMLHttpRequest",
        "importScripts",
        "gc",
        "global",
    ] {
        assert_eq!(evaluate(&format!("typeof globalThis['{name}']")).await, json!("undefined"), "{name}");
    }
    let own = evaluate(
        "Object.getOwnPropertyNames(globalThis).filter((n) => /deno|onevent|bootstrap|core|op_/i.test(n))",
    )
    .await;
    assert_eq!(own, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_from_strings_is_refused() {
    for attempt in [
        "eval('1 + 1')",
        "new Function('return 1')()",
        "(async () => {}).constructor('return 1')()",
        "(function* () {}).constructor('yield 1')()",
    ] {
        let expression = format!("{{ try {{ {attempt}; return 'ran'; }} catch (e) {{ return e.name; }} }}");
        assert_eq!(evaluate(&expression).await, json!("EvalError"), "{attempt}");
    }
    // A timer compiles its text only when it fires, so its error goes to the run's log, before the line of the probe.
    let fired = |timer: &str| {
        format!("{{ {timer}; await new Promise((r) => setTimeout(r, 20)); return 'no error'; }}")
    };
    assert_eq!(evaluate(&fired("setTimeout(() => 1 + 1, 0)")).await, json!("no error"));
    let logged = evaluate(&fired("setTimeout('1 + 1', 0)")).await.to_string();
    for part in ["EvalError", ": Code generation from strings disallowed"] {
        assert!(logged.contains(part), "{logged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamic_imports_reach_nothing_but_the_functions_own_modules() {
    for specifier in [
        "ext:core/mod.js",
        "ext:onevent/sdk.js",
        "node:fs",
        "fs",
        "onevent:zod",
        "onevent:commonjs",
        "commonjs:///node_modules/x/index.js",
        "https://example.com/x.js",
        "data:text/javascript,1",
    ] {
        // A computed specifier, since a literal one is already refused when the project is loaded.
        let expression = format!(
            "{{ const s = ['{specifier}'][0]; try {{ await import(s); return 'imported'; }} catch (e) {{ return 'refused'; }} }}"
        );
        assert_eq!(evaluate(&expression).await, json!("refused"), "{specifier}");
    }
    assert_eq!(
        evaluate("{ const s = ['zod'][0]; return typeof (await import(s)).z.object; }").await,
        json!("function")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn buffers_that_escape_the_budget_are_not_available() {
    let resizable =
        "{ try { new ArrayBuffer(8, { maxByteLength: 16 }); return 'made'; } catch (e) { return e.name; } }";
    assert_eq!(evaluate(resizable).await, json!("RangeError"));
    let back = "{ try { new (new ArrayBuffer(8).constructor)(8, { maxByteLength: 16 }); return 'made'; } catch (e) { return e.name; } }";
    assert_eq!(evaluate(back).await, json!("RangeError"));
    assert_eq!(
        evaluate("[new ArrayBuffer(8).byteLength, new Uint8Array(4).buffer instanceof ArrayBuffer]").await,
        json!([8, true])
    );
    assert_eq!(
        evaluate("{ class B extends ArrayBuffer {} return new B(3) instanceof B; }").await,
        json!(true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_import_zod_works() {
    for import in ["import * as z from 'zod';", "import { z } from 'zod';", "import z from 'zod';"] {
        let code = format!(
            "import {{ createOnEvent }} from 'nango';\n{import}\nexport default createOnEvent({{ description: 'd', event: 'validate-connection',\n\
             metadata: z.object({{ a: z.enum(['x']), b: z.function().optional(), c: z.null() }}),\n\
             exec: async (nango: any) => {{ nango.log(String(z.string().safeParse(1).success)); }} }});"
        );
        let project = crate::support::load(&code).await;
        let report = crate::support::engine()
            .run(
                crate::support::invocation(&project),
                std::sync::Arc::new(crate::support::MemoryHost::default()),
            )
            .await
            .unwrap();
        assert_eq!(report.logs[0].message, "false", "{import}: {:?}", report.error);
    }
}
