//! The members of `nango` that ask the host for more than requests and metadata.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, Checkpoint, EnvironmentVariable, FetchRequest, FetchResponse, Host, HostAnswer, HostCall,
    HostError, Invocation, JsonObject, LastRequest, Mode, Outcome, Params, ProxyRequest, ProxyResponse,
    RunId, RunReport, VersionedMetadata,
};
use serde_json::{Value, json};

use crate::support::{engine, function, invocation, load};

/// The body of `/large`, in bytes.
const LARGE: usize = 8 * 1024 * 1024;

/// Ten numbers in pages of four, locks, one checkpoint, and answers that echo what was asked.
#[derive(Default)]
struct WideHost {
    locks: Mutex<HashMap<String, RunId>>,
    checkpoint: Mutex<Checkpoint>,
    /// Taking a lock works, and its answer never comes.
    lost_answers: bool,
}

fn page(request: &ProxyRequest) -> Value {
    let Some(Params::Pairs(pairs)) = &request.params else { panic!("no params") };
    let number = |name: &str| -> usize {
        pairs.iter().find(|(key, _)| key == name).map_or(0, |(_, value)| value.parse().unwrap())
    };
    let numbers: Vec<usize> = (0..10).skip(number("skip")).take(number("take")).collect();
    json!({ "rows": numbers })
}

#[async_trait]
impl Host for WideHost {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        Ok(match call {
            HostCall::Metadata => HostAnswer::Metadata(VersionedMetadata::default()),
            HostCall::Proxy(request) => HostAnswer::Proxy(answer(&request)),
            HostCall::Pagination(integration) => {
                assert_eq!(integration, None);
                let options = json!({"type": "offset", "offset_name_in_request": "skip",
                    "limit_name_in_request": "take", "limit": 4, "response_path": "rows"});
                HostAnswer::Pagination(options.as_object().cloned())
            }
            HostCall::Integration(include) => {
                let data = json!({"unique_key": "acme", "include": format!("{include:?}")});
                HostAnswer::Integration(data.as_object().cloned().unwrap())
            }
            HostCall::EnvironmentVariables => HostAnswer::EnvironmentVariables(vec![EnvironmentVariable {
                name: "A".into(),
                value: "1".into(),
            }]),
            HostCall::TriggerAction(action) => match action.name.as_str() {
                "missing" => {
                    let body = json!({"error": {"code": "not_found"}});
                    return Err(HostError::Answer { status: 404, body });
                }
                name => HostAnswer::TriggerAction(json!([
                    action.provider_config_key,
                    action.connection_id,
                    name,
                    action.input
                ])),
            },
            HostCall::Fetch(request) => HostAnswer::Fetch(fetched(request)?),
            HostCall::AcquireLock { key, .. } => {
                let taken =
                    *self.locks.lock().unwrap().entry(key).or_insert(context.run_id) == context.run_id;
                if self.lost_answers {
                    std::future::pending::<()>().await;
                }
                HostAnswer::AcquireLock(taken)
            }
            HostCall::ReleaseLock { key } => {
                let mut locks = self.locks.lock().unwrap();
                let held = locks.get(&key) == Some(&context.run_id);
                HostAnswer::ReleaseLock(held && locks.remove(&key).is_some())
            }
            HostCall::ReleaseAllLocks => {
                self.locks.lock().unwrap().retain(|_, owner| *owner != context.run_id);
                HostAnswer::ReleaseAllLocks(())
            }
            HostCall::Checkpoint => HostAnswer::Checkpoint(self.checkpoint.lock().unwrap().clone()),
            HostCall::WriteCheckpoint { value, expected_version } => {
                HostAnswer::WriteCheckpoint(self.write_checkpoint(value, expected_version))
            }
            call @ (HostCall::Connection(_) | HostCall::WriteMetadata(_)) => return Err(call.unsupported()),
        })
    }
}

impl WideHost {
    fn write_checkpoint(&self, value: Option<JsonObject>, expected_version: u64) -> Option<u64> {
        let mut stored = self.checkpoint.lock().unwrap();
        if stored.version != expected_version {
            return None;
        }
        *stored = Checkpoint { value, version: expected_version + 1 };
        Some(stored.version)
    }
}

fn answer(request: &ProxyRequest) -> ProxyResponse {
    ProxyResponse {
        status: 200,
        status_text: "OK".into(),
        headers: Default::default(),
        body: match request.endpoint.as_str() {
            "/large" => vec![7; LARGE].into(),
            _ => page(request).to_string().into_bytes().into(),
        },
        url: "https://api.example.com/rows".into(),
        last_request: LastRequest {
            method: request.method.to_string(),
            url: "https://api.example.com/rows".into(),
            redirects: 0,
        },
        duration: Duration::ZERO,
    }
}

fn fetched(request: FetchRequest) -> Result<FetchResponse, HostError> {
    if request.url.ends_with("/refused") {
        let message = "it is a loopback address".to_owned();
        return Err(HostError::Configuration { code: "url_not_allowed".into(), message });
    }
    let body = match request.url.ends_with("/large") {
        true => "7".repeat(LARGE),
        false => format!("{} {} {:?}", request.method, request.url, request.body),
    };
    Ok(FetchResponse {
        status: 200,
        status_text: "OK".into(),
        headers: [("content-type", "text/plain")].into_iter().collect(),
        body: body.into_bytes().into(),
        url: request.url,
        redirected: false,
    })
}

async fn run_on(host: &Arc<WideHost>, body: &str, change: impl FnOnce(&mut Invocation)) -> RunReport {
    let project = load(&function(body)).await;
    let mut invocation = invocation(&project);
    change(&mut invocation);
    engine().run(invocation, host.clone()).await.unwrap()
}

/// What the body logs as the data of its last line.
async fn logged(body: &str) -> Value {
    let report = run_on(&Arc::default(), body, |_| {}).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    report.logs.last().and_then(|line| line.meta.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_as_the_providers_template_says() {
    let seen = logged(
        "const pages = [];\n\
         for await (const page of nango.paginate({ endpoint: '/rows' })) pages.push(page);\n\
         await nango.log('pages', { pages });",
    )
    .await;
    assert_eq!(seen, json!({"pages": [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_surrounds_a_run_comes_from_the_host() {
    let seen = logged(
        "await nango.log('all', {\n\
           integration: await nango.getIntegration({ include: ['webhook'] }),\n\
           variables: await nango.getEnvironmentVariables(),\n\
           output: await nango.triggerAction('github', 'c-1', 'create-issue', { title: 't' }),\n\
           missing: await nango.triggerAction('github', 'c-1', 'missing').catch((e: any) => [e.response.status, e.response.data]),\n\
           unnamed: await nango.triggerAction('github', 'c-1', '../x').catch((e: any) => e.code),\n\
           facts: [nango.activityLogId.length, nango.scriptType, nango.isCLI],\n\
         });",
    )
    .await;
    assert_eq!(
        seen,
        json!({
            "integration": {"unique_key": "acme", "include": "[Webhook]"},
            "variables": [{"name": "A", "value": "1"}],
            "output": ["github", "c-1", "create-issue", {"title": "t"}],
            "missing": [404, {"error": {"code": "not_found"}}],
            "unnamed": "invalid_action_name",
            "facts": [36, "on-event", false],
        })
    );
    let host = Arc::default();
    let body = "await nango.log('cli', { cli: nango.isCLI });";
    let report = run_on(&host, body, |invocation| invocation.mode = Mode::Dry).await;
    assert_eq!(report.logs[0].meta, Some(json!({"cli": true})));
}

#[tokio::test(flavor = "multi_thread")]
async fn uncontrolled_fetch_gives_a_response_and_throws_what_the_policy_says() {
    let seen = logged(
        "const response = await nango.uncontrolledFetch({ url: new URL('https://a.test/x'), method: 'POST', body: 'hi' });\n\
         const refused = await nango.uncontrolledFetch({ url: new URL('https://a.test/refused') }).catch((e: any) => e);\n\
         await nango.log('all', { text: await response.text(), type: response.headers.get('content-type'), url: response.url,\n\
           refused: [refused instanceof nango.ActionError, refused.payload.code] });",
    )
    .await;
    let text = "POST https://a.test/x b\"hi\"";
    let expected = json!({"text": text, "type": "text/plain", "url": "https://a.test/x", "refused": [true, "url_not_allowed"]});
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_are_released_however_the_run_ends() {
    let take = "const taken = await nango.tryAcquireLock({ key: 'k', ttlMs: 60_000 });\n\
                if (!taken) throw new Error('not taken');\n";
    let short = |invocation: &mut Invocation| invocation.limits.wall = Duration::from_secs(3);
    let host = Arc::new(WideHost::default());
    for (then, outcome) in [
        ("", Outcome::Succeeded),
        ("throw new nango.ActionError('no');", Outcome::Rejected),
        ("throw new Error('no');", Outcome::Failed),
        ("await new Promise(() => {});", Outcome::Failed),
        ("for (;;) {}", Outcome::Stopped),
    ] {
        let report = run_on(&host, &format!("{take}{then}"), short).await;
        assert_eq!(report.outcome, outcome, "{then}: {:?}", report.error);
        assert!(host.locks.lock().unwrap().is_empty(), "{then}");
    }
    // The positive control: during the run it is held.
    let report =
        run_on(&host, &format!("{take}nango.log(await nango.releaseLock({{ key: 'k' }}));"), short).await;
    assert_eq!(report.logs[0].message, "true");
    // A lock whose answer never arrived is released as well.
    let lost = Arc::new(WideHost { lost_answers: true, ..WideHost::default() });
    assert_eq!(run_on(&lost, take, short).await.outcome, Outcome::Stopped);
    assert!(lost.locks.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_another_runs_is_not_taken() {
    let host = Arc::new(WideHost::default());
    host.locks.lock().unwrap().insert("k".into(), RunId::generate());
    let body = "nango.log(await nango.tryAcquireLock({ key: 'k', ttlMs: 5 }));";
    assert_eq!(run_on(&host, body, |_| {}).await.logs[0].message, "false");
    assert_eq!(host.locks.lock().unwrap().len(), 1, "the end of the run left it alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_there_in_the_next_run() {
    let host = Arc::new(WideHost::default());
    let body = "const seen = await nango.getCheckpoint();\n\
                await nango.log('seen', { seen });\n\
                await nango.saveCheckpoint({ runs: (seen?.runs ?? 0) + 1 });";
    for expected in [json!({"seen": null}), json!({"seen": {"runs": 1}}), json!({"seen": {"runs": 2}})] {
        let report = run_on(&host, body, |_| {}).await;
        assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
        assert_eq!(report.logs[0].meta, Some(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_a_function_keeps_count_against_its_memory() {
    for ask in [
        "(await nango.get({ endpoint: '/large', responseType: 'arraybuffer' })).data",
        "await (await nango.uncontrolledFetch({ url: new URL('https://a.test/large') })).arrayBuffer()",
        "Buffer.concat(await (await nango.get({ endpoint: '/large', responseType: 'stream' })).data.toArray())",
        "await (await (await nango.uncontrolledFetch({ url: new URL('https://a.test/large') })).blob()).arrayBuffer()",
    ] {
        let once = format!("const bytes = {ask}; await nango.log(String(bytes.byteLength));");
        assert_eq!(run_on(&Arc::default(), &once, |_| {}).await.logs[0].message, LARGE.to_string());
        let keep = format!("const kept = []; for (let i = 0; i < 40; i++) kept.push({ask});");
        let report = run_on(&Arc::default(), &keep, |_| {}).await;
        assert_eq!(report.outcome, Outcome::Stopped, "{ask}: {:?}", report.error);
    }
    // What hides its bytes holds them all the same.
    for hidden in [
        "(await nango.get({ endpoint: '/large', responseType: 'stream' })).data",
        "await (await fetch('https://a.test/large')).blob()",
        "new Blob([new Uint8Array(8_000_000)])",
        "new File(['x'.repeat(8_000_000)], 'f')",
        "await fetch('https://a.test/large')",
    ] {
        let keep = format!("const kept = []; for (let i = 0; i < 40; i++) kept.push({hidden});");
        let report = run_on(&Arc::default(), &keep, |_| {}).await;
        assert_eq!(report.outcome, Outcome::Stopped, "{hidden}: {:?}", report.error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_as_a_stream_is_read_like_nodes() {
    let body = "const { data } = await nango.get({ endpoint: '/large', responseType: 'stream' });
                let bytes = 0; let chunks = 0;
                for await (const chunk of data) { bytes += chunk.length; chunks += Buffer.isBuffer(chunk) ? 1 : 0; }
                await nango.log([bytes, chunks > 1, data.destroyed].join());
                const again = await nango.get({ endpoint: '/large', responseType: 'stream' });
                const text = await new Promise((done, failed) => { let all = ''; again.data.setEncoding('latin1').on('data', (c) => { all += c; }).on('end', () => done(all)).on('error', failed); });
                await nango.log(text.length);";
    let report = run_on(&Arc::default(), body, |_| {}).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    let said: Vec<_> = report.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(said, [format!("{LARGE},true,true"), LARGE.to_string()]);
}
