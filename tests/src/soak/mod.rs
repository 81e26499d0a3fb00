//! Load under kills: nodes that are killed while they work lose nothing, overtake nobody, and run nothing beside each
//! other.
//!
//! Connections are made, each with setup functions that have to run one after the other, while nodes are killed, the
//! database is stopped, and the provider fails now and then. Afterwards what the provider has seen is held against
//! what the nodes tell of their events.

mod chaos;
mod clients;
mod history;
mod journal;
pub(crate) mod node;
mod plan;
mod project;
mod provider;
mod report;
mod scene;
mod verdict;
mod watch;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

pub use self::plan::{DatabaseKind, Load, Plan};
pub use self::report::Report;
use self::scene::Scene;
pub(crate) use self::scene::lock;
use self::verdict::{Circumstances, Findings};
pub(crate) use self::watch::Watch;

/// How long nothing may move while something waits: several leases.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often it is looked whether all is done.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Does what the plan says with this `onevent` program, and judges what came of it. `tell` is told how far it is.
///
/// # Errors
/// When something could not be started or asked; what the program does wrong is in the report.
pub fn run(plan: &Plan, program: &Path, tell: &dyn Fn(String)) -> io::Result<Report> {
    let scene = Scene::set(plan, program)?;
    for place in 0..plan.nodes {
        scene.start_node(place)?;
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let _over = Over(&scene.over);
        let clients: Vec<_> =
            (0..clients::CLIENTS).map(|_| scope.spawn(|| clients::import_all(&scene, plan, &next))).collect();
        chaos::reign(&scene, plan, tell)?;
        for client in clients {
            client.join().map_err(|_| io::Error::other("a client panicked"))?;
        }
        io::Result::Ok(())
    })?;
    until_all_is_done(&scene, plan, tell)?;
    tell("all is done; what came of it is looked at".to_owned());
    judge(&scene, plan)
}

/// However the kills end, the clients do so too.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits until nothing waits any more, or nothing moves.
fn until_all_is_done(scene: &Scene, plan: &Plan, tell: &dyn Fn(String)) -> io::Result<()> {
    let (mut moved, mut told, mut before) = (scene.watch.now(), scene.watch.now(), None);
    loop {
        let waiting = (history::waiting(scene, "setup")?, history::waiting(scene, "webhook")?);
        if waiting == (0, 0) {
            return Ok(());
        }
        let now = (waiting, scene.outside.counted());
        if before != Some(now) {
            (before, moved) = (Some(now), scene.watch.now());
        }
        if scene.watch.now() > moved + PATIENCE {
            scene.broken(format!("{waiting:?} setups and webhooks wait, and nothing moves"));
            return Ok(());
        }
        if scene.watch.now() > told + TOLD_EVERY {
            told = scene.watch.now();
            tell(chaos::standing(scene, plan));
        }
        std::thread::sleep(LOOK);
    }
}

fn judge(scene: &Scene, plan: &Plan) -> io::Result<Report> {
    let seconds = scene.watch.now().as_secs_f64();
    let seen = scene.outside.seen();
    let (attempts, mut broken) = journal::read(&seen.calls);
    broken.extend(seen.strange);
    let (lives, outages) = {
        let chronicle = lock(&scene.chronicle);
        (chronicle.lives.clone(), chronicle.outages.clone())
    };
    let without_end = scene.without_end()?;
    let when = Circumstances { lives: &lives, outages: &outages, without_end: &without_end };
    let mut findings = Findings::default();
    let (mut events, mut connections) = (0, 0);
    for number in 0..plan.connections {
        let id = clients::connection(number);
        let histories = history::read(scene, &id, "setup")?;
        events += histories.len();
        connections += 1;
        let of_it = attempts.get(&id).map(Vec::as_slice).unwrap_or_default();
        findings.judge(&id, plan.functions, of_it, &histories, &when);
        broken.extend(metadata_broken(scene, &id, &histories)?);
        let webhooks = history::read(scene, &id, "webhook")?;
        let told = seen.told.get(&id).copied().unwrap_or_default();
        if told == 0 || webhooks.is_empty() || webhooks.iter().any(|webhook| webhook.state != "done") {
            broken.push(format!("{id}: the app was told {told} times, by the webhooks {webhooks:?}"));
        }
    }
    broken.append(&mut findings.broken);
    broken.extend(left_in_the_database(scene));
    broken.append(&mut lock(&scene.chronicle).broken);
    let all = || attempts.values().flatten();
    Ok(Report {
        database: plan.database.as_str(),
        nodes: plan.nodes,
        connections,
        events,
        kills: lives.iter().filter(|life| life.killed.is_some()).count(),
        database_stops: outages.len(),
        seed: plan.seed,
        seconds,
        attempts: all().count(),
        failed_by_provider: all().filter(|attempt| attempt.failed()).count(),
        cut_by_kills: findings.cut_by_kills,
        cut_by_database_stops: findings.cut_by_outages,
        leases_run_out: findings.leases_run_out,
        done_twice: findings.done_twice,
        webhooks: seen.told.values().sum(),
        logged: scene.logged()?,
        webhooks_twice: seen.told.values().map(|told| told.saturating_sub(1)).sum(),
        broken,
    })
}

/// What the functions wrote is there: each noted the attempt by which it is done.
fn metadata_broken(scene: &Scene, id: &str, histories: &[history::History]) -> io::Result<Option<String>> {
    let found = scene.get(&format!("/connections/{id}?provider_config_key=hubspot"))?;
    let metadata = found.get("metadata").cloned().unwrap_or_default();
    let wanted = histories
        .iter()
        .enumerate()
        .map(|(place, history)| (project::field(place + 1), Value::from(history.attempts)));
    let wanted = Value::Object(wanted.collect());
    Ok((metadata != wanted).then(|| format!("{id}: its metadata is {metadata}, and not {wanted}")))
}

/// What nobody is told of: a message that outlives its event.
fn left_in_the_database(scene: &Scene) -> Vec<String> {
    let Some((_, database)) = &scene.postgres else { return Vec::new() };
    let lines = ["functions", "actions", "webhooks"];
    let left = lines
        .map(|line| (line, database.sql(&format!("SELECT COUNT(*) FROM pgmq.q_onevent_onevent_{line}"))));
    let left = left.into_iter().filter(|(_, count)| count != "0");
    left.map(|(line, count)| format!("{count} messages are left in the line of {line}")).collect()
}
