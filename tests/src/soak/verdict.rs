//! Whether both sides fit: nothing lost, nothing overtaken, nothing run by two at once, every state explained.

use std::time::Duration;

use super::history::History;
use super::journal::Attempt;
use super::project;
use super::scene::{Life, Outage};

/// How long a claim is its holder's without a renewal: `docs/scaling.md` says so.
const LEASE: Duration = Duration::from_secs(15);

/// What is known of nodes and of the database.
pub(super) struct Circumstances<'a> {
    pub(super) lives: &'a [Life],
    pub(super) outages: &'a [Outage],
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) cut_by_kills: usize,
    pub(super) cut_by_outages: usize,
    pub(super) leases_run_out: usize,
    pub(super) done_twice: usize,
    pub(super) broken: Vec<String>,
}

impl Circumstances<'_> {
    /// Whether a node was killed within a time.
    fn was_killed(&self, node: usize, from: Duration, to: Duration) -> bool {
        let killed = self.lives.get(node).and_then(|life| life.killed);
        killed.is_some_and(|at| from <= at && at <= to)
    }

    fn was_any_killed(&self, from: Duration, to: Duration) -> bool {
        self.lives.iter().filter_map(|life| life.killed).any(|at| from <= at && at <= to)
    }

    /// Whether the database was away within a time.
    fn was_away(&self, from: Duration, to: Duration) -> bool {
        self.outages.iter().any(|outage| outage.from <= to && from <= outage.to)
    }
}

impl Findings {
    /// Judges one connection, by what the provider saw and by what the nodes tell.
    pub(super) fn judge(
        &mut self,
        connection: &str,
        functions: usize,
        attempts: &[Attempt],
        histories: &[History],
        when: &Circumstances<'_>,
    ) {
        let found: Vec<&str> = histories.iter().map(|history| history.function.as_str()).collect();
        let wanted: Vec<String> = (1..=functions).map(project::function).collect();
        if found != wanted {
            self.broken.push(format!("{connection} has other setups than those of its functions: {found:?}"));
        }
        for history in histories {
            self.explain(connection, attempts, history, when);
        }
        for (before, after) in attempts.iter().zip(attempts.iter().skip(1)) {
            self.follow(connection, before, after, histories, when);
        }
        if attempts.first().is_some_and(|first| first.function != 1) {
            self.broken.push(format!("{connection} was begun with another function than the first"));
        }
    }

    /// One attempt came after the other: neither beside it nor before its turn.
    fn follow(
        &mut self,
        connection: &str,
        before: &Attempt,
        after: &Attempt,
        histories: &[History],
        when: &Circumstances<'_>,
    ) {
        let mut broken = |told: &str| {
            self.broken.push(format!("{connection}: {} {told} {}", after.name(), before.name()));
        };
        let is_again = after.event == before.event && after.number > before.number;
        let is_next = after.function == before.function + 1 && before.succeeded();
        if !is_again && !is_next {
            broken("came out of turn, after");
        }
        if before.was_over(after.begun) || when.was_killed(before.node, before.begun, after.begun) {
            return;
        }
        let has_report =
            histories.iter().any(|one| one.id == before.event && one.reports.contains_key(&before.number));
        match () {
            // Nobody but its holder stores its report, and it holds nothing afterwards.
            () if has_report && before.ended.is_none() => {}
            () if after.begun.saturating_sub(before.begun) >= LEASE => self.leases_run_out += 1,
            () => broken("ran beside"),
        }
    }

    /// Every attempt at an event is explained: by its report and the provider's failure, or by what ended its node.
    fn explain(
        &mut self,
        connection: &str,
        attempts: &[Attempt],
        history: &History,
        when: &Circumstances<'_>,
    ) {
        let name = format!("{connection}: {} ({})", history.id, history.function);
        if history.state != "done" {
            self.broken.push(format!("{name} is {}", history.state));
        }
        let seen: Vec<&Attempt> = attempts.iter().filter(|one| one.event == history.id).collect();
        let successes = seen.iter().filter(|one| one.succeeded()).count();
        self.done_twice += usize::from(successes > 1);
        let mut since = Duration::ZERO;
        for number in 1..=history.attempts {
            let attempt = seen.iter().find(|one| one.number == number);
            let next = seen.iter().find(|one| one.number > number);
            let (from, to) =
                (attempt.map_or(since, |one| one.begun), next.map_or(Duration::MAX, |one| one.begun));
            since = from;
            let is_last = number == history.attempts;
            let report = history.reports.get(&number);
            match (report.map(|report| report.outcome.as_str()), attempt) {
                (Some("succeeded"), Some(attempt)) if is_last && attempt.succeeded() => {}
                (Some("failed"), Some(attempt)) if !is_last && attempt.failed() => {}
                (None, Some(attempt)) if !is_last && when.was_killed(attempt.node, from, to) => {
                    self.cut_by_kills += 1;
                }
                (None, None) if !is_last && when.was_any_killed(from, to) => self.cut_by_kills += 1,
                (outcome, _) if !is_last && outcome != Some("succeeded") && when.was_away(from, to) => {
                    self.cut_by_outages += 1;
                }
                (outcome, attempt) => {
                    let message = report.map(|report| report.message.as_str());
                    self.broken.push(format!(
                        "{name}: nothing explains attempt {number} of {}: it is reported as {outcome:?} with {message:?}, \
                         and the provider saw {attempt:?}; the next one is {next:?}",
                        history.attempts
                    ));
                }
            }
        }
        for attempt in seen.iter().filter(|one| one.number == 0 || one.number > history.attempts) {
            self.broken.push(format!(
                "{name} was begun {} times, and there is {}",
                history.attempts,
                attempt.name()
            ));
        }
    }
}
