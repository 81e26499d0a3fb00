//! Kills nodes, and stops the database.

use std::io;
use std::time::Duration;

use super::plan::Plan;
use super::scene::{Scene, lock};

/// How long a stopped database is away: less than a lease, so that renewals may fail and nobody has to lose.
const AWAY: Duration = Duration::from_secs(3);
/// How far a kill is moved at random, in percent of the time between two, either way.
const JITTER_PERCENT: u64 = 25;
/// How often it is told how things stand.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Does what the plan says, one thing after the other.
pub(super) fn reign(scene: &Scene, plan: &Plan, tell: &dyn Fn(String)) -> io::Result<()> {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut told = Duration::ZERO;
    for kill in 1..=plan.kills {
        let percent = random.u64(100 - JITTER_PERCENT..=100 + JITTER_PERCENT);
        // From the last start on, so that every node comes to work.
        let then = scene.watch.now() + percent_of(plan.kill_every, percent);
        while scene.watch.now() < then {
            scene.watch.sleep_until(then.min(told + TOLD_EVERY));
            if scene.watch.now() >= told + TOLD_EVERY {
                told = scene.watch.now();
                tell(format!("{}, {} of {} kills", standing(scene, plan), kill - 1, plan.kills));
            }
        }
        // Any node, and where that may have nothing to do, the one that has most.
        let any = random.usize(..plan.nodes);
        let place = if kill % 2 == 0 { scene.busiest_place().unwrap_or(any) } else { any };
        scene.kill_node(place)?;
        scene.start_node(place)?;
        if is_time_to_stop(plan, kill) {
            scene.stop_database(AWAY);
        }
        *lock(&scene.kills) = (kill, scene.watch.now());
    }
    Ok(())
}

/// Evenly among the kills, and never after the last.
fn is_time_to_stop(plan: &Plan, kill: usize) -> bool {
    let due = |kills: usize| kills * (plan.stops + 1) / (plan.kills + 1);
    due(kill) > due(kill - 1) && due(kill) <= plan.stops
}

fn percent_of(time: Duration, percent: u64) -> Duration {
    time.saturating_mul(u32::try_from(percent).unwrap_or(u32::MAX)) / 100
}

/// How far it is, for whoever waits.
pub(super) fn standing(scene: &Scene, plan: &Plan) -> String {
    let (_, done) = scene.outside.counted();
    format!("{:>4} s: {done} of {} events done", scene.watch.now().as_secs(), plan.events())
}
