//! Runs the real `onevent` program.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onevent_contract::{Clock, SystemClock};
use serde_json::Value;

use crate::command_output::{CommandOutput, Mismatch, Told};

/// The program with the flags that every command gets.
pub(crate) struct Onevent {
    binary: PathBuf,
    flags: Vec<OsString>,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    secrets: Vec<String>,
}

impl Onevent {
    /// `folder` is where commands run; `secrets` are texts that no command may print.
    pub(crate) fn new(binary: &Path, folder: &Path, flags: Vec<OsString>, secrets: &[&str]) -> Self {
        let secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        let (binary, folder) = (binary.to_owned(), folder.to_owned());
        Self { binary, flags, folder, variables: Vec::new(), secrets }
    }

    /// The same with a variable in its environment, which has none else.
    pub(crate) fn with_variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// The flags, to be shown once.
    pub(crate) fn flags(&self) -> impl Iterator<Item = String> {
        self.flags.iter().map(|flag| flag.to_string_lossy().into_owned())
    }

    /// Runs one command without the flags that the others have.
    pub(crate) fn run_bare(&self, arguments: &[&str]) -> Told<CommandOutput> {
        self.run_with(arguments, &[])
    }

    /// Runs one command with `--json` and checks that what it printed is one document without secrets.
    pub(crate) fn run(&self, arguments: &[&str]) -> Told<CommandOutput> {
        self.run_with(arguments, &self.flags)
    }

    fn run_with(&self, arguments: &[&str], flags: &[OsString]) -> Told<CommandOutput> {
        let clock = SystemClock;
        let start = clock.monotonic();
        let output = Command::new(&self.binary)
            .args(arguments)
            .args(flags)
            .arg("--json")
            .current_dir(&self.folder)
            // The machine's own settings are not part of the story.
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| {
                Mismatch::new(format!("{} cannot be started: {error}", self.binary.display()))
            })?;
        let took = clock.elapsed(start);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let document = serde_json::from_str(&stdout);
        let answer = CommandOutput {
            command: format!("onevent {}", arguments.join(" ")),
            exit: output.status.code(),
            document: document.as_ref().cloned().unwrap_or(Value::Null),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            stdout,
            took,
        };
        answer.must(document.is_ok(), format!("`{} --json` prints one JSON document", answer.command))?;
        answer.must(answer.field("schema_version").is_some(), "the document has a schema_version")?;
        let leaked = self
            .secrets
            .iter()
            .any(|secret| answer.stdout.contains(secret.as_str()) || answer.stderr.contains(secret.as_str()));
        answer.must(!leaked, "no access token is printed")?;
        Ok(answer)
    }
}
