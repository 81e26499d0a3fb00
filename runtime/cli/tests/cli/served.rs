//! The server of the README, typed into a shell as it stands there.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::stage::CommandOutput;

/// The port that the page names.
const PORT: &str = "3003";

/// The shell's lines of the section about the server.
fn commands() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## The server\n").unwrap();
    let (_, block) = section.split_once("\n```sh\n").unwrap();
    block.split_once("\n```\n").unwrap().0.to_owned()
}

/// Types the commands on a port of the test's own. The last one is repeated until it has something to show.
fn type_into_shell(script: &str, most_tries: u32) -> CommandOutput {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let script = script.replace(PORT, &free);
    let script =
        script.replace("onevent serve &", &format!("onevent serve --listen 127.0.0.1:{free} & server=$!;"));
    let (before, last) = script.trim_end().rsplit_once('\n').unwrap();
    let told = format!(
        "set -eu\nserver=\ntrap 'kill $server; wait $server' EXIT\n{before}\ntries=0\n\
         until onevent runs list --connection acme | grep -q succeeded || [ $tries = {most_tries} ]; do tries=$((tries + 1)); sleep 0.1; done\n{last}\n"
    );
    let program = assert_cmd::cargo::cargo_bin!("onevent");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &told]).current_dir(folder.path()).env_clear().env("PATH", path).stdin(Stdio::null());
    CommandOutput::of(shell.output().unwrap())
}

#[test]
fn a_function_runs_because_a_connection_was_created_over_http() {
    let answer = type_into_shell(&commands(), 300);
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.says(&["\"connection_id\":\"acme\"", "hubspot/greet", "succeeded"]);
}

#[test]
fn a_server_section_that_does_not_work_is_noticed() {
    let wrong = type_into_shell(&commands().replace("\"hubspot\"", "\"nothing\""), 3);
    assert!(!wrong.stdout.contains("succeeded"), "{wrong:?}");
}
