//! Which owners of operations are alive.

use std::collections::HashSet;
use std::fmt;

use crate::StoreError;
use crate::token::Token;

/// Tells which owners of operations are alive.
pub(crate) trait Owners: Send + Sync {
    /// Becomes the owner of a new operation. The owner is alive until the answer is dropped, or its process ends.
    fn take(&self, token: Token) -> Result<Box<dyn Ownership>, StoreError>;

    /// Looks whether the owner of `token` is alive, and takes the place of one that is not. Only whoever holds the
    /// lock on the entry may ask: two who ask at once would take each other for the owner.
    fn probe(&self, token: Token) -> Result<Owner, StoreError>;

    /// Looks the same up and takes nothing, so that anybody may ask at any time.
    fn look(&self, token: Token) -> Result<OwnerState, StoreError>;

    /// Whether a probe could find out that an owner is gone. Others need not be bothered with one.
    fn is_worth_a_probe(&self, token: Token, lease_is_over: bool) -> bool;

    /// Removes what owners left behind that died without an entry in the journal.
    fn sweep(&self, in_journal: &HashSet<Token>);
}

/// What its owner holds while its operation runs.
pub(crate) trait Ownership: Send + Sync + fmt::Debug {
    /// Removes every trace of it: its operation is no longer in the journal.
    fn remove(self: Box<Self>);
}

/// What a probe found out about an owner.
#[derive(Debug)]
pub(crate) enum Owner {
    /// It is there.
    Alive,
    /// It is gone; the prober has its place.
    Dead(Box<dyn Ownership>),
    /// Nobody can tell.
    Unknown,
}

/// What a look found out about an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnerState {
    /// It is there.
    Alive,
    /// It is gone, without having ended its operation.
    Dead,
    /// It ended its operation, or nobody can tell.
    Unknown,
}
