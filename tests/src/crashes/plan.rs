//! How much is done, and how often it is cut short.

use std::time::Duration;

/// What is done, and how often it is cut short.
#[derive(Debug, Clone, PartialEq)]
pub struct CrashPlan {
    /// How many servers there are side by side, each over a database of its own.
    pub places: usize,
    /// How many clients each has.
    pub clients: usize,
    /// How often servers are killed, all places together.
    pub kills: usize,
    /// A server lives at most so long before it is killed; most of them live much shorter.
    pub longest_life: Duration,
    /// What decides who asks for what, and when who is killed.
    pub seed: u64,
}

impl CrashPlan {
    /// So many kills, as fast as two cores do them.
    #[must_use]
    pub fn of(kills: usize, seed: u64) -> Self {
        Self { places: 4, clients: 4, kills, longest_life: Duration::from_millis(700), seed }
    }
}
