//! Which commit the program is of, for `onevent --version`.
#![allow(clippy::disallowed_methods, reason = "a build script is told everything by its environment")]

use std::process::Command;

/// Who builds without a checkout says the commit here.
const GIVEN: &str = "SOURCE_COMMIT";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={GIVEN}");
    let given = std::env::var(GIVEN).ok().filter(|commit| is_a_commit(commit));
    if let Some(commit) = given.or_else(checked_out) {
        println!("cargo::rustc-env=ONEVENT_BUILT_FROM={commit}");
    }
}

/// The commit of the checkout, with a mark where files differ from it. `None` without git, in a package of the sources, and
/// in builds for development: these would be linked again after every commit.
fn checked_out() -> Option<String> {
    if std::env::var("PROFILE").ok()? != "release" {
        return None;
    }
    // Sources that were unpacked within somebody's checkout are not of that one.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && std::path::Path::new(&log).exists()
    {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let is_changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|list| !list.is_empty());
    Some(if is_changed { format!("{commit} with changes") } else { commit })
        .filter(|commit| is_a_commit(commit))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// What is passed on to the compiler is one short line.
fn is_a_commit(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')
}
