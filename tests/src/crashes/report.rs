//! What came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::client::Ask;
use super::place::Outcome;

/// How much of what broke is shown to people: the first of it mostly explains the rest.
const SHOWN: usize = 20;

/// What kills came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrashReport {
    /// What decided who asked for what, and when who was killed.
    pub seed: u64,
    /// How often a server was killed.
    pub kills: usize,
    /// How many of them while it started.
    pub starts_cut: usize,
    /// What was asked for and answered, by its name.
    pub answered: BTreeMap<&'static str, usize>,
    /// What was asked for and never answered, because of a kill.
    pub cut: BTreeMap<&'static str, usize>,
    /// What was not done for now, and asked for again.
    pub put_off: usize,
    /// How many events the queue had.
    pub events: usize,
    /// How many attempts at them a kill cut short.
    pub attempts_cut: usize,
    /// The slowest start, in seconds.
    pub slowest_start: f64,
    /// How long the last events waited for the leases of those that were killed, in seconds.
    pub drained_in: f64,
    /// All of it, in seconds.
    pub seconds: f64,
    /// What may not be. Empty, if all is well.
    pub broken: Vec<String>,
}

impl CrashReport {
    pub(super) fn of(seed: u64, outcomes: Vec<Outcome>, length: Duration) -> Self {
        let mut report = Self {
            seed,
            kills: 0,
            starts_cut: 0,
            answered: BTreeMap::new(),
            cut: Ask::ALL.iter().map(|ask| (ask.as_str(), 0)).collect(),
            put_off: 0,
            events: 0,
            attempts_cut: 0,
            slowest_start: 0.0,
            drained_in: 0.0,
            seconds: length.as_secs_f64(),
            broken: Vec::new(),
        };
        for (number, outcome) in outcomes.into_iter().enumerate() {
            report.add(number, outcome);
        }
        report
    }

    fn add(&mut self, number: usize, outcome: Outcome) {
        self.kills += outcome.kills;
        self.starts_cut += outcome.starts_cut;
        self.slowest_start = self.slowest_start.max(outcome.slowest_start.as_secs_f64());
        self.events += outcome.found.events;
        self.attempts_cut += outcome.found.cut;
        self.drained_in = self.drained_in.max(outcome.found.drained_in.as_secs_f64());
        let mut broken = outcome.broken;
        broken.extend(outcome.found.broken);
        for counts in outcome.counts {
            self.put_off += counts.put_off;
            broken.extend(counts.broken);
            for (ask, count) in counts.answered {
                *self.answered.entry(ask.as_str()).or_default() += count;
            }
            for (ask, count) in counts.cut {
                *self.cut.entry(ask.as_str()).or_default() += count;
            }
        }
        self.broken.extend(broken.into_iter().map(|told| format!("place {number}: {told}")));
    }

    /// The report for people, a line for each thing.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let counts = |counts: &BTreeMap<&str, usize>| {
            counts.iter().map(|(ask, count)| format!("{count} × {ask}")).collect::<Vec<_>>().join(", ")
        };
        let mut lines = vec![
            format!(
                "{} kills, {} of them while a server started, in {:.0} s, seed {}",
                self.kills, self.starts_cut, self.seconds, self.seed
            ),
            format!("answered: {}", counts(&self.answered)),
            format!("cut short: {}", counts(&self.cut)),
            format!("put off: {}", self.put_off),
            format!("{} events, {} attempts at them cut short", self.events, self.attempts_cut),
            format!(
                "the slowest start {:.1} s, the last events done after {:.1} s",
                self.slowest_start, self.drained_in
            ),
        ];
        match self.broken.len() {
            0 => lines.push("nothing lost, nothing half done, nothing stuck".to_owned()),
            count => lines.push(format!("BROKEN: {count}")),
        }
        lines.extend(self.broken.iter().take(SHOWN).map(|told| format!("  {told}")));
        if self.broken.len() > SHOWN {
            lines.push(format!("  and {} more", self.broken.len() - SHOWN));
        }
        lines
    }
}
