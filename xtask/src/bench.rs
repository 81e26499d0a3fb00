//! Builds onevent and the program that measures it, and starts that.

use std::process::Command;

use crate::chores;
use crate::failure::Failure;
use crate::npm;
use crate::process;
use crate::terminal;
use crate::workspace::Workspace;

/// Measures; what `--help` of the measuring program shows can be handed on.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    chores::setup(workspace)?;
    let peers = workspace.root().join("xtask/bench/peers");
    if let Err(failure) = npm::install(&peers, "onevent's peers") {
        // onevent can be measured without them, and the page says who is missing.
        failure.print();
        terminal::warning("the peers are not installed: they will be missing");
    }
    terminal::step("building", "onevent and the measuring program, with optimisations");
    // The whole workspace, so that the features of what it rests on are those of an ordinary build.
    process::run(workspace.cargo().args([
        "build",
        "--release",
        "--workspace",
        "--bin",
        "onevent",
        "--bin",
        "onevent-bench",
    ]))?;
    let mut bench = Command::new(workspace.binaries("release").join("onevent-bench"));
    bench.arg("measure").arg("--root").arg(workspace.root());
    bench.arg("--scratch").arg(workspace.target().join("bench"));
    let status = bench.args(arguments).status();
    let status = status.map_err(|error| Failure::io("cannot start the measuring program", &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the measurement ended with {status}"))) }
}
