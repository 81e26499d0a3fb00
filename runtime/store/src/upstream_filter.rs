//! Which connections of a Nango are listed, and the names of what was decided about them.

use onevent_contract::EnvironmentName;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The names of what can be decided: those of [`UpstreamState`](crate::UpstreamState).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum UpstreamStateName {
    /// [`UpstreamState::Known`](crate::UpstreamState::Known).
    Known,
    /// [`UpstreamState::Accepted`](crate::UpstreamState::Accepted).
    Accepted,
    /// [`UpstreamState::Rejected`](crate::UpstreamState::Rejected).
    Rejected,
    /// [`UpstreamState::ToDelete`](crate::UpstreamState::ToDelete).
    ToDelete,
    /// [`UpstreamState::DeletedBehind`](crate::UpstreamState::DeletedBehind).
    DeletedBehind,
}

impl UpstreamStateName {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The one that is written so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// As columns: `state`, and `to_delete` as 1 or 0. One to be deleted is a rejected one.
    pub(crate) fn columns(self) -> (&'static str, i64) {
        match self {
            Self::ToDelete => (Self::Rejected.as_str(), 1),
            other => (other.as_str(), 0),
        }
    }

    pub(crate) fn of_columns(state: &str, to_delete: i64) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|name| name.columns() == (state, to_delete))
    }
}

/// Which connections of a Nango to list.
#[derive(Debug, Clone)]
pub struct UpstreamFilter {
    /// Of this environment.
    pub environment: EnvironmentName,
    /// About which this was decided; of any state where it is `None`.
    pub state: Option<UpstreamStateName>,
    /// At most this many; all where it is `None`.
    pub limit: Option<u32>,
    /// After so many times `limit`.
    pub page: u32,
}

impl UpstreamFilter {
    /// All of an environment.
    #[must_use]
    pub fn of(environment: EnvironmentName) -> Self {
        Self { environment, state: None, limit: None, page: 0 }
    }
}
