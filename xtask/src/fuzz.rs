//! What is read from strangers, fed with anything, for as long as somebody likes.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::chores::{Profile, build_with_tests, setup};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// What is fed, and how long.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// Which targets, one after the other [default: all, as `tests/fuzz/src/targets` lists them]
    targets: Vec<String>,
    /// How long each
    #[arg(long, value_name = "MINUTES", default_value_t = 10.0)]
    minutes: f64,
    /// What decides which inputs come [default: another one each time, which is told]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Runs a target with this file alone, and shows where it panics
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Build with optimisations: more inputs, and no arithmetic is checked
    #[arg(long)]
    release: bool,
}

/// Builds the targets, and feeds them.
pub(crate) fn fuzz(workspace: &Workspace, fuzz: &Fuzz) -> Result<(), Failure> {
    setup(workspace)?;
    let binaries = build_with_tests(workspace, Profile::from_flag(fuzz.release))?;
    let findings = workspace.target().join("fuzz");
    let mut program = Command::new(binaries.join("onevent-fuzz"));
    program.args(&fuzz.targets).args(["--minutes", &fuzz.minutes.to_string()]);
    program.arg("--findings").arg(&findings);
    if let Some(seed) = fuzz.seed {
        program.args(["--seed", &seed.to_string()]);
    }
    if let Some(input) = &fuzz.input {
        program.arg("--input").arg(input);
    }
    let status = program.status().map_err(|error| Failure::io("cannot start the targets", &error))?;
    if status.success() {
        return Ok(());
    }
    let told = Failure::new(format!("the targets ended with {status}"));
    Err(told
        .next(format!(
            "inputs by which something was found are in {}; where it ended without a word, in the file that it named",
            findings.display()
        ))
        .next("mend what is wrong, and keep the input in tests/fuzz/corpus"))
}
