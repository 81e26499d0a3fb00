//! The quick start of the README, typed into a shell as it stands there.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::stage::CommandOutput;

/// The shell's lines, from the first block that is marked as such.
fn commands() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## Quick start\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let (_, block) = section.split_once("\n```sh\n").unwrap();
    let (block, _) = block.split_once("\n```\n").unwrap();
    block.to_owned()
}

/// Runs a script with the program in the path, in a new folder; after each of its calls its exit code is printed.
fn type_into_shell(script: &str) -> CommandOutput {
    let folder = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin!("onevent");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let told = format!(
        "set -eu\nonevent() {{ code=0; command onevent \"$@\" || code=$?; echo \"exit $code\"; }}\n{script}\n"
    );
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &told]).current_dir(folder.path()).env_clear().env("PATH", path).stdin(Stdio::null());
    CommandOutput::of(shell.output().unwrap())
}

#[test]
fn the_quick_start_does_what_it_says() {
    let script = commands();
    let answer = type_into_shell(&script);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{answer:?}");
    answer.says(&[
        "hubspot/check-region  on-event  validate-connection  Accepts accounts in the EU only",
        "exit 0\n",
        "connection rejected",
        "only accounts in the EU",
        "hubspot/on-events/check-region.ts:9:",
        "hubspot/acme was rejected: nothing is kept",
        "exit 3\n",
        "connection accepted",
        "hubspot/acme created",
        "exit 0\n",
        "hubspot/check-region succeeded",
        "dry run",
        "exit 0\n",
        "succeeded",
        "rejected",
        "exit 0\n",
        "hubspot/acme deleted",
        "exit 0\n",
    ]);
    let calls = script.lines().filter(|line| line.starts_with("onevent ")).count();
    assert_eq!(answer.stdout.lines().filter(|line| line.starts_with("exit ")).count(), calls);
}

#[test]
fn a_quick_start_that_does_not_work_is_noticed() {
    let wrong = type_into_shell(&commands().replace("@acme.json", "@another.json"));
    assert!(wrong.stdout.contains("exit 2"), "{wrong:?}");
}
