//! What can be decided about a connection of a Nango, and which of them are listed.

use onevent_contract::{EnvironmentName, RunId};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::StoreError;
use crate::database::UpstreamStateColumns;

/// What was decided about a connection of a Nango.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamState {
    /// It was there before anybody looked, or nothing was decided yet.
    Known,
    /// Its credentials were accepted.
    Accepted,
    /// Its credentials were refused: it is not used until others are accepted.
    Rejected {
        /// What the validation said.
        message: String,
        /// The run that found it; `None` where no run did.
        run_id: Option<RunId>,
    },
    /// Its first credentials were refused, and Nango has not deleted it yet. It was never in use.
    ToDelete {
        /// What the validation said.
        message: String,
        /// The run that found it.
        run_id: Option<RunId>,
    },
    /// It was deleted without anybody here being asked: it could not be cleaned up.
    DeletedBehind,
}

impl UpstreamState {
    /// The run that found that the credentials are no good.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        match self {
            Self::Rejected { run_id, .. } | Self::ToDelete { run_id, .. } => *run_id,
            Self::Known | Self::Accepted | Self::DeletedBehind => None,
        }
    }

    /// What the validation said, where the credentials were refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Rejected { message, .. } | Self::ToDelete { message, .. } => Some(message),
            Self::Known | Self::Accepted | Self::DeletedBehind => None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> UpstreamStateName {
        match self {
            Self::Known => UpstreamStateName::Known,
            Self::Accepted => UpstreamStateName::Accepted,
            Self::Rejected { .. } => UpstreamStateName::Rejected,
            Self::ToDelete { .. } => UpstreamStateName::ToDelete,
            Self::DeletedBehind => UpstreamStateName::DeletedBehind,
        }
    }

    pub(crate) fn columns(&self) -> UpstreamStateColumns {
        let (state, to_delete) = self.name().columns();
        UpstreamStateColumns {
            state: state.to_owned(),
            to_delete,
            message: self.refusal().map(str::to_owned),
            run_id: self.run_id().map(|run| run.to_string()),
        }
    }

    pub(crate) fn from_columns(columns: UpstreamStateColumns) -> Result<Self, StoreError> {
        let corrupt = || StoreError::corrupt("state of a connection of a Nango");
        let UpstreamStateColumns { state, to_delete, message, run_id } = columns;
        let run_id = run_id.map(|id| RunId::parse(&id).ok_or_else(|| StoreError::corrupt("run id")));
        let run_id = run_id.transpose()?;
        let name = UpstreamStateName::of_columns(&state, to_delete).ok_or_else(corrupt)?;
        match (name, message) {
            (UpstreamStateName::Known, None) => Ok(Self::Known),
            (UpstreamStateName::Accepted, None) => Ok(Self::Accepted),
            (UpstreamStateName::Rejected, Some(message)) => Ok(Self::Rejected { message, run_id }),
            (UpstreamStateName::ToDelete, Some(message)) => Ok(Self::ToDelete { message, run_id }),
            (UpstreamStateName::DeletedBehind, None) => Ok(Self::DeletedBehind),
            _ => Err(corrupt()),
        }
    }
}

/// The names of what can be decided: those of [`UpstreamState`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum UpstreamStateName {
    /// [`UpstreamState::Known`].
    Known,
    /// [`UpstreamState::Accepted`].
    Accepted,
    /// [`UpstreamState::Rejected`].
    Rejected,
    /// [`UpstreamState::ToDelete`].
    ToDelete,
    /// [`UpstreamState::DeletedBehind`].
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

    fn of_columns(state: &str, to_delete: i64) -> Option<Self> {
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
