//! What is loaded at its first use: `fetch` and its way to the host, `crypto`'s limits, and what hostile code sees of
//! the loading.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use onevent_contract::{
    CallContext, FetchRequest, FetchResponse, Host, HostAnswer, HostCall, HostError, LastRequest, Outcome,
    ResponseHead, RunReport,
};
use onevent_engine::ProjectSource;
use serde_json::json;

use crate::support::{engine, function, invocation, load, run};

/// Answers a request with what it was.
#[derive(Default)]
struct EchoHost {
    asked: Mutex<Vec<FetchRequest>>,
}

#[async_trait]
impl Host for EchoHost {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::Fetch(request) => self.echo(request).await.map(HostAnswer::Fetch),
            call @ (HostCall::Proxy(_)
            | HostCall::Connection(_)
            | HostCall::Metadata
            | HostCall::WriteMetadata(_)
            | HostCall::Integration(_)
            | HostCall::Pagination(_)
            | HostCall::EnvironmentVariables
            | HostCall::TriggerAction(_)
            | HostCall::AcquireLock { .. }
            | HostCall::ReleaseLock { .. }
            | HostCall::ReleaseAllLocks
            | HostCall::Checkpoint
            | HostCall::WriteCheckpoint { .. }) => Err(call.unsupported()),
        }
    }
}

impl EchoHost {
    async fn echo(&self, request: FetchRequest) -> Result<FetchResponse, HostError> {
        if request.url.contains("never") {
            return std::future::pending().await;
        }
        if request.url.contains("refused") {
            return Err(HostError::Network { code: "ECONNREFUSED".into(), message: "nobody listens".into() });
        }
        if request.url.contains("cut") {
            let last_request =
                LastRequest { method: "GET".into(), url: format!("{}/end", request.url), redirects: 1 };
            let head = ResponseHead {
                status: 404,
                status_text: "Not Found".into(),
                headers: [("x-a", "1"), ("x-a", "2"), ("cookie", "a"), ("cookie", "b")].into_iter().collect(),
                url: request.url,
                last_request,
            };
            let (code, message) = ("ERR_BAD_RESPONSE".into(), "stream has been aborted".into());
            return Err(HostError::BrokenBody { code, message, response: Box::new(head) });
        }
        let body = json!({ "method": request.method.as_str(), "headers": request.headers }).to_string();
        let url = request.url.clone();
        self.asked.lock().unwrap().push(request);
        Ok(FetchResponse {
            status: 201,
            status_text: "Created".into(),
            headers: [("x-a", "1"), ("x-a", "2")].into_iter().collect(),
            body: body.into(),
            url,
            redirected: true,
        })
    }
}

async fn run_with_echo(body: &str) -> (RunReport, Arc<EchoHost>) {
    let project = load(&function(body)).await;
    let host = Arc::new(EchoHost::default());
    (engine().run(invocation(&project), host.clone()).await.unwrap(), host)
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_asks_the_host_and_answers_with_a_response() {
    let (report, host) = run_with_echo(
        "const r = await fetch(new Request('https://example.com/a', { method: 'post', body: 'grüß', headers: { A: 'b' } }));
         nango.log(JSON.stringify([r.status, r.statusText, r.ok, r.url, r.redirected, r.headers.get('x-a'), r instanceof Response, await r.json()]));",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    let headers = json!([["a", "b"], ["content-type", "text/plain;charset=UTF-8"]]);
    let expected = json!([201, "Created", true, "https://example.com/a", true, "1, 2", true, { "method": "POST", "headers": headers }]);
    assert_eq!(report.logs[0].message, expected.to_string());
    assert_eq!(host.asked.lock().unwrap()[0].body, "grüß");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_is_cut_short_resolves_and_its_body_rejects() {
    let (report, _) = run_with_echo(
        "const why = (error: any) => [error.name, error.message, error.cause?.code];
         for (const get of [(url: string) => fetch(url), (url: string) => nango.uncontrolledFetch({ url: new URL(url) })]) {
             const r = await get('https://example.com/cut');
             nango.log(JSON.stringify([r.status, r.statusText, r.url, r.redirected, r.headers.get('x-a'), r.headers.get('cookie')]));
             nango.log(JSON.stringify(why(await r.json().catch((error: unknown) => error))));
         }
         const r = await fetch('https://example.com/cut');
         try { for await (const chunk of r.body!) nango.log('a chunk'); } catch (error) { nango.log(JSON.stringify(why(error))); }",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    let logs: Vec<&str> = report.logs.iter().map(|line| line.message.as_str()).collect();
    let head = r#"[404,"Not Found","https://example.com/cut/end",true,"1, 2","a; b"]"#;
    let why = r#"["TypeError","terminated","UND_ERR_SOCKET"]"#;
    assert_eq!(logs, [head, why, head, why, why]);
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_cannot_be_sent_are_refused_before_the_host_is_asked() {
    let (report, host) = run_with_echo(
        "for (const method of ['TRACE', 'connect', 'track', 'FOO', 'GE T']) {
             const url = 'https://example.com/';
             const fetched = await fetch(url, { method }).catch((error: any) => error);
             const other = await nango.uncontrolledFetch({ url: new URL(url), method: method as 'GET' }).catch((error: any) => error);
             const called = await nango.proxy({ endpoint: '/', method: method as 'GET' }).catch((error: any) => error);
             nango.log(JSON.stringify([fetched.name, other.name, called.code]));
         }
         const error = await fetch('https://example.com/', { method: 'trace' }).catch((error: any) => error);
         nango.log(error.message);
         await fetch('https://example.com/', { method: 'REPORT', body: 'x' });
         await nango.uncontrolledFetch({ url: new URL('https://example.com/'), method: 'propfind' as 'GET' });",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    let logs: Vec<&str> = report.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(logs[..5], [r#"["TypeError","TypeError","invalid_method"]"#; 5]);
    assert_eq!(logs[5], "'trace' HTTP method is unsupported.");
    let asked: Vec<String> =
        host.asked.lock().unwrap().iter().map(|request| request.method.to_string()).collect();
    assert_eq!(asked, ["REPORT", "PROPFIND"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_sends_blobs_forms_and_streams() {
    let (report, host) = run_with_echo(
        "const url = 'https://example.com/';
         const form = new FormData();
         form.append('a', 'b');
         form.append('f', new File(['file'], 'f.txt', { type: 'text/plain' }));
         await fetch(url, { method: 'POST', body: new Blob(['blob'], { type: 'image/png' }) });
         await fetch(url, { method: 'POST', body: form });
         await fetch(url, { method: 'POST', body: new Blob(['a', 'b']).stream().pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream()), duplex: 'half' });
         const answer = await fetch(url);
         let text = '';
         for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) text += chunk;
         nango.log(JSON.stringify([JSON.parse(text).method, answer.bodyUsed]));",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(report.logs[0].message, r#"["GET",true]"#);
    let asked = host.asked.lock().unwrap();
    let sent: Vec<_> = asked
        .iter()
        .map(|request| (String::from_utf8_lossy(&request.body), request.headers.clone()))
        .collect();
    assert_eq!((&*sent[0].0, &*sent[0].1[0].1), ("blob", "image/png"));
    let boundary = sent[1].1[0].1.strip_prefix("multipart/form-data; boundary=").unwrap();
    let form = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--{boundary}\r\nContent-Disposition: form-data; \
         name=\"f\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\nfile\r\n--{boundary}--\r\n"
    );
    assert_eq!(sent[1].0, form);
    assert_eq!((&*sent[2].0, sent[2].1.len()), ("ab", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_fails_as_under_node() {
    let (report, _) = run_with_echo(
        "await fetch('https://refused.example/').catch((e) => nango.log(`${e.name} ${e.message} ${e.cause.code}`));
         await fetch('nope').catch((e) => nango.log(e.name));
         await fetch('https://never.example/', { signal: AbortSignal.timeout(1) }).catch((e) => nango.log(e.name));
         await fetch('https://never.example/', { signal: AbortSignal.abort('gone') }).catch((e) => nango.log(e));",
    )
    .await;
    let said: Vec<_> = report.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(said, ["TypeError fetch failed ECONNREFUSED", "TypeError", "TimeoutError", "gone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_made_while_a_module_is_loaded() {
    let code = format!("await fetch('https://example.com/');\n{}", function(""));
    let files =
        [("index.ts", "import './acme/on-events/check';\n"), ("acme/on-events/check.ts", code.as_str())];
    let project = engine().load(ProjectSource::files(files)).await.unwrap();
    let problem = format!("{:?}", project.broken);
    assert!(problem.contains("no requests while a module is loaded"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_waits_for_an_answer_is_evaluated_to_its_end_in_a_run() {
    let asks = "let status = 0; try { status = (await fetch('https://example.com/')).status; } catch {}\n";
    let later = format!("{asks}export default status;");
    let own = format!(
        "{asks}{}",
        function("const later = await import('../later'); await nango.log(`${status} ${later.default}`);")
    );
    let files = [
        ("index.ts", "import './acme/on-events/check';\n"),
        ("acme/on-events/check.ts", own.as_str()),
        ("acme/later.ts", later.as_str()),
    ];
    let project = engine().load(ProjectSource::files(files)).await.unwrap();
    let report = engine().run(invocation(&project), Arc::<EchoHost>::default()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(report.logs[0].message, "201 201");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_call_of_crypto_computes_is_limited() {
    let report = run(
        "const crypto = await import('node:crypto');
         const name = (call: any) => { try { call(); return 'done'; } catch (e: any) { return `${e.name}`; } };
         nango.log([
             name(() => crypto.pbkdf2Sync('p', 's', 1000, 32, 'sha256')), name(() => crypto.pbkdf2Sync('p', 's', 1_000_001, 32, 'sha256')),
             name(() => crypto.pbkdf2Sync('p', 's', 1, 2_000_000_000, 'sha256')), name(() => crypto.randomBytes(17 * 1024 * 1024)),
             name(() => crypto.createHash('md5').update(Buffer.alloc(33 * 1024 * 1024)).digest()), name(() => crypto.createECDH('x')),
             name(() => crypto.scryptSync('p', 's', 32, { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 30 })), name(() => crypto.scryptSync('p', 's', 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 30 })),
             name(() => crypto.createPublicKey({ key: { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(1024, 255).toString('base64url') }, format: 'jwk' })),
             name(() => crypto.createPublicKey({ key: { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(1025, 255).toString('base64url') }, format: 'jwk' })),
         ].join());",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(
        report.logs[0].message,
        "done,RangeError,RangeError,RangeError,RangeError,Error,done,RangeError,done,TypeError"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_do_not_exist_say_their_names() {
    let report = run(
        "const modules: any = { crypto: await import('crypto'), url: await import('url'), buffer: await import('buffer') };
         for (const [module, name] of [['crypto', 'createECDH'], ['crypto', 'X509Certificate'], ['url', 'pathToFileURL'], ['buffer', 'resolveObjectURL']]) {
             try { new modules[module][name](); } catch (e: any) { nango.log(`${e.code} ${e.message.split(' (')[0]}`); }
         }",
    )
    .await;
    let said: Vec<_> = report.logs.iter().map(|line| line.message.as_str()).collect();
    let expected =
        ["crypto.createECDH", "crypto.X509Certificate", "url.pathToFileURL", "buffer.resolveObjectURL"]
            .map(|name| format!("ERR_METHOD_NOT_IMPLEMENTED {name} is not available in onevent"));
    assert_eq!(said, expected);
}

/// Replaces what the scripts might call, looks at all that passes by, and then has every script loaded.
const EAVESDROPPER: &str = r"
    const seen: any[] = [];
    const keep = (value: any) => { seen[seen.length] = value; };
    const watch = (owner: any, name: any) => {
        const original = owner[name];
        owner[name] = function (...values: any[]) { keep(this); for (let at = 0; at < values.length; at++) keep(values[at]); return Reflect_apply(original, this, values); };
    };
    const Reflect_apply = Reflect.apply;
    for (const name of ['call', 'apply', 'bind']) watch(Function.prototype, name);
    for (const name of ['apply', 'construct', 'get', 'ownKeys']) watch(Reflect, name);
    for (const name of ['assign', 'entries', 'keys', 'defineProperty', 'getOwnPropertyDescriptor', 'setPrototypeOf', 'getPrototypeOf', 'create']) watch(Object, name);
    for (const name of ['get', 'set', 'has']) { watch(WeakMap.prototype, name); watch(Map.prototype, name); }
    for (const name of ['map', 'push', 'find', 'includes']) watch(Array.prototype, name);
    for (const name of ['core', 'ops', 'internals', 'primordials', 'loadExtScript']) {
        Object.defineProperty(Object.prototype, name, { configurable: true, get() { keep(this); return undefined; }, set(value) { keep(this); keep(value); } });
    }
    void [Buffer.from('a').toString('base64url'), crypto.randomUUID(), performance.now(), new Headers({ a: '1' })];
    await new Response('x').text();
    await fetch('https://example.com/').catch(() => 0);
    const node = await import('node:crypto');
    const [pair, form] = [node.generateKeyPairSync('ed25519'), new FormData()];
    form.append('f', new File(['x'], 'f'));
    void [node.sign(null, 'x', pair.privateKey), node.createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })), node.scryptSync('p', 's', 8, { N: 2 })];
    await (await new Response(form).formData()).get('f').text();
    const [one, other] = new Blob(['x']).stream().tee();
    await new Response(one.pipeThrough(new TransformStream())).text();
    await fetch('https://example.com/', { method: 'POST', body: other, duplex: 'half' }).catch(() => 0);
    void [node.createHash('sha1').end('x').read(), node.createSign('sha256').end('x'), new TextDecoder('shift_jis').decode(new Uint8Array(1))];
    await crypto.subtle.generateKey('Ed25519', true, ['sign']);
    void [node.createHash('sha256').update('x').digest('hex'), (await import('url')).parse('http://h/?a=b', true), await import('buffer')];
    const inner = (value: any) => {
        try {
            // The op of the very call passes by deno_core's stub: it can do what `fetch` can.
            if (typeof value === 'function') return /^op_/.test(value.name) && value.name !== 'op_onevent_fetch';
            if (value === Object.prototype) return false;
            return value !== null && typeof value === 'object' && ['loadExtScript', 'registerErrorBuilder', 'op_onevent_fetch', '__bootstrap'].some((name) => Object.hasOwn(value, name));
        } catch { return false; }
    };
    nango.log(JSON.stringify([seen.length > 50, seen.filter(inner).length, inner(function op_x() {}), inner({ loadExtScript: 1 })]));
";

#[tokio::test(flavor = "multi_thread")]
async fn loading_late_shows_hostile_code_nothing_of_the_engine() {
    let (report, _) = run_with_echo(EAVESDROPPER).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    // It saw much, nothing of it internal, and would have known it.
    // Where runs share an isolate, nothing is loaded late.
    let much = crate::REALM == onevent_engine::Realm::Isolate;
    assert_eq!(report.logs[0].message, format!("[{much},0,true,true]"));
}
