//! What becomes of a value.

use deno_ast::swc::ast::Id;

/// What becomes of a value where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Using {
    /// It is awaited, returned, handed on or kept: somebody else's to await.
    Kept,
    /// `await`
    Awaited,
    /// An array of promises, of which `await` awaits none.
    AwaitedInArray,
    /// Nothing.
    Dropped,
    /// `forEach` drops it.
    DroppedByForEach,
    /// It decides about a branch.
    Condition,
    /// It is read as if it were the result.
    Read,
    /// It is the value of this variable.
    Variable(Id),
    /// It lies in an array that is the value of this variable.
    InVariable(Id),
    /// `Promise.all` and its like take it as an array; this becomes of the promise of all.
    AllOf(Box<Using>),
}

impl Using {
    /// What becomes of each element of an array that this becomes of.
    pub(super) fn element(&self) -> Self {
        match self {
            Self::Dropped => Self::Dropped,
            Self::DroppedByForEach => Self::DroppedByForEach,
            Self::Awaited => Self::AwaitedInArray,
            Self::Variable(name) => Self::InVariable(name.clone()),
            Self::AllOf(all) => (**all).clone(),
            Self::Kept | Self::AwaitedInArray | Self::Condition | Self::Read | Self::InVariable(_) => {
                Self::Kept
            }
        }
    }

    /// What becomes of a value itself that is taken as an array of promises.
    pub(super) fn itself(&self) -> &Self {
        match self {
            Self::AllOf(all) => all.itself(),
            other => other,
        }
    }

    /// Whether it is lost for sure, wherever it came from.
    pub(super) fn is_lost(&self) -> bool {
        match self.itself() {
            Self::Kept | Self::Awaited | Self::Variable(_) | Self::InVariable(_) | Self::AllOf(_) => false,
            Self::AwaitedInArray | Self::Dropped | Self::DroppedByForEach | Self::Condition | Self::Read => {
                true
            }
        }
    }
}
