//! The quick start of the README, typed into a shell as it stands there.

use std::net::TcpListener;
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

/// The script with the mock provider on a port that is free here, and its lines in a file.
fn on_a_free_port(script: &str) -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let replaced = [
        ("onevent init acme ", format!("onevent init acme --mock-provider {free} ")),
        // A process of its own, so that it is the one that is ended.
        ("onevent mock-provider &", format!("env onevent mock-provider --listen {free} 2> mock.log &")),
    ];
    replaced.into_iter().fold(script.to_owned(), |script, (from, to)| {
        assert!(script.contains(from), "{from} is not in the quick start");
        script.replace(from, &to)
    })
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
    let answer = type_into_shell(&on_a_free_port(&script));
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{answer:?}");
    answer.says(&[
        "created   index.ts",
        "exit 0\n",
        "acme/validate-connection  on-event  validate-connection",
        "exit 0\n",
        "4 passed",
        "exit 0\n",
        "connection accepted",
        "acme/register-webhook succeeded",
        "acme/first-customer created",
        "exit 0\n",
        "acme/validate-connection succeeded",
        "dry run",
        "exit 0\n",
        "connection rejected",
        "this connection belongs to acct_demo, not to acct_other",
        "acme/on-events/validate-connection.ts:12:",
        "exit 3\n",
        "succeeded",
        "exit 0\n",
        "acme/remove-webhook succeeded",
        "acme/first-customer deleted",
        "exit 0\n",
    ]);
    let calls = script.lines().filter(|line| line.starts_with("onevent ") && !line.contains('&')).count();
    let exits = answer.stdout.lines().filter(|line| line.starts_with("exit ")).count();
    assert_eq!(exits, calls + 1, "the first line has two commands");
}

#[test]
fn a_quick_start_that_does_not_work_is_noticed() {
    let wrong = type_into_shell(&on_a_free_port(&commands().replace("@other.json", "@another.json")));
    assert!(wrong.stdout.contains("exit 2"), "{wrong:?}");
}
