//! Runs of actions that other runs trigger.

use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{
    Clock as _, CompletedRun, ConnectionFacts, ErrorType, Event, Function, FunctionKey, FunctionKind, Host,
    Invocation, Limits, MetadataReport, Mode, Outcome, RunError, RunId, RunReport, SystemClock, Usage,
};
use onevent_engine::{Project, RunRefused};
use onevent_hosts::{ActionRun, ActionRunner as _};
use onevent_lifecycle::{ActionRecords, ProjectActions, Runner};
use onevent_store::RunFilter;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::script::{NoHost, Stage};

/// Runs an action that ends by itself, or only when it is stopped.
struct Acting {
    waits: bool,
    entered: Notify,
}

#[async_trait]
impl Runner for Acting {
    async fn run(
        &self,
        invocation: Invocation,
        _: Arc<dyn Host>,
        stop: CancellationToken,
    ) -> Result<CompletedRun, RunRefused> {
        self.entered.notify_one();
        let (mut outcome, mut error) = (Outcome::Succeeded, None);
        if self.waits {
            stop.cancelled().await;
            outcome = Outcome::Stopped;
            error = Some(RunError::new(ErrorType::ScriptAborted, "the run was cancelled"));
        }
        let report = RunReport {
            schema_version: 1,
            run_id: invocation.run_id,
            function: invocation.function.key.name.clone(),
            integration: invocation.connection.integration.clone(),
            event: None,
            operation: None,
            connection_id: invocation.connection.connection_id.clone(),
            environment: invocation.environment.clone(),
            mode: invocation.mode,
            attempt: invocation.attempt,
            caller_run_id: invocation.caller_run_id,
            deployment: invocation.deployment.clone(),
            request_id: invocation.request_id.clone(),
            started_at: SystemClock.now(),
            outcome,
            verdict: None,
            error,
            output: Some(json!(1)),
            warnings: Vec::new(),
            metadata: MetadataReport::default(),
            http: Vec::new(),
            logs: Vec::new(),
            usage: Usage::default(),
            timings: None,
        };
        Ok(CompletedRun { report, returned: Some(json!(1)) })
    }
}

fn actions(runner: &Arc<Acting>, records: &ActionRecords) -> ProjectActions {
    let mut project = Project::default();
    project.functions.push(Arc::new(Function {
        kind: FunctionKind::Action { input: None, output: None },
        ..(*crate::script::function("salesforce", Event::ValidateConnection, "act")).clone()
    }));
    ProjectActions {
        runner: runner.clone(),
        project: Arc::new(project),
        limits: Arc::new(|_| Limits::default()),
        clock: Arc::new(SystemClock),
        deployment: None,
        records: Some(records.clone()),
    }
}

fn triggered(caller: RunId, mode: Mode) -> ActionRun {
    ActionRun {
        budget: onevent_contract::RootBudget::default(),
        run_id: RunId::generate(),
        action: FunctionKey { integration: "salesforce".parse().unwrap(), name: "act".parse().unwrap() },
        input: json!(null),
        connection: ConnectionFacts {
            connection_id: "acme".parse().unwrap(),
            integration: "salesforce".parse().unwrap(),
            provider: "salesforce".into(),
        },
        caller,
        request_id: None,
        environment: "dev".parse().unwrap(),
        mode,
        deadline: SystemClock.monotonic() + std::time::Duration::from_secs(60),
        depth: 1,
        host: Arc::new(NoHost),
    }
}

async fn stored(stage: &Stage) -> Vec<(Option<RunId>, Outcome)> {
    let runs = stage.store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap();
    runs.into_iter().map(|run| (run.caller_run_id, run.outcome)).collect()
}

#[tokio::test]
async fn a_live_run_of_an_action_is_kept_with_its_caller_and_a_dry_one_is_not() {
    let stage = Stage::set(&[]).await;
    let records = ActionRecords::new(stage.store.clone());
    let actions = actions(&Arc::new(Acting { waits: false, entered: Notify::new() }), &records);
    let caller = RunId::generate();
    actions.run_action(triggered(caller, Mode::Dry)).await.unwrap();
    assert_eq!(stored(&stage).await, []);
    let run = triggered(caller, Mode::Live);
    let asked = run.run_id;
    let report = actions.run_action(run).await.unwrap().report;
    assert_eq!((report.caller_run_id, report.run_id), (Some(caller), asked));
    assert_eq!(stored(&stage).await, [(Some(caller), Outcome::Succeeded)]);
}

#[tokio::test]
async fn an_action_whose_caller_goes_away_is_stopped_and_kept() {
    let stage = Stage::set(&[]).await;
    let records = ActionRecords::new(stage.store.clone());
    let runner = Arc::new(Acting { waits: true, entered: Notify::new() });
    let actions = actions(&runner, &records);
    let caller = RunId::generate();
    let task = tokio::spawn(async move { actions.run_action(triggered(caller, Mode::Live)).await });
    runner.entered.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    records.complete().await;
    assert_eq!(stored(&stage).await, [(Some(caller), Outcome::Stopped)]);
}

#[tokio::test]
async fn an_action_whose_run_cannot_be_kept_does_not_succeed() {
    let stage = Stage::set(&[]).await;
    let records = ActionRecords::new(stage.store.clone());
    let actions = actions(&Arc::new(Acting { waits: false, entered: Notify::new() }), &records);
    stage.store.close().await;
    let refused = actions.run_action(triggered(RunId::generate(), Mode::Live)).await.unwrap_err();
    assert!(format!("{refused:?}").contains("could not be stored"), "{refused:?}");
}
