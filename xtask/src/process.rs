//! Running other programs.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::terminal;

/// Runs a command with our stdin and stderr, and its stdout on our stderr: stdout is for data.
///
/// # Errors
/// When it cannot be started or ends with another status than 0.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    run_as(&show(command), command)
}

/// The same under another name: for a command whose arguments are not for reading.
pub(crate) fn run_as(shown: &str, command: &mut Command) -> Result<(), Failure> {
    terminal::command(shown);
    let status = command
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| Failure::io(format!("cannot start `{shown}`"), &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{shown}` ended with {status}"))) }
}

/// Runs a command quietly and returns what it printed; `None` when it cannot be started or fails.
pub(crate) fn read(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program can be run: it answers `--version`.
pub(crate) fn exists(program: impl AsRef<OsStr>) -> bool {
    read(Command::new(program).arg("--version")).is_some()
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_with_its_status() {
        let failure = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(failure.what(), "`sh -c exit 3` ended with exit status: 3");
        assert!(run(&mut Command::new("onevent-no-such-program")).is_err());
    }

    #[test]
    fn output_is_read_only_from_a_program_that_succeeded() {
        assert_eq!(read(Command::new("sh").args(["-c", "echo out; echo err >&2"])).as_deref(), Some("out"));
        assert_eq!(read(Command::new("sh").args(["-c", "echo out; exit 1"])), None);
    }
}
