//! What no child may do, tried in one, and as a control in the same program with all doors open.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;

use onevent_worker::{Attempt, Attempted, Doors, Holds, Require};
use serde_json::Value;
use strum::VariantArray as _;

use crate::children::{children_of, waits_until};
use crate::stage::{MemoryHost, Stage, invocation};

#[tokio::test]
async fn every_layer_holds_here() {
    let stage = Stage::new();
    for state in stage.pool.layers().await.unwrap() {
        assert_eq!(state.holds, Holds::Fully, "{}", state.layer);
    }
}

#[tokio::test]
async fn what_no_child_may_do_is_refused_and_works_without_the_layers() {
    let stage = Stage::new();
    for attempt in Attempt::VARIANTS {
        let closed = stage.pool.attempt(*attempt, Doors::Closed).await;
        let open = stage.pool.attempt(*attempt, Doors::Open).await;
        assert_eq!((closed, open), (Some(Attempted::Refused), Some(Attempted::Worked)), "{attempt}");
    }
}

/// The kernel's own words of a child that runs.
#[tokio::test]
async fn the_kernel_says_the_same_of_a_child_that_runs() {
    let stage = Stage::new();
    let project = stage.load("await nango.get({ endpoint: '/never' });").await;
    let loaders = children_of(std::process::id());
    let (done, looked) = tokio::sync::oneshot::channel::<()>();
    let seen = tokio::task::spawn_blocking(move || {
        // Dropped at the end, also of a panic.
        let _done = done;
        let mut runs = Vec::new();
        waits_until("it does not run", || {
            runs = children_of(std::process::id());
            runs.retain(|child| !loaders.contains(child));
            !runs.is_empty()
        });
        let of = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", runs[0])).unwrap();
        // Its doors are closed before it has a second thread.
        waits_until("it has one thread", || status(&of("status"), "Threads") != "1");
        (of("status"), of("limits"))
    });
    let cancelled = async move { drop(looked.await) };
    let host = Arc::<MemoryHost>::default();
    stage.engine.run_until(invocation(&project), host, cancelled).await.unwrap();
    let (said, limits) = seen.await.unwrap();
    assert_eq!((status(&said, "Seccomp"), status(&said, "NoNewPrivs")), ("2", "1"));
    assert_eq!(status(&said, "CapEff").trim_start_matches('0'), "", "{said}");
    assert!(!status(&said, "Uid").split_whitespace().any(|id| id == "0"), "{said}");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    let memory = limits.lines().find(|line| line.starts_with("Max data size")).unwrap();
    assert_eq!(memory.split_whitespace().nth(3), Some("805306368"), "{memory}");
}

fn status<'a>(text: &'a str, field: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.unwrap_or_default().trim()
}

#[test]
fn the_doctor_says_it_to_people_and_programs() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("onevent"));
        let output = command.arg("doctor").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let document: Value = serde_json::from_str(&run(&["--json", "--set", "isolation_require=full"])).unwrap();
    let schema = include_str!("../../../../docs/schemas/doctor.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(validator.is_valid(&document), "{document:#}");
    let layers = document["layers"].as_array().unwrap();
    let held: BTreeMap<_, _> = layers
        .iter()
        .map(|layer| (layer["layer"].as_str().unwrap(), layer["holds"].as_str().unwrap()))
        .collect();
    assert_eq!(held.len(), 8);
    assert!(held.values().all(|holds| *holds == "yes"), "{held:?}");
    let text = run(&[]);
    assert!(text.contains("landlock") && text.contains("read_environment"), "{text}");
}

/// A kernel that lacks a layer cannot be had here. An environment can, whose absence is a layer, too.
#[tokio::test]
async fn nothing_runs_where_all_is_required_and_a_layer_does_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("with-an-environment");
    let onevent = assert_cmd::cargo::cargo_bin!("onevent").display();
    std::fs::write(&program, format!("#!/bin/sh\nexport LEFT=here\nexec '{onevent}' \"$@\"\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let stage = Stage::of(program);
    let project = stage.load("await nango.log('ran');").await;
    let run = async || stage.engine.run(invocation(&project), Arc::<MemoryHost>::default()).await;
    assert_eq!(run().await.unwrap().outcome.as_str(), "succeeded");
    assert!(stage.pool.waiting() > 0);

    // From here on also the children that were started before are not good enough.
    stage.pool.require(Require::Full);
    for _ in 0..3 {
        let refused = run().await.unwrap_err().to_string();
        let why =
            "isolation_require is full, and the layer environment does not hold here: it was started with";
        assert!(refused.contains(why), "{refused}");
    }
    let refused = stage.pool.layers().await.unwrap_err().to_string();
    assert!(refused.contains("the layer environment does not hold here"), "{refused}");

    stage.pool.require(Require::Available);
    assert_eq!(run().await.unwrap().outcome.as_str(), "succeeded");
}

#[test]
fn a_child_that_anybody_else_starts_is_none() {
    let onevent = assert_cmd::cargo::cargo_bin!("onevent");
    let of =
        |arguments: &[&str]| Command::new(onevent).arg("worker").args(arguments).status().unwrap().code();
    assert_eq!(of(&[]), Some(64));
    assert_eq!(of(&["--parent", "1", "--heap-bytes", "1048576"]), Some(64), "its parent is another");
}
