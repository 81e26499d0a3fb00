//! What is known of the refreshes of a connection's access token.

use jiff::Timestamp;
use onevent_contract::{Credentials, RunId};
use strum::{EnumString, IntoStaticStr};

/// What came of the last refreshes of a connection's access token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshState {
    /// When a new token came last; `None` where the token is the one that somebody handed in.
    pub refreshed_at: Option<Timestamp>,
    /// What failed since then, last.
    pub failure: Option<RefreshFailure>,
    /// On how many days the provider refused since then.
    pub refused_days: u32,
}

/// A refresh that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshFailure {
    /// When.
    pub at: Timestamp,
    /// How.
    pub kind: RefreshFailureKind,
    /// In words, without secrets.
    pub message: String,
}

/// How a refresh failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RefreshFailureKind {
    /// The provider said no.
    Refused,
    /// The provider said nothing about it.
    Unavailable,
}

impl RefreshFailureKind {
    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How a refresh ended.
#[derive(Debug, Clone)]
pub enum RefreshEnd {
    /// With a new token.
    Renewed {
        /// What was refreshed.
        old: Box<Credentials>,
        /// What came of it.
        new: Box<Credentials>,
    },
    /// Without one.
    Failed {
        /// What was to be refreshed.
        old: Box<Credentials>,
        /// How.
        kind: RefreshFailureKind,
        /// In words, without secrets.
        message: String,
        /// The run that needed the token, if one did.
        run_id: Option<RunId>,
    },
    /// Nothing was done: it was not necessary any more.
    Unnecessary,
}

/// What followed from the end of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshConsequence {
    /// The connection has the new token; or, after a failure, nothing but that it is known.
    Noted,
    /// The connection was given other credentials meanwhile: what came, or did not come, of its old ones is of no
    /// concern any more.
    Overtaken,
    /// The provider refused for the first time on this day.
    RefusedOnAnotherDay,
    /// The same, and that was one day too many: the connection is marked as an auth error (`refresh_exhausted`).
    Exhausted,
}
