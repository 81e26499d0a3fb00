//! Which owner of an operation is alive, told by its lease alone: owners are on other machines, too.
//!
//! Only of those in this process more is known: one that let go of its operation without ending it is gone at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::StoreError;
use crate::database::{Owner, OwnerState, Owners, Ownership};
use crate::token::Token;

/// The owners of this process that let go of their operations, which somebody still has to roll back.
#[derive(Debug, Clone, Default)]
pub(super) struct LeaseOwners(Arc<Mutex<HashSet<Token>>>);

/// What an owner holds. Dropping it lets go of the operation.
#[derive(Debug)]
struct Held {
    token: Token,
    owners: LeaseOwners,
    is_over: bool,
}

impl LeaseOwners {
    fn abandoned(&self) -> MutexGuard<'_, HashSet<Token>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self, token: Token) -> Box<dyn Ownership> {
        Box::new(Held { token, owners: self.clone(), is_over: false })
    }
}

impl Owners for LeaseOwners {
    fn take(&self, token: Token) -> Result<Box<dyn Ownership>, StoreError> {
        Ok(self.held(token))
    }

    fn probe(&self, token: Token) -> Result<Owner, StoreError> {
        if self.abandoned().remove(&token) { Ok(Owner::Dead(self.held(token))) } else { Ok(Owner::Unknown) }
    }

    fn look(&self, token: Token) -> Result<OwnerState, StoreError> {
        let is_abandoned = self.abandoned().contains(&token);
        Ok(if is_abandoned { OwnerState::Dead } else { OwnerState::Unknown })
    }

    fn is_worth_a_probe(&self, token: Token, lease_is_over: bool) -> bool {
        lease_is_over || self.abandoned().contains(&token)
    }

    fn sweep(&self, in_journal: &HashSet<Token>) {
        self.abandoned().retain(|token| in_journal.contains(token));
    }
}

impl Ownership for Held {
    fn remove(mut self: Box<Self>) {
        self.is_over = true;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_over {
            self.owners.abandoned().insert(self.token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_let_go_of_an_operation_is_gone_and_of_others_nobody_knows() {
        let owners = LeaseOwners::default();
        let (held, dropped, ended) = (Token::generate(), Token::generate(), Token::generate());
        let _held = owners.take(held).unwrap();
        drop(owners.take(dropped).unwrap());
        owners.take(ended).unwrap().remove();
        for unknown in [held, ended, Token::generate()] {
            assert_eq!(owners.look(unknown).unwrap(), OwnerState::Unknown);
            assert!(matches!(owners.probe(unknown).unwrap(), Owner::Unknown));
            assert!(owners.is_worth_a_probe(unknown, true) && !owners.is_worth_a_probe(unknown, false));
        }
        assert!(owners.is_worth_a_probe(dropped, false));
        let Owner::Dead(taken) = owners.probe(dropped).unwrap() else { panic!("its owner let go of it") };
        assert_eq!(owners.look(dropped).unwrap(), OwnerState::Unknown, "somebody is at it");
        drop(taken);
        assert_eq!(owners.look(dropped).unwrap(), OwnerState::Dead, "who was at it gave up");
        owners.sweep(&HashSet::new());
        assert_eq!(owners.look(dropped).unwrap(), OwnerState::Unknown);
    }
}
