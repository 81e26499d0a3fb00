//! What a dry run against Nango changes there, and what it does not.

use onevent_tests::{Fault, Scope, Target, Times};
use serde_json::{Value, json};

use super::stage::{Stage, UNKNOWN_KEY};

#[test]
fn a_read_only_run_sends_nothing_that_writes() {
    let stage = Stage::documented();
    let answer = stage.run(&["dryrun", "post-connection-setup", "acme", "--read-only"]).exits(1);
    let error = &answer.document["error"];
    assert_eq!(error["code"], "read_only");
    assert!(error["message"].as_str().unwrap().starts_with("POST /webhooks was not sent"), "{error:#}");
    assert!(stage.world.provider.journal().is_empty());
    stage.run(&["dryrun", "validate-connection", "acme", "--read-only"]).exits(0);
    assert!(stage.nango.journal().iter().all(|asked| asked.method == "GET"));
}

#[test]
fn allowed_writes_are_made_in_nango_as_the_function_makes_them() {
    let stage = Stage::with_body(
        "await nango.updateMetadata({ b: { deep: 1 }, a: 1 });\n\
         await Promise.all([nango.updateMetadata({ c: 3 }), nango.updateMetadata({ d: 4 })]);\n\
         nango.log(JSON.stringify(await nango.getMetadata()));",
    );
    stage.set_metadata(json!({"a": 1}));
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    assert_eq!(stage.nango.metadata("salesforce", "acme"), json!({"a": 1}), "nothing without the flag");
    let after = json!({"a": 1, "b": {"deep": 1}, "c": 3, "d": 4});
    assert_eq!(answer.document["metadata"]["after"], after);

    let answer = stage.run(&["dryrun", "check", "acme", "--allow-writes"]).exits(0);
    assert_eq!(
        (&answer.document["metadata"]["after"], &answer.document["metadata"]["persisted"]),
        (&after, &json!(true))
    );
    assert_eq!(stage.nango.metadata("salesforce", "acme"), after);
    let seen: Value = serde_json::from_str(answer.document["logs"][0]["message"].as_str().unwrap()).unwrap();
    assert_eq!(seen, after);
    // Only what changes is sent, so that a write of somebody else meanwhile is not undone.
    let writes: Vec<_> = stage.nango.journal().into_iter().filter(|asked| asked.method == "PATCH").collect();
    let first: Value = serde_json::from_str(&writes[0].body).unwrap();
    assert_eq!(
        first,
        json!({"connection_id": "acme", "provider_config_key": "salesforce", "metadata": {"b": {"deep": 1}}})
    );

    let stage = Stage::with_body("await nango.setMetadata({ only: true });");
    stage.set_metadata(json!({"a": 1}));
    stage.run(&["dryrun", "check", "acme", "--allow-writes"]).exits(0);
    assert_eq!(stage.nango.metadata("salesforce", "acme"), json!({"only": true}));
    stage.run(&["dryrun", "check", "acme", "--allow-writes", "--read-only"]).exits(2);
}

#[test]
fn the_metadata_after_a_run_is_the_newest_also_where_nango_answers_in_another_order() {
    let stage = Stage::with_body(
        "await Promise.all([nango.updateMetadata({ c: 3 }), nango.updateMetadata({ d: 4 })]);\n\
         nango.log(JSON.stringify(await nango.getMetadata()));",
    );
    stage.nango.answer_updates_in_reverse();
    let answer = stage.run(&["dryrun", "check", "acme", "--allow-writes"]).exits(0);
    let after = json!({"c": 3, "d": 4});
    assert_eq!(answer.document["metadata"]["after"], after);
    assert_eq!(answer.document["metadata"]["writes"].as_array().unwrap().len(), 2);
    assert_eq!(stage.nango.metadata("salesforce", "acme"), after);
    let seen: Value = serde_json::from_str(answer.document["logs"][0]["message"].as_str().unwrap()).unwrap();
    assert_eq!(seen, after);
}

#[test]
fn a_write_that_nango_refuses_is_not_in_the_run_either() {
    let stage = Stage::with_body(
        "try { await nango.setMetadata({ only: true }); } catch (e: any) { nango.log(e.code); }\n\
         nango.log(JSON.stringify(await nango.getMetadata()));",
    );
    stage.set_metadata(json!({"a": 1}));
    stage.nango.allow(UNKNOWN_KEY, &[Scope::ReadConnections]);
    let key = [("NANGO_SECRET_KEY_DEV", UNKNOWN_KEY)];
    let answer = stage.run_with(&["dryrun", "check", "acme", "--allow-writes"], &key).exits(0);
    let logs = [&answer.document["logs"][0]["message"], &answer.document["logs"][1]["message"]];
    assert_eq!(logs, [&json!("nango_forbidden"), &json!("{\"a\":1}")]);
    assert_eq!(answer.document["metadata"]["persisted"], false);
}

#[test]
fn a_call_is_nangos_with_its_own_headers() {
    let stage = Stage::with_body(
        "const { status } = await nango.post({ endpoint: 'webhooks?x=1', params: { y: [1, 2] }, retries: 2, retryOn: [404, 409],\n\
           headers: { 'X-Own': 'yes', Host: 'evil', Authorization: 'mine' },\n\
           data: { url: 'https://a.test', events: ['e'] } }).catch((e: any) => e.response);\n\
         nango.log(String(status));\n\
         await nango.get({ endpoint: '/webhooks', baseUrlOverride: 'http://127.0.0.1:9', forwardHeadersOnRedirect: true }).catch(() => {});\n\
         await nango.put({ endpoint: '/form', data: 'a=b', headers: { 'Content-Type': 'text/plain' } }).catch(() => {});\n\
         await nango.post({ endpoint: '/multi', data: { a: 'b' }, headers: { 'Content-Type': 'multipart/form-data' } }).catch(() => {});",
    );
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    let calls: Vec<_> =
        stage.nango.journal().into_iter().filter(|asked| asked.path.starts_with("/proxy/")).collect();
    let post = &calls[0];
    assert_eq!(post.path, "/proxy/webhooks?x=1&y=1%2C2");
    for (name, value) in [
        ("connection-id", Some("acme")),
        ("provider-config-key", Some("salesforce")),
        ("retries", Some("2")),
        ("retry-on", Some("404,409")),
        ("base-url-override", None),
        ("decompress", Some("true")),
        ("forward-headers-on-redirect", None),
        ("nango-proxy-x-own", Some("yes")),
        ("nango-proxy-authorization", Some("mine")),
        ("nango-proxy-host", None),
        ("nango-proxy-content-type", Some("application/json")),
        ("content-type", Some("application/json")),
    ] {
        assert_eq!(post.header(name), value, "{name}");
    }
    let body: Value = serde_json::from_str(&post.body).unwrap();
    assert_eq!(body, json!({"url": "https://a.test", "events": ["e"]}));
    // The author's own authorization was used, so the provider said 401, as often as it was allowed to.
    assert_eq!(answer.document["logs"][1]["message"], "401");
    assert_eq!(stage.world.provider.journal().iter().filter(|asked| asked.method == "POST").count(), 4);
    assert_eq!(calls[1].header("base-url-override"), Some("http://127.0.0.1:9"));
    assert_eq!(calls[1].header("forward-headers-on-redirect"), Some("true"));
    assert_eq!((calls[2].header("content-type"), calls[2].body.as_str()), (Some("text/plain"), "a=b"));
    assert!(calls[3].header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert_eq!(calls[3].header("content-type"), calls[3].header("nango-proxy-content-type"));
    // One record for each call of the function: the attempts are Nango's.
    assert_eq!(answer.document["http"].as_array().unwrap().len(), 4);
    let text = answer.document["logs"].to_string();
    assert!(text.contains("the header `host` is not sent"), "{text}");
}

#[test]
fn an_endpoint_cannot_lead_out_of_the_proxy() {
    let escapes = [
        "../connections/acme?provider_config_key=salesforce",
        "/../environment-variables",
        "/x/../../environment-variables",
        "%2e%2e/environment-variables",
        "..%2fenvironment-variables",
        "x%2F..%2f..%5cenvironment-variables",
        "..\\\\environment-variables",
        "/./../environment-variables",
    ];
    let body = format!(
        "for (const endpoint of {}) {{\n\
           try {{ await nango.get({{ endpoint }}); nango.log('sent ' + endpoint); }} catch (e: any) {{ nango.log(e.code); }}\n}}",
        json!(escapes)
    );
    let stage = Stage::with_body(&body);
    stage.nango.variable("SECRET", "not-for-functions");
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    let logs: Vec<&str> =
        answer.document["logs"].as_array().unwrap().iter().map(|l| l["message"].as_str().unwrap()).collect();
    assert_eq!(logs, vec!["invalid_url"; escapes.len()]);
    assert_eq!(stage.nango.journal().len(), 1, "the connection, and nothing else");
}

#[test]
fn a_providers_error_and_nangos_own_are_told_apart() {
    let stage = Stage::with_body(
        "const of = async (config: any) => {\n\
           try { const r = await nango.get({ endpoint: '/services/oauth2/userinfo', ...config }); return [r.status]; }\n\
           catch (e: any) { return [e.response?.status ?? null, e.response?.data ?? null, e.code ?? null, e.isAxiosError ?? false]; }\n};\n\
         nango.log('x', { own: await of({}), provider: await of({ headers: { Authorization: 'Bearer nobody' } }),\n\
           connection: await of({ connectionId: 'nobody' }), integration: await of({ providerConfigKey: 'nowhere' }),\n\
           gone: await of({ baseUrlOverride: 'http://127.0.0.1:9' }) });",
    );
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    let meta = &answer.document["logs"][0]["meta"];
    assert_eq!(meta["own"], json!([200]));
    assert_eq!(meta["provider"][0], 401);
    assert_eq!(meta["provider"][1][0]["errorCode"], "INVALID_SESSION_ID", "the provider's own body");
    assert_eq!(
        (&meta["connection"][0], &meta["connection"][1]["error"]["code"]),
        (&json!(400), &json!("server_error"))
    );
    assert_eq!(
        (&meta["integration"][0], &meta["integration"][1]["error"]["code"]),
        (&json!(404), &json!("unknown_provider_config"))
    );
    assert_eq!(meta["gone"], json!([null, null, "ECONNREFUSED", true]));
    let http = answer.document["http"].as_array().unwrap();
    assert_eq!((&http[4]["status"], &http[4]["error"]), (&Value::Null, &json!("ECONNREFUSED")));
}

#[test]
fn what_the_provider_gets_wrong_is_the_functions_error_as_with_a_stored_connection() {
    let stage = Stage::documented();
    let userinfo = Target::path("/services/oauth2/userinfo");
    stage.world.provider.plan_fault(userinfo, Fault::status(404, "Not found"), Times::Next(1));
    let answer = stage.run(&["dryrun", "validate-connection", "acme"]).exits(1);
    let report = &answer.document;
    assert_eq!(report["error"]["type"], "script_http_error");
    assert_eq!(report["error"]["payload"], json!({"error": "Not found"}));
    assert_eq!(report["verdict"]["message"], "Not found");
}
