//! The operations that run in this process: that they do need not be found out.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::token::Token;

/// The operations of one store that somebody in this process holds.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashSet<Token>>);

impl Running {
    pub(crate) fn add(&self, token: Token) {
        self.tokens().insert(token);
    }

    pub(crate) fn remove(&self, token: Token) {
        self.tokens().remove(&token);
    }

    pub(crate) fn contains(&self, token: Token) -> bool {
        self.tokens().contains(&token)
    }

    fn tokens(&self) -> MutexGuard<'_, HashSet<Token>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
