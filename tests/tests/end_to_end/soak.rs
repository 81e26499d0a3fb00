//! Nodes that are killed under load. In full they take minutes, so they run only when asked for: here, or with
//! `cargo xtask soak`.

use onevent_tests::soak::{Plan, run};

use crate::world::program;

/// Does what the plan says, and looks what came of it. The report, for people.
fn nothing_is_lost(plan: &Plan, tell: &dyn Fn(String)) -> String {
    let report = run(plan, &program(), tell).unwrap();
    let told = report.lines().join("\n");
    assert!(report.broken.is_empty(), "{told}");
    let happened = (report.events, report.kills, report.database_stops);
    assert_eq!(happened, (plan.events(), plan.kills, plan.stops), "{told}");
    assert!(report.cut_by_kills > 0, "nobody was killed in the middle of anything: {told}");
    told
}

#[test]
fn of_three_nodes_that_are_killed_on_a_database_that_is_stopped_nothing_is_lost() {
    println!("{}", nothing_is_lost(&Plan::small_cluster(), &|told| eprintln!("{told}")));
}

#[test]
#[ignore = "takes minutes"]
fn of_five_thousand_events_on_three_nodes_nothing_is_lost() {
    println!("{}", nothing_is_lost(&Plan::full_cluster(), &|told| eprintln!("{told}")));
}

#[test]
fn of_one_server_that_is_killed_nothing_is_lost() {
    println!("{}", nothing_is_lost(&Plan::one_server(60, 4), &|told| eprintln!("{told}")));
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn of_one_server_that_is_killed_three_hundred_times_nothing_is_lost() {
    println!("{}", nothing_is_lost(&Plan::one_server(10_000, 300), &|told| eprintln!("{told}")));
}
