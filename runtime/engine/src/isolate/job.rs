//! What is asked of an isolate's thread, and what it answers.

use std::sync::Arc;

use onevent_contract::{
    CallContext, EffectLog, EnvironmentName, ErrorType, Frame, Host, Limits, ModuleSource, RunError,
    SchemaCheck, Timings,
};
use onevent_ops::Completion;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use super::meter::JobUsage;
use super::runtime::Interrupted;
use super::stop::{Lost, StopSignal};
use crate::inspect::DebuggedBy;

/// A function to run.
pub(crate) struct ExecuteJob {
    pub(crate) modules: Arc<[Arc<ModuleSource>]>,
    /// Whether the function is known to declare schemas.
    pub(crate) declares_schemas: bool,
    pub(crate) environment: EnvironmentName,
    pub(crate) limits: Limits,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) call: CallContext,
    /// Where the effects of the run are collected.
    pub(crate) log: Arc<EffectLog>,
    pub(crate) host_runtime: Handle,
    pub(crate) schema: Option<Arc<dyn SchemaCheck>>,
    /// The connection's metadata, on its way from the host.
    pub(crate) before: AbortOnDropHandle<Before>,
    /// What the function is called with; `None` once that was asked.
    pub(crate) facts: Option<Box<Facts>>,
    /// Whether another run waits for this one.
    pub(crate) nested: bool,
    pub(crate) debugger: DebuggedBy,
}

impl ExecuteJob {
    /// What the function is called with, now that the metadata before the run is known. It can be asked once.
    pub(crate) fn facts(&mut self, before: &Value) -> Result<Value, Box<RunError>> {
        let Some(facts) = self.facts.take() else {
            return Err(Box::new(RunError::new(ErrorType::HostFailure, "the run was begun twice")));
        };
        facts(before)
    }
}

/// `RunFacts` of `js-sdk/src/ops.ts` with that metadata, or why the function is not called with it.
pub(crate) type Facts = dyn FnOnce(&Value) -> Result<Value, Box<RunError>> + Send;

/// The metadata before the run, or what is wrong with the host.
pub(crate) type Before = Result<Value, String>;

/// A job that is under way.
pub(crate) struct UnderWay<T> {
    pub(crate) stop: Arc<StopSignal>,
    /// It comes before the isolate is gone.
    pub(crate) end: oneshot::Receiver<T>,
}

/// How waiting for a job ended.
pub(crate) enum Ended<T> {
    /// With what it came to.
    Answered(T),
    /// Its thread has ended without an answer.
    Unanswered,
    /// Its thread does not obey.
    Lost(Lost),
}

impl<T> UnderWay<T> {
    /// Waits for the end, whatever the thread does.
    pub(crate) async fn ended(&mut self) -> Ended<T> {
        tokio::select! {
            biased;
            end = &mut self.end => end.map_or(Ended::Unanswered, Ended::Answered),
            lost = self.stop.lost() => Ended::Lost(lost),
        }
    }
}

/// Why nothing of a run has happened.
#[derive(Debug)]
pub(crate) enum NotStarted {
    /// There is no isolate.
    Engine(String),
    /// The host could not read the connection.
    Host(String),
    /// Nobody wants it any more.
    Cancelled,
}

/// How a run ended.
pub(crate) struct ExecuteEnd {
    pub(crate) before: Value,
    pub(crate) settled: Result<Completion, Interrupted>,
    /// The frames of an exception that never reached the SDK.
    pub(crate) frames: Vec<Frame>,
    pub(crate) usage: JobUsage,
    pub(crate) timings: Timings,
}

/// What a function says about itself.
#[derive(Debug)]
pub(crate) struct Described {
    /// The SDK's JSON text.
    pub(crate) text: String,
    /// Whether it would say the same the next time: it read no clock, drew no random number, and left nothing under way.
    pub(crate) is_repeatable: bool,
}

/// How a description ended.
pub(crate) type DescribeEnd = Result<Described, Interrupted>;

/// Why a thread cannot hold an isolate.
pub(crate) struct NoThread(pub(super) String);

impl NoThread {
    fn message(&self) -> String {
        format!("the isolate's thread cannot work: {}", self.0)
    }
}

impl From<NoThread> for Interrupted {
    fn from(error: NoThread) -> Self {
        Self::Engine(error.message())
    }
}

impl From<NoThread> for NotStarted {
    fn from(error: NoThread) -> Self {
        Self::Engine(error.message())
    }
}
