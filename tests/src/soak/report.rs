//! What came of it.

use std::collections::BTreeMap;

use serde::Serialize;

/// How much of what broke is shown to people: the first of it mostly explains the rest.
const SHOWN: usize = 20;

/// What a soak did, and what it found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// How many nodes there were at once.
    pub nodes: usize,
    /// How many connections were answered.
    pub connections: usize,
    /// How many setups they had.
    pub events: usize,
    /// How many nodes were killed.
    pub kills: usize,
    /// How often the database was stopped at once.
    pub database_stops: usize,
    /// What decided who is killed when.
    pub seed: u64,
    /// How long it took until all was done, in seconds.
    pub seconds: f64,
    /// How many attempts came as far as the provider.
    pub attempts: usize,
    /// How many of them the provider failed.
    pub failed_by_provider: usize,
    /// How many of them a kill cut short.
    pub cut_by_kills: usize,
    /// How many of them the stop of the database cut short.
    pub cut_by_database_stops: usize,
    /// How many attempts of nodes that lived came to nothing, because their lease had run out.
    pub leases_run_out: usize,
    /// How many events did at the provider twice or more what they are for: their end could not be committed the first
    /// time.
    pub done_twice: usize,
    /// How many webhooks the app got.
    pub webhooks: u64,
    /// How many of them it had got before.
    pub webhooks_twice: u64,
    /// What the nodes wrote into their logs as warnings and errors, and how often.
    pub logged: BTreeMap<String, usize>,
    /// What may not be. Empty, if all is well.
    pub broken: Vec<String>,
}

impl Report {
    /// The report for people, a line for each thing.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let rate = self.events as f64 / self.seconds.max(f64::EPSILON);
        let mut lines = vec![
            format!(
                "{} connections with {} events on {} of {}, {:.0} s, {rate:.1} events a second",
                self.connections,
                self.events,
                counted(self.nodes, "node"),
                self.database,
                self.seconds
            ),
            format!(
                "{}, {} of the database at once, seed {}",
                counted(self.kills, "kill"),
                counted(self.database_stops, "stop"),
                self.seed
            ),
            format!(
                "{} attempts: {} failed at the provider, {} cut short by kills, {} by stops of the database",
                self.attempts, self.failed_by_provider, self.cut_by_kills, self.cut_by_database_stops
            ),
            format!(
                "{} done at the provider twice, {} given up because the lease had run out on a node that lived",
                counted(self.done_twice, "event"),
                counted(self.leases_run_out, "attempt")
            ),
            format!("{} webhooks, {} of them repeated", self.webhooks, self.webhooks_twice),
        ];
        lines.extend(self.logged.iter().map(|(told, count)| format!("logged {count} times: {told}")));
        match self.broken.len() {
            0 => {
                lines.push("nothing lost, nothing overtaken, every state explained by its history".to_owned())
            }
            count => lines.push(format!("BROKEN: {}", counted(count, "invariant"))),
        }
        lines.extend(self.broken.iter().take(SHOWN).map(|told| format!("  {told}")));
        if self.broken.len() > SHOWN {
            lines.push(format!("  and {} more", self.broken.len() - SHOWN));
        }
        lines
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
