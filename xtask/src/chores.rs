//! The chores that are made of others.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::other_postgres;
use crate::postgres;
use crate::process;
use crate::sdk;
use crate::terminal;
use crate::v8;
use crate::workspace::Workspace;

/// How the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// Quick to run.
    Release,
}

impl Profile {
    /// What `--release` asks for.
    pub(crate) fn from_flag(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    fn cargo_name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// Everything that plain cargo commands need.
pub(crate) fn setup(workspace: &Workspace) -> Result<(), Failure> {
    v8::install(workspace)?;
    sdk::build(workspace)?;
    terminal::done("ready", "plain `cargo build`, `cargo run -- …` and `cargo test` work now");
    Ok(())
}

/// Every test; with arguments for the runner, only the Rust tests. The runner's summary comes last.
pub(crate) fn test(workspace: &Workspace, runner_arguments: &[String]) -> Result<(), Failure> {
    setup(workspace)?;
    let selected = !runner_arguments.is_empty();
    if !selected {
        postgres::ensure()?;
        sdk::test(workspace)?;
        terminal::step("testing", "the examples in the documentation");
        process::run(workspace.cargo().args(["test", "--workspace", "--doc", "--quiet"]))?;
    }
    let mut runner = rust_test_runner(workspace);
    if !selected {
        // Everything was asked for: one failure must not hide the others.
        runner.arg("--no-fail-fast");
    }
    if !selected || !names_a_package(runner_arguments) {
        runner.arg("--workspace");
    }
    let tested = process::run(runner.args(runner_arguments))
        .map_err(|failure| failure.next("repeat some tests only: cargo xtask test -- <part of their name>"));
    match selected {
        true => tested,
        // One failure must not hide the others here, either.
        false => test_other_postgres(workspace).and(tested),
    }
}

/// The suite that every database of the store passes, once more on another major version of PostgreSQL than the machine's: what
/// is of a server's crashes and of poolers is left to that one. Says which versions were tested.
fn test_other_postgres(workspace: &Workspace) -> Result<(), Failure> {
    let other = match other_postgres::ensure(workspace) {
        Ok(other) => other,
        Err(failure) => {
            let why = failure.what();
            terminal::warning(format!("the store was tested on the machine's PostgreSQL alone: {why}"));
            return Ok(());
        }
    };
    terminal::step("testing", format!("the store once more, on {}", other.version));
    let mut runner = workspace.cargo();
    runner.env(other_postgres::VARIABLE, &other.programs);
    if process::read(workspace.cargo().args(["nextest", "--version"])).is_some() {
        let suite = "package(onevent-store) & binary(postgres) - test(/^(crashes|pooler|backlog)::/)";
        runner.args(["nextest", "run", "--workspace", "--no-fail-fast", "-E", suite]);
    } else {
        runner.args(["test", "--package", "onevent-store", "--test", "postgres", "--"]);
        runner.args(["--skip", "crashes::", "--skip", "pooler::", "--skip", "backlog::"]);
    }
    process::run(&mut runner)?;
    terminal::done("tested", format!("the store on the machine's PostgreSQL and on {}", other.version));
    Ok(())
}

fn rust_test_runner(workspace: &Workspace) -> Command {
    let mut runner = workspace.cargo();
    if process::read(workspace.cargo().args(["nextest", "--version"])).is_some() {
        terminal::step("testing", "everything in Rust, with cargo-nextest");
        runner.args(["nextest", "run"]);
    } else {
        terminal::step("testing", "everything in Rust, with cargo test (cargo-nextest is not installed)");
        // Libraries and binaries are among the tests; the examples in the documentation have run.
        runner.args(["test", "--tests", "--examples"]);
    }
    runner
}

fn names_a_package(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "-p" || argument.starts_with("--package"))
}

/// Formatting, lints, tests.
pub(crate) fn ci(workspace: &Workspace) -> Result<(), Failure> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
        .map_err(|failure| failure.next("run `cargo fmt --all`").next("rustup component add rustfmt"))?;
    setup(workspace)?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    process::run(workspace.cargo().args(clippy))
        .map_err(|failure| failure.next("mend what clippy names").next("rustup component add clippy"))?;
    test(workspace, &[])
}

/// Builds the program and the demo, and runs the demo.
pub(crate) fn demo(workspace: &Workspace, profile: Profile) -> Result<(), Failure> {
    setup(workspace)?;
    let binaries = build_with_tests(workspace, profile)?;
    let mut demo = Command::new(binaries.join("onevent-demo"));
    demo.arg("--onevent").arg(binaries.join("onevent"));
    demo.arg("--project").arg(workspace.root().join("examples"));
    demo.arg("--pinned").arg(workspace.root().join("tests/official/deploy"));
    let status = demo.status().map_err(|error| Failure::io("cannot start the demo", &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the demo ended with {status}"))) }
}

/// Builds the program, and the programs that drive it. The folder where they are.
pub(crate) fn build_with_tests(workspace: &Workspace, profile: Profile) -> Result<PathBuf, Failure> {
    terminal::step("building", format!("onevent and what drives it, profile {}", profile.cargo_name()));
    if profile == Profile::Dev {
        terminal::detail(
            "the first build takes some minutes; --release gives the timings of an installation",
        );
    }
    // The whole workspace, so that the features of what it rests on are those of the tests: nothing is built twice.
    let mut build = workspace.cargo();
    build.args(["build", "--profile", profile.cargo_name(), "--workspace"]);
    for program in ["onevent", "onevent-demo", "onevent-soak", "onevent-fuzz"] {
        build.args(["--bin", program]);
    }
    process::run(&mut build)?;
    Ok(workspace.binaries(profile.folder()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_among_the_arguments_is_seen() {
        let arguments = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert!(names_a_package(&arguments(&["-p", "onevent-proxy"])));
        assert!(names_a_package(&arguments(&["--package=onevent-proxy"])));
        assert!(!names_a_package(&arguments(&["redirects"])));
    }
}
