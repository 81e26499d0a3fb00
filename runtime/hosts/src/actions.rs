//! `nango.triggerAction`: an action as a run of its own, inside the run that calls it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use onevent_contract::{
    ActionCall, ActionEnd, ApiErrorCode, CallContext, CompletedRun, ConnectionFacts, EnvironmentName,
    ErrorType, FunctionKey, Host, HostError, Instant, JsonObject, MAX_ACTION_DEPTH, MAX_TRIGGERED_AT_ONCE,
    Mode, Outcome, RequestId, RootBudget, RunError, RunId, TriggeredAction, limit_met,
};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::answers::api;
use crate::triggered::TriggeredHost;

/// One run of an action that a function triggered.
pub struct ActionRun {
    /// The id of the run.
    pub run_id: RunId,
    /// The action.
    pub action: FunctionKey,
    /// What it is called with; `null` for nothing.
    pub input: Value,
    /// The connection it runs for. It exists.
    pub connection: ConnectionFacts,
    /// The run that triggers it.
    pub caller: RunId,
    /// The request that led to its caller.
    pub request_id: Option<RequestId>,
    /// The caller's environment.
    pub environment: EnvironmentName,
    /// The caller's mode: what a dry run triggers is dry.
    pub mode: Mode,
    /// When the caller will be stopped. The action has to end before.
    pub deadline: Instant,
    /// How many runs wait for this one.
    pub depth: u32,
    /// What it shares with its caller.
    pub budget: RootBudget,
    /// What stands behind `nango` in the action.
    pub host: Arc<dyn Host>,
}

/// Why an action did not start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActionNotRun {
    /// The integration has no such action.
    Unknown {
        /// In words.
        message: String,
    },
    /// It has one that cannot be loaded.
    Broken {
        /// In words.
        message: String,
    },
    /// There was no place for its run; a little later there may be one.
    NoPlace {
        /// Why not.
        code: ApiErrorCode,
        /// In words.
        message: String,
    },
    /// It could not be started.
    Refused {
        /// In words.
        message: String,
    },
}

/// What runs actions: the project with an engine. Hosts know neither.
#[async_trait]
pub trait ActionRunner: Send + Sync {
    /// Runs an action to its end. Dropping the future stops it.
    ///
    /// # Errors
    /// [`ActionNotRun`] when it did not start.
    async fn run_action(&self, run: ActionRun) -> Result<CompletedRun, ActionNotRun>;
}

/// Turns of triggered runs, for each level. One that waits holds none that others on its level wait for, so the deepest go on.
struct Turns(Vec<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        let of_level = |level: u32| Semaphore::new((MAX_TRIGGERED_AT_ONCE >> level).max(1));
        Self((0..MAX_ACTION_DEPTH).map(of_level).collect())
    }
}

impl Turns {
    /// Waits for one of runs that are triggered with this depth: 1 for those that a root run triggers.
    async fn of_depth(&self, depth: u32) -> Option<SemaphorePermit<'_>> {
        let level = usize::try_from(depth).unwrap_or(usize::MAX).saturating_sub(1);
        let turns = self.0.get(level).or(self.0.last())?;
        // It is never closed.
        turns.acquire().await.ok()
    }
}

/// The actions that a host's runs may trigger.
#[derive(Clone, Default)]
pub(crate) struct Actions {
    runner: Option<Arc<dyn ActionRunner>>,
    depth: u32,
    turns: Arc<Turns>,
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actions").field("depth", &self.depth).finish_non_exhaustive()
    }
}

impl Actions {
    pub(crate) fn new(runner: Arc<dyn ActionRunner>) -> Self {
        Self { runner: Some(runner), depth: 0, turns: Arc::default() }
    }

    /// What the runs that are triggered from here may trigger themselves.
    ///
    /// # Errors
    /// There is nothing to run actions with, or they are nested too deeply.
    pub(crate) fn nested(&self) -> Result<Self, HostError> {
        if self.runner.is_none() {
            return Err(HostError::Unsupported { member: "triggerAction".into() });
        }
        if self.depth >= MAX_ACTION_DEPTH {
            let limit = limit_met("action_depth", MAX_ACTION_DEPTH, self.depth + 1);
            let message = format!("actions trigger each other too deep ({limit})");
            return Err(api(400, ApiErrorCode::ActionDepthExceeded, message));
        }
        Ok(Self { runner: self.runner.clone(), depth: self.depth + 1, turns: Arc::clone(&self.turns) })
    }

    /// How many runs wait for what is triggered from here.
    pub(crate) fn depth(&self) -> u32 {
        self.depth + 1
    }

    /// Runs the action, records that, and answers as Nango's API does.
    pub(crate) async fn run(&self, call: &CallContext, run: ActionRun) -> Result<Value, HostError> {
        match self.run_if_known(call, run).await? {
            Ok(output) => Ok(output),
            Err(message) => Err(api(404, ApiErrorCode::NotFound, message)),
        }
    }

    /// The same, told apart from there being no such action; then why, in words.
    pub(crate) async fn run_if_known(
        &self,
        call: &CallContext,
        run: ActionRun,
    ) -> Result<Result<Value, String>, HostError> {
        let Some(runner) = &self.runner else {
            return Err(HostError::Unsupported { member: "triggerAction".into() });
        };
        call.effects.budget().trigger()?;
        let _turn = self.turns.of_depth(run.depth).await;
        // The caller's report names the run, so that it can be told what it did; also where the caller ends first.
        let effect = call.effects.action(TriggeredAction {
            action: run.action.clone(),
            connection_id: run.connection.connection_id.clone(),
            run_id: run.run_id,
        });
        let host = Arc::new(TriggeredHost::new(run.host, call.effects.clone(), effect.id()));
        let completed = match runner.run_action(ActionRun { host, ..run }).await {
            Ok(completed) => completed,
            Err(ActionNotRun::Unknown { message }) => {
                effect.not_started();
                return Ok(Err(message));
            }
            Err(ActionNotRun::Broken { message }) => {
                effect.not_started();
                return Err(api(404, ApiErrorCode::NotFound, message));
            }
            // As a server answers that has too much to do.
            Err(ActionNotRun::NoPlace { code, message }) => {
                effect.not_started();
                return Err(api(503, code, message));
            }
            // It stays pending: nobody can say what it did.
            Err(ActionNotRun::Refused { message }) => return Err(HostError::Internal { message }),
        };
        effect.settled(ActionEnd::of(&completed.report));
        answer(completed).map(Ok)
    }
}

/// The key that a call names.
pub(crate) fn action_key(action: &ActionCall) -> FunctionKey {
    FunctionKey { integration: action.provider_config_key.clone(), name: action.name.clone() }
}

fn answer(CompletedRun { report, returned }: CompletedRun) -> Result<Value, HostError> {
    match (report.outcome, report.error) {
        (Outcome::Succeeded, _) => Ok(returned.unwrap_or_default()),
        (Outcome::Unknown, error) => {
            let message =
                error.map_or_else(|| "the action's outcome is unknown".into(), |error| error.message);
            Err(HostError::Internal { message })
        }
        (_, Some(error)) => Err(failed(&error)),
        (_, None) => Err(api(500, ApiErrorCode::ScriptInternalError, "the action failed".into())),
    }
}

fn failed(error: &RunError) -> HostError {
    let (status, error) = failed_action(error);
    HostError::Answer { status, body: json!({ "error": error }) }
}

/// The status of Nango's `POST /action/trigger` for an action that failed, and the `error` of its body.
#[must_use]
pub fn failed_action(error: &RunError) -> (u16, JsonObject) {
    let mut body = JsonObject::new();
    body.insert("message".into(), json!(error.message));
    body.insert("code".into(), json!(error.kind));
    body.insert("payload".into(), error.payload.clone());
    if let Some(properties) = &error.additional_properties {
        // A provider's answer that nobody caught has a name of its own here.
        if let Some(upstream) = properties.get("upstream_response") {
            body.insert("upstream".into(), upstream.clone());
        }
        body.insert("additional_properties".into(), properties.clone());
    }
    (status(error.kind), body)
}

/// Nango answers with a status for the kind of an error, whatever the provider's was.
fn status(kind: ErrorType) -> u16 {
    match kind {
        ErrorType::ScriptHttpError | ErrorType::ScriptApiRateLimitError => 424,
        ErrorType::ScriptAborted => 410,
        ErrorType::InvalidActionInput | ErrorType::InvalidActionOutput | ErrorType::ScriptOutputTooLarge => {
            400
        }
        _ => 500,
    }
}
