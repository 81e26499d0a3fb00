//! `nango.triggerAction`: which runs it asks for, and what its caller gets.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use onevent_contract::{
    ActionCall, ApiErrorCode, CompletedRun, ErrorType, HostCalls, HostError, MAX_ACTION_DEPTH,
    MetadataCommit, MetadataReport, Mode, Outcome, REPORT_SCHEMA_VERSION, RunError, RunId, RunReport, Usage,
};
use onevent_hosts::{
    Access, ActionNotRun, ActionRun, ActionRunner, DryConnection, DryHost, DryHostOptions, LiveHost,
};
use onevent_store::{ConnectionState, Visibility};
use serde_json::{Value, json};

use crate::setup::{Setup, api, call, key, metadata, object, query, request, text, write};

/// Plays actions by their names, and remembers how it was asked.
#[derive(Default)]
struct Script {
    asked: Mutex<Vec<(String, Mode, Value)>>,
}

#[async_trait]
impl ActionRunner for Script {
    async fn run_action(&self, run: ActionRun) -> Result<CompletedRun, ActionNotRun> {
        let about = (format!("{} {}", run.action, run.connection.connection_id), run.mode, run.input.clone());
        self.asked.lock().unwrap().push(about);
        let result = match run.action.name.as_str() {
            "gone" => return Err(ActionNotRun::Unknown { message: "no such action".into() }),
            "crowded" => {
                let message = "the queue is full".into();
                return Err(ActionNotRun::NoPlace { code: ApiErrorCode::QueueFull, message });
            }
            "fail" => Err(RunError::new(ErrorType::ScriptHttpError, "provider said 404")),
            "request" => Ok(json!(text(run.host.proxy(&call("inner"), request(None, None)).await).await)),
            "remember" => {
                let write = write(json!({"remembered": true}), MetadataCommit::Always);
                run.host.write_metadata(&call("inner"), write).await.unwrap();
                Ok(Value::Null)
            }
            "again" => match run.host.trigger_action(&call("inner"), action("p", "acme", "again")).await {
                Ok(output) => Ok(json!(output.as_u64().unwrap() + 1)),
                Err(HostError::Api { code, .. }) if code == "action_depth_exceeded" => Ok(json!(1)),
                Err(error) => panic!("{error:?}"),
            },
            name => panic!("{name} is not in the script"),
        };
        let returned = result.as_ref().ok().cloned();
        Ok(CompletedRun { report: report(&run, result), returned })
    }
}

fn report(run: &ActionRun, result: Result<Value, RunError>) -> RunReport {
    RunReport {
        schema_version: REPORT_SCHEMA_VERSION,
        run_id: RunId::generate(),
        function: run.action.name.clone(),
        integration: run.action.integration.clone(),
        event: None,
        operation: None,
        connection_id: run.connection.connection_id.clone(),
        environment: run.environment.clone(),
        mode: run.mode,
        attempt: 1,
        caller_run_id: None,
        deployment: None,
        request_id: None,
        started_at: Timestamp::UNIX_EPOCH,
        outcome: if result.is_ok() { Outcome::Succeeded } else { Outcome::Failed },
        verdict: None,
        error: result.as_ref().err().cloned(),
        output: result.ok(),
        warnings: Vec::new(),
        metadata: MetadataReport::default(),
        http: Vec::new(),
        logs: Vec::new(),
        usage: Usage::default(),
        timings: None,
    }
}

fn action(integration: &str, connection: &str, name: &str) -> ActionCall {
    ActionCall {
        provider_config_key: integration.parse().unwrap(),
        connection_id: connection.parse().unwrap(),
        name: name.parse().unwrap(),
        input: json!({"a": 1}),
    }
}

async fn live(setup: &Setup, script: &Arc<Script>) -> LiveHost {
    setup.insert(&key("p", "acme"), "token-acme-1", None).await;
    setup.insert(&key("q", "globex"), "token-globex-2", None).await;
    setup.live(&key("p", "acme"), Access::Normal).with_actions(script.clone())
}

#[tokio::test]
async fn an_action_runs_for_the_connection_that_is_named() {
    let (setup, script) = (Setup::new().await, Arc::<Script>::default());
    let host = live(&setup, &script).await;
    let caller = call("outer");
    let output = host.trigger_action(&caller, action("q", "globex", "request")).await.unwrap();
    assert_eq!(output, "q Bearer token-globex-2 /me");
    let asked = script.asked.lock().unwrap().clone();
    assert_eq!(asked, [("q/request globex".to_owned(), Mode::Live, json!({"a": 1}))]);
    // The caller got the token with the answer: its report does not show it.
    assert_eq!(caller.log.scrub_text("token-globex-2"), "[redacted]");
    let line = &caller.log.effects().logs[0];
    assert_eq!(line.message, "triggered action q/request for globex: succeeded");
}

#[tokio::test]
async fn what_does_not_exist_is_answered_before_anything_runs() {
    let (setup, script) = (Setup::new().await, Arc::<Script>::default());
    let host = live(&setup, &script).await;
    let pending = key("q", "pending");
    setup.insert_as(&pending, "token-pending-3", None, ConnectionState::Pending).await;
    let trigger = async |call_of: ActionCall| api(host.trigger_action(&call("outer"), call_of).await);
    assert_eq!(trigger(action("r", "acme", "request")).await, (400, "unknown_provider".into()));
    for connection in ["nobody", "pending"] {
        assert_eq!(trigger(action("q", connection, "request")).await, (400, "unknown_connection".into()));
    }
    assert!(script.asked.lock().unwrap().is_empty());
    assert_eq!(trigger(action("p", "acme", "gone")).await, (404, "not_found".into()));
    assert_eq!(trigger(action("p", "acme", "crowded")).await, (503, "queue_full".into()));
    // A run of the creation itself may trigger actions for the connection under creation.
    let own = setup.live(&pending, Access::Normal).with_actions(script.clone());
    own.trigger_action(&call("outer"), action("q", "pending", "request")).await.unwrap();
}

#[tokio::test]
async fn a_failed_action_answers_with_its_error() {
    let (setup, script) = (Setup::new().await, Arc::<Script>::default());
    let host = live(&setup, &script).await;
    let failed = host.trigger_action(&call("outer"), action("p", "acme", "fail")).await.unwrap_err();
    let HostError::Answer { status: 424, body } = failed else { panic!("{failed:?}") };
    let message = "provider said 404";
    assert_eq!(
        body,
        json!({"error": {"code": "script_http_error", "message": message, "payload": {"message": message}}})
    );
}

#[tokio::test]
async fn actions_nest_to_a_limit() {
    let (setup, script) = (Setup::new().await, Arc::<Script>::default());
    let host = live(&setup, &script).await;
    let depth = host.trigger_action(&call("outer"), action("p", "acme", "again")).await.unwrap();
    assert_eq!(depth, json!(MAX_ACTION_DEPTH));
}

#[tokio::test]
async fn a_host_without_actions_says_so() {
    let setup = Setup::new().await;
    let host = setup.live(&key("p", "acme"), Access::Normal);
    let error = host.trigger_action(&call("outer"), action("p", "acme", "request")).await.unwrap_err();
    assert_eq!(error, HostError::Unsupported { member: "triggerAction".into() });
}

#[tokio::test]
async fn what_a_dry_run_triggers_keeps_nothing_and_is_seen_by_it() {
    let (setup, script) = (Setup::new().await, Arc::<Script>::default());
    live(&setup, &script).await;
    let stored = async |id: &str, integration: &str| {
        setup.store.connection(&key(integration, id), Visibility::Established).await.unwrap().unwrap()
    };
    let host = DryHost::new(DryHostOptions {
        connection: DryConnection::stored(stored("acme", "p").await),
        environment: "dev".parse().unwrap(),
        store: Some(setup.read_only_store().await),
        proxy: setup.proxy.clone(),
        integrations: Arc::clone(&setup.integrations),
        access: Access::Normal,
    })
    .with_actions(script.clone());
    for (integration, connection) in [("p", "acme"), ("q", "globex")] {
        host.trigger_action(&call("outer"), action(integration, connection, "remember")).await.unwrap();
        assert_eq!(stored(connection, integration).await.connection.metadata, None);
    }
    assert_eq!(metadata(&host).await.value, Some(object(json!({"remembered": true}))));
    let other = host.connection(&call("outer"), query(Some("q"), Some("globex"))).await.unwrap();
    assert_eq!(other["metadata"], json!(null));
    assert!(script.asked.lock().unwrap().iter().all(|(_, mode, _)| *mode == Mode::Dry));
}
