//! The provider's side: who ran what for a connection, and in which order.

use std::collections::BTreeMap;
use std::time::Duration;

use super::provider::{Answer, Call, Step};

/// One attempt at an event, as far as the provider saw it.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) event: String,
    pub(super) number: u32,
    pub(super) function: usize,
    pub(super) node: usize,
    pub(super) begun: Duration,
    /// When the provider had nothing more to do for it, and how that was.
    pub(super) ended: Option<(Duration, Answer)>,
}

impl Attempt {
    pub(super) fn succeeded(&self) -> bool {
        matches!(self.ended, Some((_, Answer::Done)))
    }

    pub(super) fn failed(&self) -> bool {
        matches!(self.ended, Some((_, Answer::Failed)))
    }

    /// Whether it was over at a moment.
    pub(super) fn was_over(&self, at: Duration) -> bool {
        self.ended.is_some_and(|(ended, _)| ended <= at)
    }

    pub(super) fn name(&self) -> String {
        format!(
            "attempt {} of function {} ({}, on node {}, at {:.3} s)",
            self.number,
            self.function,
            self.event,
            self.node,
            self.begun.as_secs_f64()
        )
    }
}

/// The attempts of each connection, in the order in which they began; and what no attempt explains.
pub(super) fn read(calls: &[Call]) -> (BTreeMap<String, Vec<Attempt>>, Vec<String>) {
    let (mut all, mut broken) = (BTreeMap::<String, Vec<Attempt>>::new(), Vec::new());
    for call in calls {
        let attempts = all.entry(call.connection.clone()).or_default();
        let known =
            attempts.iter_mut().rev().find(|one| one.event == call.event && one.number == call.attempt);
        let failed = (call.answer == Answer::Failed).then_some((call.at, Answer::Failed));
        match (call.step, known) {
            (Step::Begin, None) => attempts.push(Attempt {
                event: call.event.clone(),
                number: call.attempt,
                function: call.function,
                node: call.node,
                begun: call.at,
                ended: failed,
            }),
            (Step::Begin, Some(known)) => {
                broken.push(format!(
                    "{}: {} began twice, on node {}",
                    call.connection,
                    known.name(),
                    call.node
                ));
            }
            (Step::End, Some(known)) if known.ended.is_none() => known.ended = Some((call.at, call.answer)),
            (Step::End, Some(known)) => {
                broken.push(format!("{}: {} ended twice", call.connection, known.name()));
            }
            (Step::End, None) => {
                broken.push(format!("{}: something ended that never began: {call:?}", call.connection));
            }
        }
    }
    (all, broken)
}
