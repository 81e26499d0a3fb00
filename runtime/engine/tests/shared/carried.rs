//! What one run leaves where another could find it: nothing.

use std::sync::Arc;

use onevent_contract::ConnectionId;
use onevent_engine::{Engine, Realm};
use serde_json::Value;

use crate::support::{MemoryHost, engine, function, invocation, load};

/// Marks and finds marks on everything that is reached from what a function has: globals, modules, `nango`, errors, results.
/// The mark of a run is its number; what is found of another is told with the way to it.
const CRAWL: &str = r#"
const seen = new Set<unknown>();
const found: string[] = [];
let reached = 0;
const own = 'mark-' + RUN;
function visit(value: any, way: string, depth: number): void {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value) || depth > 40) return;
    seen.add(value);
    reached++;
    if (value instanceof Promise) value.catch(() => {});
    try {
        const mark = Object.getOwnPropertyDescriptor(value, '__mark')?.value ?? value.__mark;
        if (typeof mark === 'string' && mark !== own && !way.includes('__proto__.__proto__.__mark')) found.push(`${way}: ${mark}`);
    } catch {}
    try { Object.defineProperty(value, '__mark', { value: own, configurable: true, writable: true }); } catch {}
    if (value instanceof RegExp) {
        if (value.lastIndex === 4242 + (1 - RUN)) found.push(`${way}.lastIndex`);
        try { value.lastIndex = 4242 + RUN; } catch {}
    }
    let keys: PropertyKey[] = [];
    try { keys = Reflect.ownKeys(value); } catch {}
    for (const key of keys) {
        if (key === '__mark') continue;
        let descriptor: PropertyDescriptor | undefined;
        try { descriptor = Object.getOwnPropertyDescriptor(value, key); } catch { continue; }
        if (descriptor === undefined) continue;
        const next = `${way}.${String(key)}`;
        visit(descriptor.value, next, depth + 1);
        visit(descriptor.get, `${next}<get>`, depth + 1);
        visit(descriptor.set, `${next}<set>`, depth + 1);
        if (descriptor.get !== undefined) {
            try { visit(value[key as never], next, depth + 1); } catch (error) { visit(error, `${next}!`, depth + 1); }
        }
        if (typeof descriptor.value === 'string' && descriptor.value === 'mark-' + (1 - RUN)) found.push(next);
        if (descriptor.set !== undefined && typeof value === 'function') {
            try {
                if (value[key as never] === (('' + (777 + (1 - RUN))) as never) || value[key as never] === ((777 + (1 - RUN)) as never)) found.push(`${next} (static accessor)`);
                (value as any)[key] = 777 + RUN;
            } catch {}
        }
    }
    try { visit(Object.getPrototypeOf(value), `${way}.__proto__`, depth + 1); } catch {}
    try { if (value instanceof Map || value instanceof Set) {
        for (const entry of value) visit(entry, `${way}[]`, depth + 1);
        if (value instanceof Map) value.set(own, own); else value.add(own);
        if ((value as any).has('mark-' + (1 - RUN))) found.push(`${way} (collection)`);
    } } catch {}
}
const attempt = async (make: () => unknown): Promise<unknown> => { try { return await make(); } catch (error) { return error; } };
const kinds: Record<string, (() => unknown)[]> = {
    roots: [() => globalThis, () => z, () => nango, () => ActionError],
    functions: [() => function () {}, () => () => {}, () => async () => {}, () => function* () {}, () => async function* () {}],
    iterators: [() => [][Symbol.iterator](), () => new Map().entries(), () => new Set().values(), () => ''[Symbol.iterator](), () => 'a'.matchAll(/a/g), () => (function* () {})(),
        () => (async function* () {})()],
    errors: [() => new Error('x'), () => new TypeError('x'), () => nango.get({ endpoint: '/status/500' }), () => nango.get({ endpoint: '/refused' }), () => nango.setMetadata(1),
        () => nango.getConnection(), () => z.object({ a: z.string() }).parse({ a: 1 }), () => (null as any).x, () => nango.getFlowAttributes(), () => new URL('::'), () => structuredClone(() => {})],
    answers: [() => nango.get({ endpoint: '/status/200' }), () => nango.getMetadata(), () => nango.get({ endpoint: '/status/200', responseType: 'stream' }),
        () => nango.get({ endpoint: '/status/200', responseType: 'arraybuffer' })],
    promises: [() => [nango.getMetadata(), nango.log('x'), fetch('https://example.com').catch((error: unknown) => error)]],
    schemas: [() => z.string().email(), () => z.email(), () => z.iso.datetime(), () => z.object({ a: z.array(z.number()).optional() }), () => z.record(z.string(), z.any()),
        () => z.union([z.string(), z.number()]), () => z.string().regex(/a/), () => z.date(), () => z.url(), () => z.uuid(), () => z.ipv4(), () => z.base64(), () => z.jwt(),
        () => z.globalRegistry, () => z.registry(), () => z.NEVER, () => z.locales, () => z.locales.de()],
    results: [() => z.string().safeParse(1), () => z.string().safeParse('x'), () => z.coerce.date().parse('2020-01-01'), () => z.toJSONSchema(z.object({ a: z.string() }))],
    web: [() => new URL('https://a.b/?c=d').searchParams.entries(), () => new Headers({ a: 'b' }).entries(), () => new FormData(), () => new FormData().entries(), () => new Blob(['a']),
        () => new Response('a'), () => new Request('https://a.b'), () => new ReadableStream(), () => new ReadableStream().getReader(), () => new ReadableStream().values(), () => new TransformStream(),
        () => new AbortController().signal, () => AbortSignal.abort(), () => AbortSignal.timeout(1), () => new Event('x'), () => new EventTarget(), () => new TextEncoder(), () => new TextDecoder(),
        () => crypto, () => crypto.subtle, () => performance, () => performance.mark('x'), () => console, () => new Response('a').body, () => new Blob(['a']).stream(), () => new File([], 'a'),
        () => crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])],
    node: [() => buffer, () => nodeCrypto, () => url, () => buffer.Buffer.from('a'), () => nodeCrypto.createHash('sha256'), () => nodeCrypto.createHmac('sha256', 'a'),
        () => nodeCrypto.createSecretKey(buffer.Buffer.from('a')), () => nodeCrypto.createCipheriv('aes-256-cbc', buffer.Buffer.alloc(32), buffer.Buffer.alloc(16)),
        () => nodeCrypto.createHash('sha256').on, () => nodeCrypto.createSign('RSA-SHA256').on, () => url.parse('https://a.b/c'), () => buffer.Buffer.alloc(-1)],
    modules: [() => import('nango'), () => import('zod'), () => import.meta],
    sites: [() => {
        let found: unknown;
        const before = (Error as any).prepareStackTrace;
        (Error as any).prepareStackTrace = (_: unknown, sites: unknown) => { found = sites; return ''; };
        void new Error('x').stack;
        (Error as any).prepareStackTrace = before;
        return found;
    }],
};
for (const name of Object.keys(kinds)) {
    for (const [index, make] of (kinds[name] as (() => unknown)[]).entries()) visit(await attempt(make), `${name}.${index}`, 0);
}
// By the ways that are no properties.
const statics = (globalThis as any).RegExp;
const sharedRegExp = z.email()._zod.def.pattern.constructor as any;
/secret-(\d+)/.exec('secret-' + (100 + RUN));
z.string().regex(/secret-(\d+)/).safeParse('secret-' + (100 + RUN));
z.email().safeParse('somebody' + RUN + '@example.com');
for (const key of ['$1', '$_', 'input', 'lastMatch', '$&', 'lastParen', 'leftContext', 'rightContext']) {
    const text = String(sharedRegExp[key]);
    if (sharedRegExp !== statics && /secret|somebody/.test(text)) found.push(`RegExp.${key} of the shared realm: ${text}`);
}
if (z.globalRegistry._idmap.has('left-by-' + (1 - RUN))) found.push('zod.globalRegistry');
z.string().meta({ id: 'left-by-' + RUN });
if (z.string().safeParse(1).error.issues[0].message !== 'Invalid input: expected string, received number') found.push('messages of zod');
z.config(z.locales.de());
if ((z.config() as any).customError !== undefined) found.push('zod.config()');
z.config({ customError: () => 'left by ' + RUN });
if (performance.getEntriesByName('left').length > 0) found.push('performance marks');
performance.mark('left');
console.group('indent'); console.count('counted');
clearTimeout(1); clearTimeout(2); clearInterval(3);
nango.log('reached', { reached, found });
"#;

/// A function around the crawl.
fn crawling(body: &str) -> String {
    function(body).replace(
        "import * as z from 'zod';",
        "import * as z from 'zod';\nimport * as buffer from 'node:buffer';\nimport * as nodeCrypto from 'node:crypto';\n\
         import * as url from 'node:url';",
    )
}

/// What each of two runs found, one after the other in one isolate.
async fn crawl() -> Vec<Value> {
    let project = load(&crawling(&format!("const RUN = Number(nango.connectionId);\n{CRAWL}"))).await;
    let engine = Engine::builder().realm(Realm::Shared).shared_isolates(1).build().unwrap();
    let mut logs = Vec::new();
    for number in ["0", "1"] {
        let mut invocation = invocation(&project);
        invocation.connection.connection_id = ConnectionId::new(number).unwrap();
        let report = engine.run(invocation, Arc::new(MemoryHost::default())).await.unwrap();
        assert!(report.error.is_none(), "{:?}", report.error);
        let line =
            report.logs.iter().find(|line| line.message == "reached").expect("the crawl tells what it found");
        logs.push(serde_json::to_value(line).unwrap()["meta"].clone());
    }
    logs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_finds_nothing_of_the_one_before_it() {
    let logs = crawl().await;
    for log in &logs {
        assert!(log["reached"].as_u64().unwrap() > 2_000, "the crawl reaches what there is: {log}");
    }
    assert_eq!(logs[0]["found"], serde_json::json!([]), "the first has none before it");
    assert_eq!(logs[1]["found"], serde_json::json!([]));
}

/// What a run leaves in its own realm, among other things.
const LEFT: &str = r#"["roots.0.Object.prototype","roots.0.Array.prototype","zod.globalRegistry","zod.config()","messages of zod","performance marks"]"#;

/// The same crawl, twice in one run: what is not frozen is found. So it would have been above.
#[tokio::test(flavor = "multi_thread")]
async fn the_crawl_finds_what_is_left() {
    let body = format!(
        "let last: string[] = [];\nfor (const RUN of [0, 1]) {{\n{}\nlast = found;\n}}\nconst wanted = {LEFT};\nnango.log('last', {{ last: wanted.filter((left) => last.some((found) => found.startsWith(left))) }});",
        CRAWL,
        LEFT = LEFT
    );
    let project = load(&crawling(&body)).await;
    let report = engine().run(invocation(&project), Arc::new(MemoryHost::default())).await.unwrap();
    assert!(report.error.is_none(), "{:?}", report.error);
    let line = report.logs.iter().find(|line| line.message == "last").unwrap();
    let found = serde_json::to_value(line).unwrap()["meta"]["last"].to_string();
    // The realm of the run itself is open: its own prototypes, its own registry, its own marks.
    assert_eq!(found, LEFT);
}
