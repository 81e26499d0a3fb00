//! What came of it.

use std::collections::BTreeMap;

use serde::Serialize;

/// How much more memory there may be at the end, in percent of what there was after a thousand runs.
const MAX_GROWTH_PERCENT: f64 = 5.0;
/// How much of what was wrong is shown to people.
const SHOWN: usize = 20;

/// What honest and hostile runs came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostileReport {
    /// What decided which runs came when.
    pub seed: u64,
    /// How many there were.
    pub runs: usize,
    /// Of each action.
    pub by_action: BTreeMap<&'static str, usize>,
    /// How long all of it took.
    pub seconds: f64,
    /// What the server held at rest: after a thousand runs, then again and again, and in the end.
    pub at_rest: Vec<Held>,
    /// The most that it held at any time, in KiB.
    pub peak: u64,
    /// Runs that did not end as they had to, and what else may not be.
    pub wrong: Vec<String>,
}

/// What a server held at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Held {
    /// After how many runs.
    pub runs: usize,
    /// What it made itself, in KiB.
    pub anonymous: u64,
    /// Pages of files, its own program first of all, in KiB: the kernel takes them back when it needs them.
    pub files: u64,
}

impl Held {
    /// All of it, in KiB.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.anonymous + self.files
    }
}

impl HostileReport {
    /// How much more the server held at the end than after a thousand runs, in percent.
    #[must_use]
    pub fn growth_percent(&self) -> f64 {
        let held = |held: Option<&Held>| held.map(Held::all).unwrap_or_default() as f64;
        let (settled, end) = (held(self.at_rest.first()), held(self.at_rest.last()));
        (end - settled) / settled.max(1.0) * 100.0
    }

    /// All that may not be.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        let growth = self.growth_percent();
        let grown = (growth > MAX_GROWTH_PERCENT).then(|| format!("memory has grown by {growth:.1} %"));
        self.wrong.iter().cloned().chain(grown).collect()
    }

    /// The report for people, a line for each thing.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mib = |kib: u64| kib / 1024;
        let mut lines = vec![format!(
            "{} runs of {} actions in {:.0} s, seed {}",
            self.runs,
            self.by_action.len(),
            self.seconds,
            self.seed
        )];
        lines.extend(self.at_rest.iter().map(|held| {
            let Held { runs, anonymous, files } = held;
            format!(
                "memory at rest after {runs} runs: {} MiB, and {} MiB of files",
                mib(*anonymous),
                mib(*files)
            )
        }));
        lines.push(format!(
            "{:+.1} % since the first look; {} MiB at most",
            self.growth_percent(),
            mib(self.peak)
        ));
        let broken = self.broken();
        match broken.len() {
            0 => lines.push("the server lives, and every run ended as it had to".to_owned()),
            count => lines.push(format!("BROKEN: {count}")),
        }
        lines.extend(broken.iter().take(SHOWN).map(|told| format!("  {told}")));
        lines
    }
}
