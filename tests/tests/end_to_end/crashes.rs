//! Servers that are killed at random points of all that is asked of them: `docs/crashes.md` lists what holds afterwards.

use onevent_contract::{Clock as _, SystemClock};
use onevent_tests::crashes::{CrashPlan, run};

use crate::world::program;

/// Kills servers as often as the plan says, and shows what came of it.
fn nothing_is_half_done(plan: &CrashPlan) {
    println!("seed {}", plan.seed);
    let report = run(plan, &program()).unwrap();
    let told = report.lines().join("\n");
    println!("{told}");
    assert!(report.broken.is_empty(), "{told}");
    assert_eq!(report.kills, plan.kills, "{told}");
    for (ask, count) in &report.cut {
        assert!(*count > 0, "no {ask} was cut short: {told}");
    }
    assert!(report.attempts_cut > 0, "no run of the queue was cut short: {told}");
}

#[test]
fn of_servers_that_are_killed_nothing_is_half_done() {
    // Another one each time: it is told, and `cargo xtask soak crashes --seed` takes it.
    let seed = SystemClock.now().as_millisecond().unsigned_abs();
    nothing_is_half_done(&CrashPlan::of(KILLS, seed));
}

/// As many as a minute has room for on two cores.
const KILLS: usize = 300;

#[test]
#[ignore = "takes ten minutes"]
fn of_servers_that_are_killed_three_thousand_times_nothing_is_half_done() {
    nothing_is_half_done(&CrashPlan::of(3_000, 1));
}
