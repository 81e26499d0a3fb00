//! Who deploys to one place, and looks whether what was deployed is there as a whole.

use std::io;
use std::time::Duration;

use super::client::{Ask, Counts, Verdict, verdict};
use super::project;
use super::server::{Life, list, text};

/// How many of the last deployments are looked at.
const LOOKED_AT: usize = 20;
/// How long it waits at most from one to the next.
const LONGEST_PAUSE_MILLIS: u64 = 120;

pub(super) struct Deployer {
    random: fastrand::Rng,
    /// The number of the last one that was asked for.
    last: u64,
    /// The numbers that were answered.
    deployed: Vec<u64>,
    /// The one that was asked for when nobody answered.
    unanswered: Option<u64>,
    pub(super) counts: Counts,
}

impl Deployer {
    pub(super) fn new(seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { random, last: 0, deployed: Vec::new(), unanswered: None, counts: Counts::default() }
    }

    /// Deploys again and again, until nobody answers.
    pub(super) fn act(&mut self, life: &Life) {
        loop {
            std::thread::sleep(Duration::from_millis(self.random.u64(..LONGEST_PAUSE_MILLIS)));
            if !self.deploy(life) {
                return;
            }
        }
    }

    /// The first deployment. Without one nothing of what follows could be as it has to be.
    pub(super) fn begin(&mut self, life: &Life) -> io::Result<()> {
        self.deploy(life);
        let refused = || self.counts.broken.last().cloned().unwrap_or_else(|| "nobody answered".to_owned());
        if self.deployed.is_empty() {
            return Err(io::Error::other(format!("nothing could be deployed: {}", refused())));
        }
        Ok(())
    }

    /// Deploys once; whether anybody answered.
    pub(super) fn deploy(&mut self, life: &Life) -> bool {
        self.last += 1;
        let body = project::deployment(self.last).to_string();
        let Ok(answer) = life.ask("POST", "/deployments", &[], &body) else {
            *self.counts.cut.entry(Ask::Deploy).or_default() += 1;
            self.unanswered = Some(self.last);
            return false;
        };
        match verdict(Ask::Deploy, &answer) {
            Verdict::Done => {
                *self.counts.answered.entry(Ask::Deploy).or_default() += 1;
                self.deployed.push(self.last);
            }
            Verdict::PutOff | Verdict::Strange => {
                self.counts.broken.push(format!("deploy: {} {}", answer.status, answer.body));
            }
        }
        true
    }

    /// What was answered is in the history, in order and as a whole; what was not, as a whole or not at all.
    pub(super) fn look(&mut self, life: &Life) -> io::Result<()> {
        let history = life.get(&format!("/deployments?limit={LOOKED_AT}"))?.unwrap_or_default();
        let found: Vec<(u64, String)> = list(&history, "history")
            .iter()
            .rev()
            .map(|entry| {
                (text(entry, "message").parse().unwrap_or_default(), text(entry, "deployment").to_owned())
            })
            .collect();
        if let Some(number) = self.unanswered.take()
            && found.last().is_some_and(|(last, _)| *last == number)
        {
            self.deployed.push(number);
        }
        let expected = self.deployed.get(self.deployed.len().saturating_sub(LOOKED_AT)..).unwrap_or_default();
        let numbers: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
        if numbers != expected {
            self.counts.broken.push(format!("deployments are {numbers:?}, and not {expected:?}"));
        }
        let Some((number, id)) = found.last() else { return Ok(()) };
        if text(&history, "active") != id {
            self.counts.broken.push(format!("deployment {number} is the last one, and not the active one"));
        }
        let shown = life.get(&format!("/deployments/{id}"))?.unwrap_or_default();
        let functions = list(&shown, "functions").len();
        if functions != project::FUNCTIONS {
            self.counts.broken.push(format!("deployment {number} has {functions} functions"));
        }
        Ok(())
    }

    /// Whether a deployment of this number was ever there.
    pub(super) fn has(&self, number: u64) -> bool {
        self.deployed.contains(&number)
    }
}
