//! One run, before it starts.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::encoding::{optional_json, shared};
use crate::{ConnectionId, EnvironmentName, Event, Function, IntegrationId, Limits, RequestId, RootBudget};

/// A run's id: a UUID version 7 (RFC 9562), so that ids sort by time. Stable over a run's attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Uuid);

impl RunId {
    /// A new id, from the clock and the operating system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// Reads an id from its text form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What happens to the connection around the run, in Nango's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// The connection is being created.
    Creation,
    /// The connection exists and got new credentials.
    Override,
    /// The connection is being deleted.
    Deletion,
    /// The connection's access token is being refreshed. No function runs for that.
    Refresh,
}

impl Operation {
    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The operation of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Why a run happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trigger {
    /// A connection reached a lifecycle event.
    Event {
        /// The event.
        event: Event,
        /// The operation that led to it.
        operation: Operation,
    },
    /// An action was called.
    Action {
        /// What it was called with; `None`, which the function sees as `undefined`, where there was no input at all.
        #[serde(with = "optional_json")]
        input: Option<serde_json::Value>,
    },
}

impl Trigger {
    /// The event, if it was one.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        match self {
            Self::Event { event, .. } => Some(*event),
            Self::Action { .. } => None,
        }
    }

    /// The operation around an event.
    #[must_use]
    pub fn operation(&self) -> Option<Operation> {
        match self {
            Self::Event { operation, .. } => Some(*operation),
            Self::Action { .. } => None,
        }
    }
}

/// Whether a run's effects are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mode {
    /// Metadata writes are stored.
    Live,
    /// Nothing is stored; HTTP requests are real.
    Dry,
}

/// What happens when the metadata before the run, or an action's input or output, violates the declared schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// A warning in the report, and nothing else.
    #[default]
    Warn,
    /// An action's input is enforced, and nothing else: who calls it is told before it starts, and what it did is not
    /// undone by calling its output wrong.
    EnforceInput,
    /// Outcome `failed`, with type `invalid_metadata`, `invalid_action_input` or `invalid_action_output`. But for
    /// output, the function does not start.
    Enforce,
}

/// What a function can read about its connection without a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionFacts {
    /// `nango.connectionId`.
    pub connection_id: ConnectionId,
    /// `nango.providerConfigKey`: the integration's unique key.
    pub integration: IntegrationId,
    /// `nango.provider`: the provider template's name.
    pub provider: String,
}

/// One run to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invocation {
    /// The run's id.
    pub run_id: RunId,
    /// The function to run.
    #[serde(with = "shared")]
    pub function: Arc<Function>,
    /// Why it runs.
    pub trigger: Trigger,
    /// The connection it runs for.
    pub connection: ConnectionFacts,
    /// The environment of that connection.
    pub environment: EnvironmentName,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// What a provider can tell repetitions by: the same in every attempt. `None` for the run's id, which is that, too.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// Whether somebody replayed the event that this is an attempt of.
    #[serde(default)]
    pub is_replay: bool,
    /// Whether effects are kept.
    pub mode: Mode,
    /// What to do about values that violate their schemas.
    pub validation: Validation,
    /// What the run may use.
    pub limits: Limits,
    /// The run that triggered this one with `nango.triggerAction`.
    pub caller_run_id: Option<RunId>,
    /// The deployment that the function is of; `None` with the functions of a project folder.
    pub deployment: Option<String>,
    /// The request that led to it; `None` where none did.
    pub request_id: Option<RequestId>,
    /// How many runs wait for this one: 0, unless a function triggered it.
    pub depth: u32,
    /// What it shares with the run that triggered it. It stays in the process.
    #[serde(skip)]
    pub budget: RootBudget,
}

impl Invocation {
    /// A live first attempt with default limits; the operation is the event's usual one, an action's input is `null`.
    #[must_use]
    pub fn new(function: Arc<Function>, connection: ConnectionFacts, environment: EnvironmentName) -> Self {
        let trigger = match function.event() {
            Some(event @ (Event::PostConnectionCreation | Event::ValidateConnection)) => {
                Trigger::Event { event, operation: Operation::Creation }
            }
            Some(event @ Event::PreConnectionDeletion) => {
                Trigger::Event { event, operation: Operation::Deletion }
            }
            None => Trigger::Action { input: Some(serde_json::Value::Null) },
        };
        Self {
            run_id: RunId::generate(),
            trigger,
            function,
            connection,
            environment,
            attempt: 1,
            idempotency_key: None,
            is_replay: false,
            mode: Mode::Live,
            validation: Validation::default(),
            limits: Limits::default(),
            caller_run_id: None,
            deployment: None,
            request_id: None,
            depth: 0,
            budget: RootBudget::default(),
        }
    }
}
