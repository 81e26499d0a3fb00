//! Actions over HTTP.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{CallContext, ConnectionFacts, Host, HostAnswer, HostCall, HostError, Invocation};
use onevent_engine::ProjectSource;
use onevent_server::{ServerOptions, router};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use crate::world::{Answer, World};

/// Triggers `echo` for `acme`, with these headers more.
async fn trigger(world: &World, more: &[(&str, &str)], body: &Value) -> Answer {
    let bearer = format!("Bearer {}", world.key);
    let mut headers = vec![
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("provider-config-key", "hubspot"),
        ("connection-id", "acme"),
    ];
    headers.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    headers.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    world.send("POST", "/action/trigger", &headers, Some(body.to_string().into_bytes())).await
}

fn echo(text: &str) -> Value {
    json!({ "action_name": "echo", "input": { "text": text } })
}

#[tokio::test]
async fn an_action_answers_with_what_it_returns_or_throws() {
    let world = World::start().await;
    world.import("acme", "good").await;
    let answer = trigger(&world, &[], &echo("hello")).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({ "text": "hello" })));
    let failed = trigger(&world, &[], &echo("fail")).await;
    assert_eq!((failed.status.as_u16(), failed.code()), (500, "action_script_runtime_error"));
    assert_eq!(failed.body["error"]["payload"], json!({ "reason": "asked to" }), "{failed:?}");
    let store = world.service.main_store().await.unwrap();
    let runs = store.runs(&onevent_store::RunFilter::of("dev".parse().unwrap())).await.unwrap();
    let of_action = runs.iter().filter(|run| run.function.name.as_str() == "echo").count();
    assert_eq!(of_action, 2, "runs of actions are kept");
}

#[tokio::test]
async fn what_cannot_run_is_told_before_anything_runs() {
    let world = World::start().await;
    world.import("acme", "good").await;
    for more in [&[][..], &[("x-async", "true")][..]] {
        let with = |header: (&'static str, &'static str)| [more, &[header]].concat();
        let unknown = trigger(&world, more, &json!({ "action_name": "nothing" })).await;
        assert_eq!((unknown.status.as_u16(), unknown.code()), (404, "not_found"));
        let nobody = trigger(&world, &with(("connection-id", "nobody")), &echo("a")).await;
        assert_eq!((nobody.status.as_u16(), nobody.code()), (400, "unknown_connection"));
        let event = trigger(&world, more, &json!({ "action_name": "setup" })).await;
        assert_eq!(event.code(), "not_found", "an event function is no action");
        for (header, name) in [
            (("connection-id", ""), "connection-id"),
            (("provider-config-key", ""), "provider-config-key"),
            (("provider-config-key", "a/b"), "provider-config-key"),
            (("x-max-retries", "6"), "x-max-retries"),
            (("x-max-retries", "-1"), "x-max-retries"),
        ] {
            let answer = trigger(&world, &with(header), &echo("a")).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (400, "invalid_headers"), "{header:?}");
            assert_eq!(answer.body["error"]["errors"][0]["path"], json!([name]));
        }
        let body = trigger(&world, more, &json!({ "action_name": "echo", "more": 1 })).await;
        assert_eq!(body.code(), "invalid_body");
    }
    let store = world.service.main_store().await.unwrap();
    let runs = store.runs(&onevent_store::RunFilter::of("dev".parse().unwrap())).await.unwrap();
    assert!(runs.iter().all(|run| run.function.name.as_str() != "echo"), "{runs:?}");
}

#[tokio::test]
async fn an_asynchronous_action_is_found_by_its_id() {
    let world = World::start().await;
    world.import("acme", "good").await;
    let started = trigger(&world, &[("x-async", "true")], &echo("later")).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{started:?}");
    let url = started.body["statusUrl"].as_str().unwrap().to_owned();
    assert_eq!(url, format!("/action/{}", started.body["id"].as_str().unwrap()));
    assert_eq!(started.header("location"), url);
    let waiting = world.get(&url).await;
    assert_eq!((waiting.status.as_u16(), waiting.code()), (404, "not_found"), "nobody works yet");
    let failing = trigger(&world, &[("x-async", "true")], &echo("fail")).await;
    let failing = failing.body["statusUrl"].as_str().unwrap().to_owned();

    let _workers = world.service.start_workers(|_, error| panic!("{error}")).await.unwrap();
    let done = ended(&world, &url).await;
    assert_eq!((done.status, done.body), (StatusCode::OK, json!({ "text": "later" })));
    let failed = ended(&world, &failing).await;
    assert_eq!((failed.status.as_u16(), failed.code()), (500, "action_script_runtime_error"), "{failed:?}");

    let other = world.new_key("prod", &onevent_contract::Scopes::everything()).await;
    assert_eq!(world.ask_with(&other, "GET", &url, None).await.code(), "not_found");
    for unknown in ["/action/nothing", "/action/0190163d-8694-739b-aea5-966c26f8ad91"] {
        assert_eq!(world.get(unknown).await.code(), "not_found");
    }
}

/// Asks until there is a result.
async fn ended(world: &World, url: &str) -> Answer {
    loop {
        let answer = world.get(url).await;
        if answer.code() != "not_found" {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn input_that_violates_its_schema_is_refused_before_anything_runs() {
    let world = World::start().await;
    world.import("acme", "good").await;
    for more in [&[][..], &[("x-async", "true")][..]] {
        for input in [json!({ "text": 7 }), json!({}), json!("hello")] {
            let refused = trigger(&world, more, &json!({ "action_name": "echo", "input": input })).await;
            assert_eq!(
                (refused.status.as_u16(), refused.code()),
                (400, "invalid_action_input"),
                "{refused:?}"
            );
            let errors = &refused.body["error"]["payload"]["errors"];
            assert!(errors[0]["message"].is_string(), "{refused:?}");
        }
    }
    let store = world.service.main_store().await.unwrap();
    let of_echo = async || {
        let runs = store.runs(&onevent_store::RunFilter::of("dev".parse().unwrap())).await.unwrap();
        runs.into_iter().filter(|run| run.function.name.as_str() == "echo").collect::<Vec<_>>()
    };
    assert!(of_echo().await.is_empty());
    let queued = store.events(&onevent_store::EventFilter::of("dev".parse().unwrap())).await.unwrap();
    assert!(queued.iter().all(|event| event.kind != onevent_store::EventKind::Action), "{queued:?}");

    // What only zod can say is found before `exec` is entered; a wrong output is told when it is done.
    let refused = trigger(&world, &[], &echo("no")).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "invalid_action_input"), "{refused:?}");
    let answer = trigger(&world, &[], &echo("wrong")).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, json!({ "text": 7 })));
    let runs = of_echo().await;
    let warned = store.run(&runs[0].run_id.to_string()).await.unwrap().unwrap().report;
    assert_eq!(warned["warnings"][0]["code"], "invalid_action_output", "{warned:#}");
    assert_eq!(trigger(&world, &[], &echo("hello")).await.status, StatusCode::OK);
}

/// What a run has that asks for nothing, and who is told once it has a place.
#[derive(Default)]
struct Nothing(Notify);

#[async_trait]
impl Host for Nothing {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        self.0.notify_one();
        Err(call.unsupported())
    }
}

/// Takes a place of the server's engine, until the answer is dropped.
async fn take_a_place(world: &World) -> AbortOnDropHandle<()> {
    let engine = world.service.engine().unwrap().clone();
    let code = "import { createOnEvent } from 'nango';
        export default createOnEvent({ event: 'validate-connection', description: 'waits',
            exec: async () => { await new Promise((done) => setTimeout(done, 60_000)); } });";
    let files = [("index.ts", "import './a/on-events/b';"), ("a/on-events/b.ts", code)];
    let project = engine.load(ProjectSource::files(files)).await.unwrap();
    let facts = ConnectionFacts {
        connection_id: "other".parse().unwrap(),
        integration: "a".parse().unwrap(),
        provider: "a".into(),
    };
    let invocation = Invocation::new(project.functions[0].clone(), facts, "dev".parse().unwrap());
    let host = Arc::new(Nothing::default());
    let its_host = Arc::clone(&host);
    let held = tokio::spawn(async move {
        // A setup in the background may have it first.
        while engine.run(invocation.clone(), its_host.clone()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    host.0.notified().await;
    AbortOnDropHandle::new(held)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_the_answer_is_503_and_the_same_may_be_asked_again() {
    let settings = "[server]\nmax_runs = 1\nqueue = 0\n";
    let world = World::served_with(settings, |service| router(service, ServerOptions::default())).await;
    world.import("acme", "good").await;
    let held = take_a_place(&world).await;
    for refused in [trigger(&world, &[], &echo("hello")).await, world.import("globex", "good").await] {
        assert_eq!((refused.status.as_u16(), refused.code()), (503, "queue_full"), "{refused:?}");
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0, "{refused:?}");
    }
    assert_eq!(world.get("/connections/globex?provider_config_key=hubspot").await.status.as_u16(), 404);
    drop(held);
    let hello = echo("hello");
    assert_eq!(with_a_place(|| trigger(&world, &[], &hello)).await.status.as_u16(), 200);
    assert_eq!(with_a_place(|| world.import("globex", "good")).await.status.as_u16(), 201);
}

/// Asks again until there is a place: a run that has answered keeps its own until its isolate is gone, and setups run in the
/// background.
async fn with_a_place<F: Future<Output = Answer>>(ask: impl Fn() -> F) -> Answer {
    loop {
        let answer = ask().await;
        if answer.status.as_u16() != 503 {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
