//! Promises in variables: somebody has to await the variable then.

use std::collections::HashMap;

use deno_ast::swc::ast::Id;

use super::using::Using;
use crate::place::Place;

/// Promises in variables, and what becomes of the variables.
#[derive(Debug, Default)]
pub(super) struct Variables {
    waiting: Vec<Waiting>,
    used: HashMap<Id, Used>,
}

/// A promise that is in a variable.
#[derive(Debug)]
struct Waiting {
    variable: Id,
    kind: Kept,
    call: String,
    place: Place,
}

/// How a variable has a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Alone,
    InArray,
}

/// What is done with a variable, anywhere.
#[derive(Debug, Default, Clone, Copy)]
struct Used {
    /// Somebody may await it.
    kept: bool,
    /// A member of it is read.
    read: bool,
}

impl Variables {
    pub(super) fn holds(&mut self, variable: &Id, kind: Kept, call: String, place: Place) {
        self.waiting.push(Waiting { variable: variable.clone(), kind, call, place });
    }

    pub(super) fn is_used(&mut self, variable: Id, using: &Using) {
        let used = self.used.entry(variable).or_default();
        match using.itself() {
            Using::Read => used.read = true,
            using => used.kept |= !using.is_lost() || matches!(using, Using::AwaitedInArray),
        }
    }

    /// The promises that nobody awaits: the variable, the call, its place.
    pub(super) fn lost(self) -> impl Iterator<Item = (String, String, Place)> {
        let used = self.used;
        let is_lost = move |waiting: &Waiting| {
            let used = used.get(&waiting.variable).copied().unwrap_or_default();
            match waiting.kind {
                Kept::Alone => !used.kept,
                // Somebody goes through the array.
                Kept::InArray => !used.kept && !used.read,
            }
        };
        let lost = self.waiting.into_iter().filter(is_lost);
        lost.map(|waiting| (waiting.variable.0.to_string(), waiting.call, waiting.place))
    }
}
