//! Colours, broken pipes and Ctrl-C.

use std::process::Stdio;
use std::time::Duration;

use onevent_tests::{Fault, Target, Times};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::schemas;
use crate::stage::{CommandOutput, Stage};

#[test]
fn colours_are_for_terminals() {
    let stage = Stage::new();
    let plain = stage.run(&["functions"]);
    assert!(!plain.stdout.contains('\u{1b}'));
    let forced =
        CommandOutput::of(stage.command(&["functions"]).env("CLICOLOR_FORCE", "1").output().unwrap());
    assert!(forced.stdout.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&forced.stdout).to_string(), plain.stdout);
    let output =
        stage.command(&["functions"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert_eq!(CommandOutput::of(output).stdout, plain.stdout);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let stage = Stage::new();
    let mut child = stage
        .command(&["functions", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let answer = CommandOutput::of(child.wait_with_output().unwrap());
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let stage = Stage::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let answer = CommandOutput::of(stage.command(&["functions"]).stdout(full).output().unwrap());
    assert_eq!(answer.code, 13);
    answer.complains(&["could not be written"]);
}

#[test]
fn ctrl_c_stops_the_run_and_takes_the_creation_back() {
    let stage = Stage::new();
    let hour = Fault::Delay(Duration::from_secs(3600));
    stage.salesforce.plan_fault(Target::path("/services"), hour, Times::Next(1));
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json", "--json"];
    let mut command = stage.command(&create);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The request is with the provider: the connection is stored, and its validation is running.
    while stage.salesforce.journal().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let answer = CommandOutput::of(child.wait_with_output().unwrap());
    assert_eq!(answer.code, 130, "{answer:?}");
    let document: Value = serde_json::from_str(&answer.stdout).unwrap();
    schemas::check("error", &document);
    assert_eq!(document["error"]["code"], "interrupted");
    let (_, list) = stage.json("connection-list", &["connection", "list"]);
    assert_eq!(list["connections"], Value::Array(Vec::new()));
    let again = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(stage.json("operation", &again).0, 0, "nothing is in the way of another try");
}

/// Whether the process has a handler of its own for Ctrl-C, by its mask of caught signals.
fn handles_interrupts(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
    mask & (1 << (Signal::INT.as_raw() - 1)) != 0
}

#[test]
fn ctrl_c_does_not_wait_for_standard_input() {
    let stage = Stage::new();
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@-"];
    let mut child = stage
        .command(&create)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Held open, so that the program waits for it.
    let stdin = child.stdin.take();
    while !handles_interrupts(child.id()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let answer = CommandOutput::of(child.wait_with_output().unwrap());
    drop(stdin);
    assert_eq!(answer.code, 130);
    answer.complains(&["error[interrupted]"]);
}
