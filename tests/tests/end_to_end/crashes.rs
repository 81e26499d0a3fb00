//! Servers that are killed at random points of all that is asked of them: `docs/crashes.md` lists what holds afterwards.

use onevent_contract::{Clock as _, SystemClock};
use onevent_tests::crashes::{CrashPlan, run};

use crate::world::program;

/// Kills servers as often as the plan says, and looks what came of it. The report, for people.
fn nothing_is_half_done(plan: &CrashPlan) -> String {
    let report = run(plan, &program()).unwrap_or_else(|failure| panic!("seed {}: {failure:?}", plan.seed));
    let told = format!("seed {}\n{}", plan.seed, report.lines().join("\n"));
    assert!(report.broken.is_empty(), "{told}");
    assert_eq!(report.kills, plan.kills, "{told}");
    for (ask, count) in &report.cut {
        assert!(*count > 0, "no {ask} was cut short: {told}");
    }
    assert!(report.attempts_cut > 0, "no run of the queue was cut short: {told}");
    told
}

#[test]
fn of_servers_that_are_killed_nothing_is_half_done() {
    // Another one each time: it is told, and `cargo xtask soak crashes --seed` takes it.
    let seed = SystemClock.now().as_millisecond().unsigned_abs();
    println!("{}", nothing_is_half_done(&CrashPlan::of(KILLS, seed)));
}

/// As many as a minute has room for on two cores.
const KILLS: usize = 300;

#[test]
#[ignore = "takes ten minutes"]
fn of_servers_that_are_killed_three_thousand_times_nothing_is_half_done() {
    println!("{}", nothing_is_half_done(&CrashPlan::of(3_000, 1)));
}
