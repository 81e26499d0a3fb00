//! An act of the audit log, as data.

use jiff::Timestamp;
use onevent_contract::{EnvironmentName, JsonObject};
use strum::{EnumString, IntoStaticStr};

use crate::{ApiKeyId, AuditEntryId};

/// How many acts a list holds unless the caller says otherwise.
pub const DEFAULT_AUDIT_LIMIT: u32 = 50;
/// How the command line is called as an actor.
const CLI: &str = "cli";

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at the command line of the machine that the database is on.
    Cli,
    /// Whoever holds this key of the HTTP API.
    Key(ApiKeyId),
}

impl Actor {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name == CLI { Some(Self::Cli) } else { ApiKeyId::parse(name).map(Self::Key) }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cli => f.write_str(CLI),
            Self::Key(id) => id.fmt(f),
        }
    }
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum AuditAction {
    /// An event was put into the queue again.
    EventReplayed,
    /// An event will not be done.
    EventSkipped,
}

impl AuditAction {
    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An act of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// The id of what it was done to.
    pub subject: String,
    /// What else there is to say of it.
    pub detail: JsonObject,
}

/// Which acts to list.
#[derive(Debug, Clone)]
pub struct AuditFilter {
    /// Of this environment.
    pub environment: EnvironmentName,
    /// Done to what has this id.
    pub subject: Option<String>,
    /// At most this many; default [`DEFAULT_AUDIT_LIMIT`].
    pub limit: u32,
}

impl AuditFilter {
    /// The newest acts in an environment.
    #[must_use]
    pub fn of(environment: EnvironmentName) -> Self {
        Self { environment, subject: None, limit: DEFAULT_AUDIT_LIMIT }
    }
}
