//! One place: a server that is killed and started again over its database, under its clients.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::client::{Client, Counts};
use super::deployer::Deployer;
use super::plan::CrashPlan;
use super::queue::{self, Found};
use super::server::{Life, Site, list, text};
use crate::soak::Watch;

/// One start in so many is cut short itself.
const STARTS_CUT: u32 = 8;
/// A start that is cut short lives at most so long.
const LONGEST_START: Duration = Duration::from_millis(250);
/// A start may wait for what a killed one held, and for nothing else.
const LONGEST_UNTIL_READY: Duration = Duration::from_secs(30);

/// What came of a place.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) kills: usize,
    pub(super) starts_cut: usize,
    pub(super) slowest_start: Duration,
    pub(super) counts: Vec<Counts>,
    pub(super) found: Found,
    pub(super) broken: Vec<String>,
}

struct Place {
    site: Site,
    random: fastrand::Rng,
    clients: Vec<Client>,
    deployer: Deployer,
    outcome: Outcome,
}

/// Kills the server of a place so often.
pub(super) fn run(plan: &CrashPlan, program: &Path, number: usize, kills: usize) -> io::Result<Outcome> {
    let seed = plan.seed.wrapping_mul(1_000).wrapping_add(number as u64);
    let clients =
        (0..plan.clients).map(|client| Client::new(format!("{number}-{client}"), seed + 100 * client as u64));
    let mut place = Place {
        site: Site::new(program)?,
        random: fastrand::Rng::with_seed(seed),
        clients: clients.collect(),
        deployer: Deployer::new(seed),
        outcome: Outcome::default(),
    };
    let life = place.site.start()?;
    place.deployer.begin(&life)?;
    place.live(life, plan.longest_life)?;
    while place.outcome.kills < kills {
        if place.random.u32(..STARTS_CUT) == 0 {
            let after = place.random_time(LONGEST_START);
            place.site.start_in_vain(after)?;
            place.outcome.kills += 1;
            place.outcome.starts_cut += 1;
            continue;
        }
        let life = place.start_and_look()?;
        place.live(life, plan.longest_life)?;
    }
    place.end()
}

impl Place {
    fn random_time(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.random.u64(..=u64::try_from(longest.as_micros()).unwrap_or(u64::MAX)))
    }

    /// Clients ask for what they like, until the server is killed.
    fn live(&mut self, life: Life, longest: Duration) -> io::Result<()> {
        // Short lives are many, and some are long enough for whatever takes longest.
        let length = longest.mul_f64(self.random.f64().powi(2));
        let ended = std::thread::scope(|scope| {
            let life = &life;
            for client in &mut self.clients {
                scope.spawn(|| client.act(life));
            }
            let deployer = &mut self.deployer;
            scope.spawn(|| deployer.act(life));
            std::thread::sleep(length);
            life.kill()
        })?;
        self.outcome.kills += 1;
        self.outcome.broken.extend(ended);
        Ok(())
    }

    /// The next life begins, and all is as it has to be.
    fn start_and_look(&mut self) -> io::Result<Life> {
        let watch = Watch::start();
        let life = self.site.start()?;
        let took = watch.now();
        self.outcome.slowest_start = self.outcome.slowest_start.max(took);
        if took > LONGEST_UNTIL_READY {
            self.outcome.broken.push(format!("a start took {} s", took.as_secs()));
        }
        let mut there = BTreeSet::new();
        for client in &mut self.clients {
            there.extend(client.look(&life)?);
        }
        let listed = life.get("/connections")?.unwrap_or_default();
        let listed: BTreeSet<String> =
            list(&listed, "connections").iter().map(|one| text(one, "connection_id").to_owned()).collect();
        if listed != there {
            self.outcome.broken.push(format!("{listed:?} are listed, and {there:?} are there"));
        }
        self.deployer.look(&life)?;
        Ok(life)
    }

    /// The last life is not cut short: what waits comes to its end.
    fn end(mut self) -> io::Result<Outcome> {
        let life = self.start_and_look()?;
        self.outcome.found = queue::judge(&life, &self.clients, &self.deployer, &self.site.outside)?;
        self.outcome.broken.extend(life.kill()?);
        self.outcome.counts = self.clients.into_iter().map(|client| client.counts).collect();
        self.outcome.counts.push(self.deployer.counts);
        Ok(self.outcome)
    }
}
