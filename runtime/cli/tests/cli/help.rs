//! Help, the version, and what they promise.

use std::path::Path;

use crate::stage::{CommandOutput, command};

fn help(arguments: &[&str]) -> CommandOutput {
    let folder = tempfile::tempdir().unwrap();
    CommandOutput::of(command(folder.path(), arguments).output().unwrap())
}

#[test]
fn help_needs_no_project_and_goes_to_standard_output() {
    let answer = help(&["--help"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    answer.says(&[
        "functions",
        "connection",
        "dryrun",
        "runs",
        "config",
        "Exit codes:",
        "0  done",
        "130  Ctrl-C",
    ]);
    let version = help(&["--version"]);
    assert_eq!(version.stdout, concat!("onevent ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn every_command_has_examples() {
    for arguments in [
        &["functions"][..],
        &["connection", "create"],
        &["connection", "reconnect"],
        &["connection", "delete"],
        &["connection", "get"],
        &["connection", "list"],
        &["connection", "metadata", "get"],
        &["connection", "metadata", "set"],
        &["connection", "metadata", "update"],
        &["dryrun"],
        &["runs", "list"],
        &["runs", "show"],
        &["test"],
        &["serve"],
        &["keys", "create"],
        &["keys", "list"],
        &["keys", "revoke"],
        &["keys", "signing"],
        &["webhooks", "list"],
        &["webhooks", "show"],
        &["webhooks", "resend"],
        &["deploy"],
        &["deployments", "list"],
        &["deployments", "show"],
        &["deployments", "diff"],
        &["deployments", "rollback"],
        &["deployments", "prune"],
        &["config"],
    ] {
        let answer = help(&[arguments, &["--help"]].concat());
        assert_eq!(answer.code, 0);
        answer.says(&["Examples:", &format!("onevent {}", arguments.join(" "))]);
    }
}

#[test]
fn the_page_about_the_command_line_knows_every_exit_code() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let page = std::fs::read_to_string(page).unwrap();
    let help = help(&["--help"]).stdout;
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let codes: Vec<&str> = codes.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(codes.len(), 12);
    for line in codes {
        let (number, meaning) = line.trim().split_once("  ").unwrap();
        assert!(page.contains(&format!("| {number} | {meaning} |")), "{line} is not in docs/cli.md");
    }
}
