//! What the queue holds.

use std::time::Duration;

use jiff::Timestamp;
use onevent_contract::{
    ConnectionId, EnvironmentName, FunctionName, IntegrationId, Operation, RequestId, RunId,
};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::token::Token;
use crate::{ConnectionKey, DeploymentId, EventId};

/// How many events a list holds unless the caller says otherwise.
pub const DEFAULT_EVENT_LIMIT: u32 = 50;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// One `post-connection-creation` function is to run.
    Setup,
    /// An action is to run, and nobody waits for it.
    Action,
    /// One webhook is to be delivered to the operator's app.
    Webhook,
    /// One `pre-connection-deletion` function is to run, for a connection in quarantine.
    Cleanup,
}

impl EventKind {
    /// Every kind.
    pub const ALL: &'static [EventKind] = Self::VARIANTS;

    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The lane: events of a connection that share one are done one after the other.
    pub(crate) fn lane(self, id: EventId) -> String {
        match self {
            Self::Setup | Self::Cleanup => "functions".to_owned(),
            Self::Webhook => "webhooks".to_owned(),
            Self::Action => id.to_string(),
        }
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum EventState {
    /// It is to be done, or somebody is at it.
    Waiting,
    /// It was done.
    Done,
    /// It was done, and did not succeed: an action or a webhook.
    Failed,
    /// A setup or a cleanup that failed for good: a dead letter, for a person to replay or to skip.
    Dead,
    /// A person decided that it will not be done.
    Skipped,
}

impl EventState {
    /// Every state.
    pub const ALL: &'static [EventState] = Self::VARIANTS;

    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// An event to be put into the queue.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The connection that it is about.
    pub connection: ConnectionKey,
    /// What it is about.
    pub kind: EventKind,
    /// The function that is to run.
    pub function: Option<FunctionName>,
    /// The operation that led to it.
    pub operation: Option<Operation>,
    /// Whose code is to run; `None` with the functions of a project folder.
    pub deployment: Option<DeploymentId>,
    /// The request that led to it; `None` where none did.
    pub request_id: Option<RequestId>,
    /// What else there is to know. It is sealed before it reaches the database.
    pub payload: Value,
    /// Not before so long from now.
    pub due_in: Duration,
}

impl NewEvent {
    /// An event that is due at once, and of which nothing more is known.
    #[must_use]
    pub fn new(kind: EventKind, connection: ConnectionKey) -> Self {
        Self {
            connection,
            kind,
            function: None,
            operation: None,
            deployment: None,
            request_id: None,
            payload: Value::Null,
            due_in: Duration::ZERO,
        }
    }
}

/// An event in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSummary {
    /// Its id.
    pub id: EventId,
    /// Grows in the order in which events were committed.
    pub position: i64,
    /// The connection that it is about; it may be gone.
    pub connection: ConnectionKey,
    /// What it is about.
    pub kind: EventKind,
    /// The function that is to run, or ran.
    pub function: Option<FunctionName>,
    /// The operation that led to it.
    pub operation: Option<Operation>,
    /// Whose code it is meant for.
    pub deployment: Option<DeploymentId>,
    /// The request that led to it; `None` where none did.
    pub request_id: Option<RequestId>,
    /// What became of it.
    pub state: EventState,
    /// How often it was begun.
    pub attempt: u32,
    /// How many of these were before it was replayed last; `None` where it never was.
    pub replayed_after: Option<u32>,
    /// Nobody begins it before then.
    pub due_at: Timestamp,
    /// Until when it is somebody's, unless that one renews its lease; `None` where nobody is at it.
    pub leased_until: Option<Timestamp>,
    /// What went wrong last.
    pub error: Option<String>,
    /// The run that it led to.
    pub run_id: Option<RunId>,
    /// When it came into the queue.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// An event of the queue, with what is sealed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuedEvent {
    /// What lists show of it.
    pub summary: EventSummary,
    /// What else there is to know.
    pub payload: Value,
    /// What an action returned.
    pub result: Option<Value>,
}

/// An event in the hands of whoever works on it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The event.
    pub event: QueuedEvent,
    pub(crate) token: Token,
}

impl Claim {
    /// The event's id.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.event.summary.id
    }

    /// The connection that it is about.
    #[must_use]
    pub fn connection(&self) -> &ConnectionKey {
        &self.event.summary.connection
    }

    /// 1 when it was begun for the first time.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.event.summary.attempt
    }

    /// The same since it was replayed last: what retries are counted from.
    #[must_use]
    pub fn attempt_since_replay(&self) -> u32 {
        self.attempt().saturating_sub(self.event.summary.replayed_after.unwrap_or_default())
    }
}

/// How an event ends.
#[derive(Debug, Clone, PartialEq)]
pub enum EventEnd {
    /// It was done.
    Done {
        /// The run that it led to.
        run: Option<RunId>,
        /// What an action returned. It is sealed before it reaches the database.
        result: Option<Value>,
    },
    /// It was done, and did not succeed.
    Failed {
        /// The run that it led to.
        run: Option<RunId>,
        /// Why, in words.
        error: String,
    },
    /// The same, and it waits for a person.
    Dead {
        /// The run that it led to.
        run: Option<RunId>,
        /// Why, in words.
        error: String,
    },
}

/// An attempt that was made before its event came into the queue, and did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAttempt {
    /// Its run; the event gets the same id, as if it had led to it.
    pub run: RunId,
    /// Why it did not succeed, in words.
    pub error: String,
    /// What follows.
    pub then: Then,
}

/// What follows an attempt that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is tried again, so long from now.
    Retry(Duration),
    /// It waits for a person.
    Dead,
}

/// Why an event goes back into the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutBack {
    /// Nothing was begun: this was no attempt.
    NotBegun,
    /// It did not succeed and is tried again.
    Retry {
        /// Why it did not, in words.
        error: String,
    },
}

/// Which events to list.
#[derive(Debug, Clone)]
pub struct EventFilter {
    /// Of this environment.
    pub environment: EnvironmentName,
    /// In this state.
    pub state: Option<EventState>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// Of this function.
    pub function: Option<FunctionName>,
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// Of the connections with this id.
    pub connection_id: Option<ConnectionId>,
    /// At most this many; default [`DEFAULT_EVENT_LIMIT`].
    pub limit: u32,
}

impl EventFilter {
    /// The newest events of an environment.
    #[must_use]
    pub fn of(environment: EnvironmentName) -> Self {
        Self {
            environment,
            state: None,
            kind: None,
            function: None,
            integration: None,
            connection_id: None,
            limit: DEFAULT_EVENT_LIMIT,
        }
    }
}
