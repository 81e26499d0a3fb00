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
    let version = help(&["-V"]);
    assert_eq!(version.stdout, concat!("onevent ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_whole_version_says_what_the_program_was_made_of() {
    let version = help(&["--version"]);
    assert_eq!((version.code, version.stderr.as_str()), (0, ""));
    let lines: Vec<&str> = version.stdout.lines().collect();
    assert_eq!(lines[0], concat!("onevent ", env!("CARGO_PKG_VERSION")));
    let said = |line: usize, name: &str| lines[line].strip_prefix(name).unwrap().to_owned();
    // Of a build for development no commit is known.
    let commit = said(1, "commit ");
    let is_commit = commit.starts_with(|c: char| c.is_ascii_hexdigit()) && commit.len() >= 12;
    assert!(commit == "unknown" || is_commit, "{commit}");
    let lock =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock")).unwrap();
    let locked =
        |name: &str, version: &str| lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\""));
    assert!(locked("deno_core", &said(3, "deno_core ")));
    assert!(said(2, "V8 ").split('.').count() >= 3);
}

#[test]
fn every_shell_is_given_something_that_knows_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let answer = help(&["completions", shell]);
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
        assert!(answer.stdout.contains("mock-provider") && answer.stdout.contains("reconnect"), "{shell}");
    }
    assert_eq!(help(&["completions", "tcsh"]).code, 2);
}

#[test]
fn a_shell_completes_commands() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("onevent.bash");
    std::fs::write(&script, help(&["completions", "bash"]).stdout).unwrap();
    let asked = format!(
        "source {}; COMP_WORDS=(onevent connection re); COMP_CWORD=2; _onevent onevent re connection; echo \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let output = std::process::Command::new("bash").args(["--norc", "-c", &asked]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "reconnect", "{:?}", output.stderr);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    let written = help(&["man", "--out", pages.to_str().unwrap()]);
    assert_eq!((written.code, written.stderr.as_str()), (0, ""), "{written:?}");
    for page in ["onevent.1", "onevent-init.1", "onevent-connection.1", "onevent-connection-metadata-set.1"] {
        let text = std::fs::read_to_string(pages.join(page)).unwrap();
        assert!(text.contains(".TH onevent") && text.contains(".SH SYNOPSIS"), "{page}: {text}");
    }
    let printed = help(&["man"]);
    assert_eq!(printed.stdout, std::fs::read_to_string(pages.join("onevent.1")).unwrap());
    printed.says(&["Exit codes"]);
}

#[test]
fn every_command_has_examples() {
    for arguments in [
        &["init"][..],
        &["mock-provider"],
        &["types"],
        &["completions"],
        &["man"],
        &["functions"],
        &["check"],
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
