//! What can be decided about a connection of a Nango.

use onevent_contract::RunId;

use crate::StoreError;
use crate::database::UpstreamStateColumns;
use crate::upstream_filter::UpstreamStateName;

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
