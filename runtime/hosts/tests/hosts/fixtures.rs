//! Answers from a fixture, and fixtures from a recorded run.

use std::sync::Arc;

use http::Method;
use onevent_contract::{
    ActionCall, Clock, ConnectionFacts, ConnectionQuery, FetchRequest, FieldTemplates, HostCalls, HostError,
    MetadataCommit, MetadataReport, Mode, Outcome, Params, ProxyBody, ProxyRequest, ResponseType, RunId,
    RunReport, SystemClock, Usage,
};
use onevent_hosts::{Access, ReadOnlyHost};
use onevent_testing::{Fixture, FixtureHost, RecordingHost, ReplayedAnswer};
use serde_json::{Value, json};

use crate::setup::{Setup, call, key, metadata, request, text, write};

fn facts() -> ConnectionFacts {
    ConnectionFacts {
        connection_id: "acme".parse().unwrap(),
        integration: "p".parse().unwrap(),
        provider: "p".into(),
    }
}

fn host(document: &Value) -> FixtureHost {
    FixtureHost::new(Fixture::parse(&document.to_string()).unwrap(), facts()).unwrap()
}

/// The report of a run that ended like this; a recording takes only that from it.
fn report(outcome: Outcome) -> RunReport {
    RunReport {
        schema_version: 1,
        run_id: RunId::generate(),
        function: "f".parse().unwrap(),
        integration: "p".parse().unwrap(),
        event: None,
        operation: None,
        connection_id: "acme".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        mode: Mode::Dry,
        attempt: 1,
        caller_run_id: None,
        deployment: None,
        request_id: None,
        started_at: SystemClock.now(),
        outcome,
        verdict: None,
        error: None,
        output: None,
        warnings: Vec::new(),
        metadata: MetadataReport::default(),
        http: Vec::new(),
        logs: Vec::new(),
        usage: Usage::default(),
        timings: None,
    }
}

fn get(endpoint: &str, params: &[(&str, &str)]) -> ProxyRequest {
    let pairs = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let params = (!params.is_empty()).then_some(Params::Pairs(pairs));
    ProxyRequest { params, ..ProxyRequest::new(Method::GET, endpoint) }
}

async fn body(host: &FixtureHost, request: ProxyRequest) -> String {
    text(host.proxy(&call("f"), request).await).await
}

async fn refusal(host: &FixtureHost, request: ProxyRequest) -> String {
    match host.proxy(&call("f"), request).await {
        Err(HostError::Configuration { code, message }) if code == "fixture_answer_missing" => message,
        other => panic!("expected no answer, got {other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_found_by_its_hash_then_by_what_it_asks() {
    let host = host(&json!({ "api": { "GET": { "items": [
        { "response": "first", "request": { "params": { "page": 1, "ids": ["a", "b"] } } },
        // The hash of GET items?page=2, by Node; what stands beside it is something else.
        { "response": "by hash", "hash": "10e0e6064de39bbe4345a8b96162377702e7bfb7", "request": { "params": { "page": 3 } } },
        { "response": "with header", "request": { "headers": { "X-Version": "2", "accept": "*/*" } } },
    ] } } }));
    assert_eq!(body(&host, get("/items?page=1", &[("ids", "a,b")])).await, "first");
    assert_eq!(body(&host, get("/items", &[("ids", "a,b"), ("page", "1")])).await, "first");
    assert_eq!(body(&host, get("https://api.example.com/items", &[("page", "2")])).await, "by hash");
    let mut with_header = get("items", &[]);
    with_header.headers.insert("x-version".into(), "2".into());
    with_header.headers.insert("authorization".into(), "Bearer t".into());
    assert_eq!(body(&host, with_header).await, "with header");
    let message = refusal(&host, get("/items", &[("page", "9"), ("more", "x")])).await;
    assert!(message.starts_with("the fixture has no answer for GET /items?more=x&page=9\n"), "{message}");
    assert!(message.contains("params.page: recorded \"3\", asked \"9\""), "{message}");
    assert!(message.contains("params.more: asked \"x\", not recorded"), "{message}");
    let replay = host.replay();
    assert_eq!(replay.requests.len(), 5);
    let ReplayedAnswer::Recorded { differences, .. } = &replay.requests[2].answer else { panic!() };
    assert_eq!(differences, &["params.page: recorded \"3\", asked \"2\""]);
}

#[tokio::test]
async fn an_answer_without_its_request_is_for_a_plain_call_and_only_where_it_is_alone() {
    let host = host(&json!({ "api": { "get": {
        "/alone": { "response": { "a": 1 } },
        "/two": [{ "response": 1 }, { "response": 2 }],
        "/query?b=2": { "response": "query" },
        "/sized": { "response": "sized", "request": { "params": { "skip": "0", "undefined": "2" } } },
    } } }));
    assert_eq!(body(&host, get("/sized", &[("skip", "0")])).await, "sized");
    for _ in 0..3 {
        assert_eq!(body(&host, get("/alone", &[])).await, "{\"a\":1}");
    }
    assert!(refusal(&host, get("/alone", &[("page", "1")])).await.contains("only a call without params"));
    assert!(refusal(&host, get("/two", &[])).await.contains("not the only one of its endpoint"));
    assert_eq!(body(&host, get("/query", &[("b", "2")])).await, "query");
    assert!(refusal(&host, ProxyRequest::new(Method::DELETE, "/alone")).await.contains("another method"));
}

#[tokio::test]
async fn data_is_compared_where_it_was_recorded_in_each_kind_of_body() {
    let host = host(&json!({ "api": { "post": {
        "/json": { "response": 1, "request": { "data": { "b": 1.0, "a": [null] } } },
        "/form": { "response": 2, "request": { "data": { "a": { "b": 1 }, "list": ["x", "y"] } } },
        "/form-text": { "response": 3, "request": { "data": "a=1&b=x+y" } },
        "/bytes": { "response": 4, "request": { "data": "/wA=" } },
        "/any": { "response": 5, "request": {} },
    } } }));
    let post = |endpoint: &str, body: ProxyBody| {
        let mut request = ProxyRequest::new(Method::POST, endpoint);
        request.body = Some(body);
        request
    };
    let pairs = |pairs: &[(&str, &str)]| {
        ProxyBody::Form(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    };
    assert_eq!(body(&host, post("/json", ProxyBody::Json(json!({"a": [null], "b": 1}).into()))).await, "1");
    let form = pairs(&[("a[b]", "1"), ("list[]", "x"), ("list[]", "y")]);
    assert_eq!(body(&host, post("/form", form)).await, "2");
    assert_eq!(body(&host, post("/form-text", pairs(&[("a", "1"), ("b", "x y")]))).await, "3");
    assert_eq!(body(&host, post("/bytes", ProxyBody::Bytes(vec![0xff, 0].into()))).await, "4");
    assert_eq!(body(&host, post("/any", ProxyBody::Text("anything".into()))).await, "5");
    let message = refusal(&host, post("/json", ProxyBody::Json(json!({"a": []}).into()))).await;
    assert!(message.contains("data: recorded {\"b\":1,\"a\":[null]}, asked {\"a\":[]}"), "{message}");
}

#[tokio::test]
async fn the_boundary_of_a_form_that_the_sdk_wrote_is_no_header() {
    let host = host(&json!({ "api": { "post": {
        "/untyped": { "response": 1, "request": {} },
        "/typed": { "response": 2, "request": { "headers": { "Content-Type": "multipart/form-data" } } },
        "/other": { "response": 3, "request": { "headers": { "Content-Type": "text/plain" } } },
    } } }));
    let post = |endpoint: &str, content_type: &str| {
        let mut request = ProxyRequest::new(Method::POST, endpoint);
        request.headers.insert("content-type".into(), content_type.into());
        request.body = Some(ProxyBody::Bytes("--b".into()));
        request
    };
    let own = "multipart/form-data; boundary=----onevent-formdata-000000000000";
    assert_eq!(body(&host, post("/untyped", own)).await, "1");
    assert_eq!(body(&host, post("/typed", own)).await, "2");
    refusal(&host, post("/other", own)).await;
    // An author's own boundary is the author's header.
    refusal(&host, post("/untyped", "multipart/form-data; boundary=b1")).await;
}

#[tokio::test]
async fn an_error_answer_comes_once_and_at_once() {
    let host = host(&json!({ "api": { "get": {
        "/limited": { "response": { "error": "slow" }, "status": 429, "headers": { "Retry-After": 60, "set-cookie": ["a", "b"] } },
        "/down": { "error": { "code": "ECONNREFUSED", "message": "refused" } },
    } } }));
    let mut request = get("/limited", &[]);
    request.retries = 5;
    let call = call("f");
    let response = host.proxy(&call, request).await.unwrap();
    assert_eq!((response.status, response.status_text.as_str()), (429, "Too Many Requests"));
    let cookies: Vec<&str> = response.headers.values("set-cookie").collect();
    assert_eq!((response.headers.get("retry-after").as_deref(), cookies), (Some("60"), vec!["a", "b"]));
    assert_eq!(call.log.effects().http.len(), 1);
    let down = host.proxy(&call, get("/down", &[])).await;
    assert!(matches!(down, Err(HostError::Network { code, .. }) if code == "ECONNREFUSED"));
}

#[tokio::test]
async fn metadata_is_written_in_memory_and_listed() {
    let host = host(&json!({ "nango": {
        "getMetadata": { "a": 1 },
        "getConnection": { "connection_id": "acme", "tags": { "x": "y" }, "credentials": { "type": "APP", "x": 1 } },
    } }));
    assert_eq!(metadata(&host).await.version, 1);
    let first = write(json!({"a": 2}), MetadataCommit::IfVersion(1));
    host.write_metadata(&call("f"), first).await.unwrap();
    let connection = host.connection(&call("f"), ConnectionQuery::default()).await.unwrap();
    assert_eq!(
        connection,
        json!({ "connection_id": "acme", "tags": { "x": "y" }, "credentials": { "type": "APP", "x": 1 }, "metadata": { "a": 2 } })
    );
    assert_eq!(host.replay().metadata_writes, [json!({ "kind": "set", "metadata": { "a": 2 } })]);
}

#[tokio::test]
async fn what_is_recorded_over_a_live_host_answers_the_same() {
    let setup = Setup::new().await;
    let own = key("p", "acme");
    setup.insert(&own, "token-one", Some(json!({"a": 1}))).await;
    let recorder = RecordingHost::new(Arc::new(setup.live(&own, Access::Normal)));
    let call = call("f");
    recorder.metadata(&call).await.unwrap();
    recorder.connection(&call, ConnectionQuery::default()).await.unwrap();
    // The provider answers with the token that it was shown.
    let live = text(recorder.proxy(&call, request(None, None)).await).await;
    assert!(live.contains("token-one"));
    let buffer = ProxyRequest { response_type: ResponseType::ArrayBuffer, ..get("/buffer", &[]) };
    recorder.proxy(&call, buffer.clone()).await.unwrap();
    let (report, stopped) = (report(Outcome::Succeeded), report(Outcome::Stopped));
    assert!(recorder.fixture(&facts(), None, &stopped).is_none());
    let fixture = recorder.fixture(&facts(), None, &report).unwrap();
    assert!(!fixture.to_text().contains("token-one"));
    assert_eq!(fixture.metadata(), Some(json!({"a": 1}).as_object().unwrap()));
    let host = FixtureHost::new(Fixture::parse(&fixture.to_text()).unwrap(), facts()).unwrap();
    assert_eq!(body(&host, request(None, None)).await, live.replace("token-one", "[redacted]"));
    assert!(body(&host, buffer).await.contains("/buffer"));
}

#[tokio::test]
async fn what_only_a_template_calls_secret_is_replaced_however_short_it_is() {
    let setup = Setup::new().await;
    let own = key("p", "acme");
    setup.insert(&own, "token-one", None).await;
    // Nothing in its name says that the address of the instance is secret.
    let template = json!({"instance_url": {"secret": true}}).as_object().unwrap().clone();
    for (fields, replaced) in [
        (FieldTemplates::unknown(), false),
        (FieldTemplates { connection_config: &template, ..FieldTemplates::unknown() }, true),
    ] {
        let recorder = RecordingHost::new(Arc::new(setup.live(&own, Access::Normal))).with_fields(fields);
        recorder.connection(&call("f"), ConnectionQuery::default()).await.unwrap();
        let fixture = recorder.fixture(&facts(), None, &report(Outcome::Succeeded)).unwrap();
        let shown = &fixture.connection().unwrap()["connection_config"]["instance_url"];
        assert_eq!(shown == "[redacted]", replaced, "{shown}");
    }
}

#[tokio::test]
async fn nothing_that_writes_passes_the_wall() {
    let setup = Setup::new().await;
    let own = key("p", "acme");
    setup.insert(&own, "t", None).await;
    let host = ReadOnlyHost::new(Arc::new(setup.live(&own, Access::Normal)));
    assert!(host.proxy(&call("f"), request(None, None)).await.is_ok());
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let mut request = ProxyRequest::new(method.clone(), "/items");
        request.body = Some(ProxyBody::Json(json!({"name": "n"}).into()));
        match host.proxy(&call("f"), request).await {
            Err(HostError::Configuration { code, message }) => {
                assert_eq!(code, "read_only");
                assert!(message.starts_with(&format!("{method} /items was not sent")), "{message}");
                assert!(message.ends_with("data: {\"name\":\"n\"}"), "{message}");
            }
            other => panic!("{method} passed: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_request_without_credentials_has_a_section_of_its_own() {
    let setup = Setup::new().await;
    let own = key("p", "acme");
    setup.insert(&own, "t", None).await;
    let recorder = RecordingHost::new(Arc::new(setup.live(&own, Access::Normal)));
    let call = call("f");
    let fetch = FetchRequest {
        url: format!("{}/plain?b=1", setup.server),
        method: Method::POST,
        headers: vec![("x-a".into(), "1".into())],
        body: "text".into(),
    };
    let live = recorder.fetch(&call, fetch.clone()).await.unwrap();
    let fixture = recorder.fixture(&facts(), None, &report(Outcome::Failed)).unwrap();
    let host = FixtureHost::new(fixture, facts()).unwrap();
    let replayed = host.fetch(&call, fetch.clone()).await.unwrap();
    assert_eq!((replayed.status, replayed.body), (live.status, live.body));
    let other = FetchRequest { body: "other".into(), ..fetch };
    assert!(host.fetch(&call, other).await.is_err());
}

#[tokio::test]
async fn a_request_without_credentials_may_be_recorded_as_a_call_or_answered_by_one_for_all() {
    let document = json!({ "api": { "get": {
        "/v1/all": { "response": { "n": 1 }, "request": { "params": { "page": "1" } } },
        "/v1/bare": { "response": { "n": 2 } },
    }, "post": { "/v1/make": { "response": { "n": 3 }, "request": { "data": { "a": 1 } } } } } });
    let get = |url: &str| FetchRequest {
        url: url.into(),
        method: Method::GET,
        headers: vec![("X-Tenant".into(), "1".into())],
        body: Default::default(),
    };
    let post =
        FetchRequest { method: Method::POST, body: "{\"a\": 1.0}".into(), ..get("https://a.test/v1/make") };
    let by_path = host(&document);
    let call = call("f");
    for (request, expected) in [
        (get("https://a.test/v1/all?page=1"), "{\"n\":1}"),
        (get("https://a.test/v1/bare?page=7"), "{\"n\":2}"),
        (post, "{\"n\":3}"),
    ] {
        assert_eq!(by_path.fetch(&call, request).await.unwrap().body, expected);
    }
    let refused = by_path.fetch(&call, get("https://a.test/v1/none")).await.unwrap_err().to_string();
    assert!(refused.starts_with("the fixture has no answer for GET https://a.test/v1/none\n"), "{refused}");

    let mut fixture = Fixture::parse(&document.to_string()).unwrap();
    fixture
        .supply("uncontrolledFetch", json!({ "response": "made", "status": 201, "headers": { "X-A": "b" } }));
    let for_all = FixtureHost::new(fixture, facts()).unwrap();
    let answered = for_all.fetch(&call, get("https://a.test/v1/none")).await.unwrap();
    assert_eq!((answered.status, &answered.body[..]), (201, &b"made"[..]));
    assert_eq!(answered.headers, [("x-a", "b")].into_iter().collect());
    assert_eq!(for_all.fetch(&call, get("https://a.test/v1/bare")).await.unwrap().body, "{\"n\":2}");
}

#[tokio::test]
async fn what_the_file_lacks_is_supplied_and_the_file_stays_as_it_is() {
    let text = "{\n  \"nango\": {\n    \"getConnection\": {},\n    \"getMetadata\": {\n      \"a\": 1\n    }\n  }\n}\n";
    let mut fixture = Fixture::parse(text).unwrap();
    assert_eq!(
        ["getConnection", "getMetadata", "getToken"].map(|member| fixture.lacks(member)),
        [true, false, true]
    );
    fixture.supply(
        "getConnection",
        json!({ "connection_config": { "realm": "r" }, "metadata": { "tenant": "t" } }),
    );
    fixture.supply("getMetadata", json!({ "a": 2 }));
    fixture.supply("getToken", json!("token"));
    assert_eq!(fixture.to_text(), text);
    let host = FixtureHost::new(fixture, facts()).unwrap();
    assert_eq!(metadata(&host).await.value, json!({ "a": 1 }).as_object().cloned());
    let connection = || async { host.connection(&call("f"), ConnectionQuery::default()).await.unwrap() };
    let expected = json!({ "connection_config": { "realm": "r" }, "metadata": { "tenant": "t" },
        "credentials": { "type": "OAUTH2", "access_token": "token" } });
    assert_eq!(connection().await, expected);
    host.write_metadata(&call("f"), write(json!({"b": 3}), MetadataCommit::Always)).await.unwrap();
    assert_eq!(connection().await["metadata"], json!({"b": 3}));
}

#[tokio::test]
async fn a_recorded_token_is_enough_for_get_token() {
    let token = json!({ "type": "BASIC", "username": "u", "password": "p" });
    let host = host(&json!({ "nango": { "getToken": token } }));
    let connection = host.connection(&call("f"), ConnectionQuery::default()).await.unwrap();
    assert_eq!(connection["credentials"], token);
}

#[tokio::test]
async fn actions_locks_and_checkpoints_answer_from_the_file_and_from_memory() {
    let host = host(&json!({ "nango": {
        "triggerAction": [{ "name": "create", "input": { "n": 1 }, "output": { "id": 7 } }],
        "getCheckpoint": { "cursor": "a" },
        "getEnvironmentVariables": [{ "name": "KEY", "value": "[redacted]" }],
    } }));
    let call = call("f");
    let action = |input: Value| ActionCall {
        provider_config_key: "p".parse().unwrap(),
        connection_id: "acme".parse().unwrap(),
        name: "create".parse().unwrap(),
        input,
    };
    assert_eq!(host.trigger_action(&call, action(json!({"n": 1.0}))).await.unwrap(), json!({"id": 7}));
    assert!(host.trigger_action(&call, action(json!({"n": 2}))).await.is_err());
    assert_eq!(host.environment_variables(&call).await.unwrap()[0].name, "KEY");
    assert_eq!(host.checkpoint(&call).await.unwrap().version, 1);
    assert_eq!(host.write_checkpoint(&call, None, 0).await.unwrap(), None);
    assert_eq!(host.write_checkpoint(&call, None, 1).await.unwrap(), Some(2));
    assert!(host.acquire_lock(&call, "k".into(), std::time::Duration::ZERO).await.unwrap());
    assert!(host.release_lock(&call, "k".into()).await.unwrap());
    assert!(!host.release_lock(&call, "k".into()).await.unwrap());
    let integration = host.integration(&call, Vec::new()).await.unwrap();
    assert_eq!(integration["webhook_url"], "https://example.com/webhook");
}
