//! Honest and hostile runs side by side in one server. What they do to memory is looked at by `cargo xtask soak hostile`.

use std::time::Duration;

use onevent_contract::{Clock as _, SystemClock};
use onevent_tests::hostile::{HostilePlan, run};

use crate::world::program;

/// Each action comes once at least, mostly.
const RUNS: usize = 400;

#[test]
fn every_run_among_hostile_ones_ends_as_it_has_to() {
    let seed = SystemClock.now().as_millisecond().unsigned_abs();
    println!("seed {seed}");
    let plan = HostilePlan { runs: RUNS, seed, rest: Duration::ZERO, looks: 0 };
    let report = run(&plan, &program(), &|told| eprintln!("{told}")).unwrap();
    let told = report.lines().join("\n");
    println!("{told}");
    assert!(report.wrong.is_empty(), "{told}");
    assert_eq!(report.runs, RUNS);
    assert!(report.by_action.len() > 15, "{report:?}");
}
