//! A stage: a real store, functions that are only names, and a script of how their runs end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    CallContext, Clock as _, CompletedRun, ConnectionDetails, Credentials, ErrorType, Event, Function,
    FunctionKey, FunctionKind, Host, HostAnswer, HostCall, HostError, Invocation, JsonObject, Limits,
    MetadataReport, Operation, Outcome, RunError, RunReport, SystemClock, Trigger, Usage, Verdict,
};
use onevent_engine::{Project, RunRefused};
use onevent_lifecycle::{Lifecycle, LifecycleOptions, Policies, Runner};
use onevent_store::{
    ConnectionKey, ConnectionSummary, DatabaseUrl, DetailsPatch, KeySource, NewConnection, Reconnection,
    RunFilter, SchemaName, Store, StoreMode, StoreOptions, StoredConnection, Visibility,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How a scripted run ends.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    Returns,
    ThrowsActionError(&'static str),
    /// An uncaught HTTP error with this body.
    HttpError(Value),
    HitsTheWallLimit,
    /// The first so many runs get no answer from the provider; the others return.
    FailsFirst(usize),
    /// onevent's own fault while the function ran.
    Unknown,
    /// The run does not start.
    Refused,
    /// There is no place for the first so many runs; the others return.
    NoPlaceAtFirst(usize),
    /// Never ends by itself, but when it is stopped.
    Hangs,
    /// Never ends.
    HangsForGood,
}

/// What a run saw when it ran.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) function: String,
    pub(crate) operation: Operation,
    pub(crate) limits: Limits,
    pub(crate) provider: String,
    /// Whether a list shows the connection while the run runs.
    pub(crate) listed: bool,
    /// Whether its event was replayed.
    pub(crate) is_replay: bool,
    /// The access token that the run's host would use.
    pub(crate) token: Option<String>,
    pub(crate) metadata: Option<JsonObject>,
}

/// Ends runs by the script, and notes what each of them saw.
pub(crate) struct ScriptedRunner {
    store: Store,
    endings: HashMap<String, Ending>,
    pub(crate) seen: Mutex<Vec<Seen>>,
    pub(crate) entered: Notify,
}

#[async_trait]
impl Runner for ScriptedRunner {
    async fn run(
        &self,
        invocation: Invocation,
        _: Arc<dyn Host>,
        stop: CancellationToken,
    ) -> Result<CompletedRun, RunRefused> {
        let Trigger::Event { event, operation } = invocation.trigger.clone() else { unreachable!() };
        let facts = &invocation.connection;
        let key = ConnectionKey::new(
            invocation.environment.clone(),
            facts.integration.clone(),
            facts.connection_id.clone(),
        );
        let own = self.store.connection(&key, Visibility::IncludingPending).await.unwrap();
        let listed = self.store.connection(&key, Visibility::Established).await.unwrap().is_some();
        self.seen.lock().unwrap().push(Seen {
            function: invocation.function.key.name.to_string(),
            operation,
            limits: invocation.limits.clone(),
            provider: facts.provider.clone(),
            listed,
            is_replay: invocation.is_replay,
            token: own.as_ref().map(token_of),
            metadata: own.and_then(|own| own.connection.metadata),
        });
        self.entered.notify_one();
        let ending = self.endings.get(invocation.function.key.name.as_str());
        let (outcome, error) = match ending.unwrap_or(&Ending::Returns) {
            Ending::Returns => (Outcome::Succeeded, None),
            Ending::ThrowsActionError(text) => {
                (Outcome::Rejected, Some(RunError::new(ErrorType::ActionScriptRuntimeError, *text)))
            }
            Ending::HttpError(body) => {
                let mut error =
                    RunError::new(ErrorType::ScriptHttpError, "Request failed with status code 401");
                error.payload = body.clone();
                (Outcome::Failed, Some(error))
            }
            Ending::HitsTheWallLimit => {
                let mut error =
                    RunError::new(ErrorType::ExecutionTimeout, "the wall-clock limit was reached");
                error.payload = json!({});
                (Outcome::Stopped, Some(error))
            }
            Ending::FailsFirst(count) => {
                let name = invocation.function.key.name.as_str();
                let ran = self.seen.lock().unwrap().iter().filter(|seen| seen.function == name).count();
                match ran <= *count {
                    true => {
                        let error = RunError::new(ErrorType::ScriptNetworkError, "connect ECONNREFUSED");
                        (Outcome::Failed, Some(error))
                    }
                    false => (Outcome::Succeeded, None),
                }
            }
            Ending::Unknown => {
                (Outcome::Unknown, Some(RunError::new(ErrorType::HostFailure, "the disk is full")))
            }
            Ending::NoPlaceAtFirst(count) => {
                let name = invocation.function.key.name.as_str();
                let asked = self.seen.lock().unwrap().iter().filter(|seen| seen.function == name).count();
                if asked <= *count {
                    return Err(RunRefused::QueueFull { most: 1 });
                }
                (Outcome::Succeeded, None)
            }
            Ending::Refused => return Err(RunRefused::Host { message: "no metadata".into() }),
            Ending::Hangs => {
                stop.cancelled().await;
                (Outcome::Stopped, Some(RunError::new(ErrorType::ScriptAborted, "the run was cancelled")))
            }
            Ending::HangsForGood => std::future::pending().await,
        };
        let report = report(&invocation, event, operation, outcome, error);
        Ok(CompletedRun { report, returned: None })
    }
}

fn report(
    invocation: &Invocation,
    event: Event,
    operation: Operation,
    outcome: Outcome,
    error: Option<RunError>,
) -> RunReport {
    RunReport {
        schema_version: 1,
        run_id: invocation.run_id,
        function: invocation.function.key.name.clone(),
        integration: invocation.connection.integration.clone(),
        event: Some(event),
        operation: Some(operation),
        output: None,
        connection_id: invocation.connection.connection_id.clone(),
        environment: invocation.environment.clone(),
        mode: invocation.mode,
        attempt: invocation.attempt,
        caller_run_id: invocation.caller_run_id,
        deployment: invocation.deployment.clone(),
        request_id: invocation.request_id.clone(),
        started_at: SystemClock.now(),
        outcome,
        verdict: (event == Event::ValidateConnection).then(|| Verdict::of(outcome, error.as_ref())).flatten(),
        error,
        warnings: Vec::new(),
        metadata: MetadataReport::default(),
        http: Vec::new(),
        logs: Vec::new(),
        usage: Usage::default(),
        timings: None,
    }
}

pub(crate) struct NoHost;

#[async_trait]
impl Host for NoHost {
    async fn call(&self, _: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        Err(call.unsupported())
    }
}

/// A stage with its script.
pub(crate) struct Stage {
    _folder: TempDir,
    pub(crate) store: Store,
    pub(crate) runner: Arc<ScriptedRunner>,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) interruption: CancellationToken,
}

impl Stage {
    /// The functions of `salesforce`, in the order of index.ts, each with how its runs end.
    pub(crate) async fn set(functions: &[(Event, &str, Ending)]) -> Self {
        Self::with_project(functions, project(functions), |_| Limits::default()).await
    }

    pub(crate) async fn with_project(
        functions: &[(Event, &str, Ending)],
        project: Project,
        limits: impl Fn(&FunctionKey) -> Limits + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            url: DatabaseUrl::sqlite(folder.path().join("onevent.sqlite3")),
            schema: SchemaName::default(),
            listen_url: None,
            key: KeySource::File,
            mode: StoreMode::ReadWrite,
            clock: Arc::new(SystemClock),
        })
        .await
        .unwrap();
        let runner = Arc::new(ScriptedRunner {
            store: store.clone(),
            endings: functions.iter().map(|(_, name, ending)| ((*name).into(), ending.clone())).collect(),
            seen: Mutex::default(),
            entered: Notify::new(),
        });
        let interruption = CancellationToken::new();
        let lifecycle = Lifecycle::new(LifecycleOptions {
            store: store.clone(),
            runner: runner.clone(),
            project: Arc::new(project),
            hosts: Arc::new(|_| Arc::new(NoHost)),
            limits: Arc::new(limits),
            wait: Duration::from_secs(300),
            clock: Arc::new(SystemClock),
            interruption: interruption.clone(),
            policies: Policies::default(),
            request_id: None,
        });
        Self { _folder: folder, store, runner, lifecycle, interruption }
    }

    /// The same database with another script.
    pub(crate) fn replay(&self, functions: &[(Event, &str, Ending)]) -> (Lifecycle, Arc<ScriptedRunner>) {
        let runner = Arc::new(ScriptedRunner {
            store: self.store.clone(),
            endings: functions.iter().map(|(_, name, ending)| ((*name).into(), ending.clone())).collect(),
            seen: Mutex::default(),
            entered: Notify::new(),
        });
        let lifecycle = Lifecycle::new(LifecycleOptions {
            store: self.store.clone(),
            runner: runner.clone(),
            project: Arc::new(project(functions)),
            hosts: Arc::new(|_| Arc::new(NoHost)),
            limits: Arc::new(|_| Limits::default()),
            wait: Duration::from_secs(300),
            clock: Arc::new(SystemClock),
            interruption: self.interruption.clone(),
            policies: Policies::default(),
            request_id: None,
        });
        (lifecycle, runner)
    }

    /// The same script, under other policies.
    pub(crate) fn under(&self, functions: &[(Event, &str, Ending)], policies: Policies) -> Lifecycle {
        self.under_runner(functions, policies, &self.runner)
    }

    /// Another script, under other policies.
    pub(crate) fn under_runner(
        &self,
        functions: &[(Event, &str, Ending)],
        policies: Policies,
        runner: &Arc<ScriptedRunner>,
    ) -> Lifecycle {
        Lifecycle::new(LifecycleOptions {
            store: self.store.clone(),
            runner: Arc::<ScriptedRunner>::clone(runner),
            project: Arc::new(project(functions)),
            hosts: Arc::new(|_| Arc::new(NoHost)),
            limits: Arc::new(|_| Limits::default()),
            wait: Duration::from_secs(300),
            clock: Arc::new(SystemClock),
            interruption: self.interruption.clone(),
            policies,
            request_id: None,
        })
    }

    /// The names of the functions that ran, in order.
    pub(crate) fn ran(&self) -> Vec<String> {
        names(&self.runner)
    }

    pub(crate) async fn connection(&self, id: &str) -> Option<StoredConnection> {
        self.store.connection(&key(id), Visibility::Established).await.unwrap()
    }

    pub(crate) async fn list(&self) -> Vec<ConnectionSummary> {
        self.store.connections(&"dev".parse().unwrap(), None).await.unwrap()
    }

    /// The stored runs, oldest first: function and outcome.
    pub(crate) async fn stored_runs(&self) -> Vec<(String, Outcome)> {
        let mut runs = self.store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap();
        runs.reverse();
        runs.into_iter().map(|run| (run.function.name.to_string(), run.outcome)).collect()
    }
}

pub(crate) fn names(runner: &ScriptedRunner) -> Vec<String> {
    runner.seen.lock().unwrap().iter().map(|seen| seen.function.clone()).collect()
}

pub(crate) fn project(functions: &[(Event, &str, Ending)]) -> Project {
    let mut project = Project::default();
    for (event, name, _) in functions {
        project.functions.push(function("salesforce", *event, name));
    }
    project
}

pub(crate) fn function(integration: &str, event: Event, name: &str) -> Arc<Function> {
    Arc::new(Function {
        key: FunctionKey { integration: integration.parse().unwrap(), name: name.parse().unwrap() },
        kind: FunctionKind::Event(event),
        description: None,
        path: format!("{integration}/on-events/{name}.ts"),
        modules: Arc::new([]),
        metadata_schema: None,
    })
}

pub(crate) fn key(id: &str) -> ConnectionKey {
    ConnectionKey::new("dev".parse().unwrap(), "salesforce".parse().unwrap(), id.parse().unwrap())
}

pub(crate) fn object(value: Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

pub(crate) fn credentials(token: &str) -> Credentials {
    Credentials::from_json(json!({"type": "OAUTH2", "access_token": token}), None).unwrap()
}

pub(crate) fn token_of(stored: &StoredConnection) -> String {
    stored.connection.credentials.text("access_token").unwrap().reveal().to_owned()
}

pub(crate) fn new_connection(id: &str, token: &str) -> NewConnection {
    NewConnection {
        key: key(id),
        provider: "salesforce".into(),
        credentials: credentials(token),
        connection_config: JsonObject::new(),
        metadata: Some(object(json!({"organizationId": "00D"}))),
        details: ConnectionDetails::default(),
    }
}

pub(crate) fn reconnection(token: &str) -> Reconnection {
    Reconnection {
        provider: "salesforce".into(),
        credentials: credentials(token),
        connection_config: Some(object(json!({"instance_url": "https://two.my.salesforce.com"}))),
        details: DetailsPatch::default(),
        metadata: None,
    }
}
