//! Who uses a connection, and what for.

use onevent_contract::{ApiErrorCode, ConnectionId, EffectSender, HostError, LogLevel, RunId};
use onevent_store::{ConnectionKey, RefreshFailure, RefreshFailureKind, Visibility};

use super::due::{Demand, RefreshTiming};
use crate::Access;
use crate::answers::{NangoEndpoint, api};

/// What somebody may see and do of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) visibility: Visibility,
    pub(crate) access: Access,
    pub(crate) timing: RefreshTiming,
}

impl Rights {
    /// Of everybody who is not one of the connection's own runs.
    pub(crate) fn of_others() -> Self {
        let (visibility, access) = (Visibility::Established, Access::Normal);
        Self { visibility, access, timing: RefreshTiming::BeforeExpiry }
    }
}

/// A connection that somebody is about to use.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) endpoint: NangoEndpoint,
    pub(crate) key: ConnectionKey,
    pub(crate) rights: Rights,
    pub(crate) demand: Demand,
    /// The run that uses it, with its log; `None` where it is no run.
    pub(crate) run: Option<(RunId, EffectSender)>,
}

impl Ask {
    pub(crate) fn run_id(&self) -> Option<RunId> {
        self.run.as_ref().map(|(run_id, _)| *run_id)
    }

    /// A line in the log of the run.
    pub(crate) fn log(&self, level: LogLevel, message: String) {
        if let Some((_, effects)) = &self.run {
            effects.log(level, message, None);
        }
    }

    /// The answer to somebody who gets no token because of a failure that has just happened, or a moment ago.
    pub(crate) fn refused(&self, failure: &RefreshFailure) -> HostError {
        let code = match (failure.kind, self.endpoint) {
            (RefreshFailureKind::Unavailable, _) => ApiErrorCode::ConnectionRefreshBackoff,
            (RefreshFailureKind::Refused, NangoEndpoint::Connection) => ApiErrorCode::InvalidCredentials,
            (RefreshFailureKind::Refused, NangoEndpoint::Proxy | NangoEndpoint::Action) => {
                ApiErrorCode::ServerError
            }
        };
        api(424, code, not_refreshed(&self.key.connection_id, &failure.message))
    }

    /// The same while nobody is asked because of it.
    pub(crate) fn backs_off(&self, why: &str) -> HostError {
        api(424, ApiErrorCode::ConnectionRefreshBackoff, not_refreshed(&self.key.connection_id, why))
    }
}

fn not_refreshed(connection: &ConnectionId, why: &str) -> String {
    format!("the access token of connection `{connection}` could not be refreshed: {why}")
}
