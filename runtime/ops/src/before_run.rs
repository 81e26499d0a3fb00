//! What a module says and asks for while it is evaluated in an isolate whose run is not known yet.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use deno_core::OpState;
use onevent_contract::{LogLevel, Warning};
use serde_json::Value;

use crate::state::RunState;

/// A module that says more than this outside of `exec` is evaluated when its run is there.
const MOST_TOLD: usize = 100;

/// What an op tells of, for the report.
pub(crate) enum Told {
    /// A log line.
    Log(LogLevel, String, Option<Value>),
    /// A warning.
    Warning(Warning),
}

impl Told {
    pub(crate) fn tell(self, run: &RunState) {
        match self {
            Self::Log(level, message, meta) => run.call.effects.log(level, message, meta),
            Self::Warning(warning) => run.call.effects.warn(warning),
        }
    }
}

/// Kept for the run to come.
#[derive(Default)]
pub struct BeforeRun {
    told: RefCell<Vec<Told>>,
    needs_run: Cell<bool>,
    drew_random: Cell<bool>,
}

/// An op was called whose answer is another one each time.
pub(crate) fn note_random(state: &OpState) {
    if let Some(before) = state.try_borrow::<Rc<BeforeRun>>() {
        before.drew_random.set(true);
    }
}

impl BeforeRun {
    pub(crate) fn keep(&self, told: Told) {
        let mut kept = self.told.borrow_mut();
        // A rejection is warned of when the event loop comes to it, which may be after `exec` has begun.
        if kept.len() >= MOST_TOLD || matches!(told, Told::Warning(_)) {
            self.needs_run.set(true);
        } else {
            kept.push(told);
        }
    }

    /// Something was asked for that only a run has.
    pub(crate) fn asked_for_run(&self) {
        self.needs_run.set(true);
    }

    /// Whether the modules have to be evaluated when their run is there.
    #[must_use]
    pub fn needs_run(&self) -> bool {
        self.needs_run.get()
    }

    /// Whether something random was drawn of an op.
    #[must_use]
    pub fn drew_random(&self) -> bool {
        self.drew_random.get()
    }

    /// How many lines are kept.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.told.borrow().len()
    }

    /// Tells it all, as if the run had said it now.
    pub fn tell(&self, run: &RunState) {
        self.told.take().into_iter().for_each(|told| told.tell(run));
    }
}
