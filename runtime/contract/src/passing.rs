//! Whether what a run failed of may be over the next time.

use strum::{EnumString, IntoStaticStr};

use crate::ErrorType;

/// Whether the same may succeed the next time, nobody having mended anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// It may: the network, a provider that is down or takes no more requests, the time that it took, onevent's own fault.
    Yes,
    /// Somebody has to mend something first, or the function has decided.
    No,
    /// It depends on the answer that the function let through.
    ByAnswer,
}

/// The codes of answers that onevent gives to a run itself, in the place of Nango's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum ApiErrorCode {
    /// There is no such connection, integration or action.
    NotFound,
    /// There is no such integration.
    UnknownProviderConfig,
    /// The integration has no provider.
    UnknownProvider,
    /// There is no such connection.
    UnknownConnection,
    /// The connection has to be connected again.
    InvalidCredentials,
    /// The same where Nango's proxy says so, and other refusals of it.
    ServerError,
    /// The access token could not be refreshed, and nobody has refused that: the provider did not answer, or was asked a
    /// moment ago.
    ConnectionRefreshBackoff,
    /// Actions trigger each other too deeply.
    ActionDepthExceeded,
    /// An action failed without an error.
    ScriptInternalError,
    /// The run did not start: all places are taken, and as many runs wait as may.
    QueueFull,
    /// The run did not start: it waited for a place as long as a run may.
    QueueExpired,
    /// The run did not start: all places are taken, and its environment, integration or connection has its share of the
    /// queue.
    OverShare,
}

impl ApiErrorCode {
    /// The wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The code of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Whether the same may succeed the next time.
    #[must_use]
    pub fn passing(self) -> Passing {
        match self {
            Self::ConnectionRefreshBackoff | Self::QueueFull | Self::QueueExpired | Self::OverShare => {
                Passing::Yes
            }
            Self::NotFound
            | Self::UnknownProviderConfig
            | Self::UnknownProvider
            | Self::UnknownConnection
            | Self::InvalidCredentials
            | Self::ServerError
            | Self::ActionDepthExceeded
            | Self::ScriptInternalError => Passing::No,
        }
    }
}

impl ErrorType {
    /// Whether the same may succeed the next time. Every kind is decided here: a new one does not compile before that.
    #[must_use]
    pub fn passing(self) -> Passing {
        match self {
            Self::ScriptNetworkError
            | Self::ScriptApiRateLimitError
            | Self::ExecutionTimeout
            | Self::IsolateLost
            | Self::HostFailure => Passing::Yes,
            Self::ScriptHttpError => Passing::ByAnswer,
            Self::ActionScriptRuntimeError
            | Self::ScriptInternalError
            | Self::ScriptAborted
            | Self::CpuLimitExceeded
            | Self::HeapLimitExceeded
            | Self::WorkerCrashed
            | Self::NeverSettled
            | Self::InvalidMetadata
            | Self::InvalidActionInput
            | Self::InvalidActionOutput
            | Self::ScriptOutputTooLarge
            | Self::CompileError => Passing::No,
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}
