//! Whether both sides fit: nothing lost, nothing overtaken, nothing run by two at once, every state explained.

use std::collections::HashSet;
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
    /// The events of which a node says that it could not end them.
    pub(super) without_end: &'a HashSet<String>,
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
        // Nobody but its holder stores its report, and it holds nothing afterwards.
        let has_ended = has_report && before.ended.is_none();
        let has_run_out = after.begun.saturating_sub(before.begun) >= LEASE;
        if !has_ended && !has_run_out {
            broken("ran beside");
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
                // Its node lives, and did not come to its end in time: it says so itself.
                (None, _)
                    if !is_last
                        && to.saturating_sub(from) >= LEASE
                        && when.without_end.contains(&history.id) =>
                {
                    self.leases_run_out += 1;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::history::StoredReport;
    use super::super::provider::Answer;
    use super::*;

    const NODE: usize = 0;
    const OTHER: usize = 1;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// An attempt at the event of a function, which took so long; `None` where it did not come to its end.
    fn attempt(
        function: usize,
        number: u32,
        node: usize,
        begun: f64,
        ended: Option<(f64, Answer)>,
    ) -> Attempt {
        let ended = ended.map(|(at, answer)| (seconds(at), answer));
        Attempt { event: format!("e{function}"), number, function, node, begun: seconds(begun), ended }
    }

    fn history(function: usize, outcomes: &[(u32, &str)], attempts: u32) -> History {
        let report = |outcome: &str| StoredReport { outcome: outcome.to_owned(), message: String::new() };
        let reports: BTreeMap<_, _> =
            outcomes.iter().map(|(number, outcome)| (*number, report(outcome))).collect();
        let id = format!("e{function}");
        History { id, function: project::function(function), state: "done".to_owned(), attempts, reports }
    }

    /// What is found of a connection with two functions, whose second one had one attempt.
    fn found(
        first: Vec<Attempt>,
        outcomes: &[(u32, &str)],
        second_begun: f64,
        killed: Option<f64>,
    ) -> Findings {
        found_where(first, outcomes, second_begun, killed, &HashSet::new())
    }

    /// The same where nodes say of these events that they could not end them.
    fn found_where(
        first: Vec<Attempt>,
        outcomes: &[(u32, &str)],
        second_begun: f64,
        killed: Option<f64>,
        without_end: &HashSet<String>,
    ) -> Findings {
        let count = u32::try_from(first.len()).unwrap();
        let last = attempt(2, 1, OTHER, second_begun, Some((second_begun + 0.3, Answer::Done)));
        let attempts: Vec<_> = first.into_iter().chain([last]).collect();
        let histories = [history(1, outcomes, count), history(2, &[(1, "succeeded")], 1)];
        let lives = [Life { killed: killed.map(seconds) }, Life { killed: None }];
        let mut findings = Findings::default();
        let when = Circumstances { lives: &lives, outages: &[], without_end };
        findings.judge("acme", 2, &attempts, &histories, &when);
        findings
    }

    #[test]
    fn what_comes_in_order_is_explained() {
        let first = vec![
            attempt(1, 1, NODE, 1.0, Some((1.3, Answer::Failed))),
            attempt(1, 2, OTHER, 2.0, Some((2.3, Answer::Done))),
        ];
        let found = found(first, &[(1, "failed"), (2, "succeeded")], 3.0, None);
        assert!(found.broken.is_empty(), "{found:?}");
    }

    #[test]
    fn a_second_node_needs_a_reason() {
        let first = |second: f64| {
            vec![
                attempt(1, 1, NODE, 1.0, None),
                attempt(1, 2, OTHER, second, Some((second + 0.3, Answer::Done))),
            ]
        };
        let outcomes = [(2, "succeeded")];
        assert_eq!(
            found(first(3.0), &outcomes, 4.0, None).broken.len(),
            2,
            "beside the first, and unexplained"
        );
        let killed = found(first(3.0), &outcomes, 4.0, Some(2.0));
        assert_eq!((killed.broken.len(), killed.cut_by_kills), (0, 1), "{killed:?}");
        let silent = found(first(16.5), &outcomes, 17.0, None);
        assert_eq!(silent.broken.len(), 1, "no node says that its lease ran out: {silent:?}");
        let told = HashSet::from(["e1".to_owned()]);
        let run_out = found_where(first(16.5), &outcomes, 17.0, None, &told);
        assert_eq!((run_out.broken.len(), run_out.leases_run_out), (0, 1), "{run_out:?}");
    }

    #[test]
    fn a_function_does_not_begin_before_its_predecessor_is_done() {
        let first = vec![attempt(1, 1, NODE, 1.0, Some((1.3, Answer::Failed)))];
        let found = found(first, &[(1, "succeeded")], 2.0, None);
        assert!(found.broken.iter().any(|told| told.contains("out of turn")), "{found:?}");
    }

    #[test]
    fn an_end_that_was_not_stored_is_no_end() {
        let first = vec![attempt(1, 1, NODE, 1.0, Some((1.3, Answer::Done)))];
        let found = found(first, &[], 2.0, None);
        assert!(found.broken.iter().any(|told| told.contains("nothing explains")), "{found:?}");
    }
}
