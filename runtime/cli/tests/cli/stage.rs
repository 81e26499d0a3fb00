//! A project in a folder of its own, a provider on loopback, and the program between them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onevent_tests::SalesforceServer;
use serde_json::Value;
use tempfile::TempDir;

use crate::schemas;

pub(crate) const TOKEN: &str = "tok-acme-0123456789";
pub(crate) const OTHER_TOKEN: &str = "tok-other-0123456789";
pub(crate) const ACCOUNT: &str = "00D000000000001";
pub(crate) const OTHER_ACCOUNT: &str = "00D000000000002";

/// The documented functions, a provider that knows two accounts, and their credentials in files.
pub(crate) struct Stage {
    pub(crate) project: TempDir,
    pub(crate) salesforce: SalesforceServer,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let project = tempfile::tempdir().unwrap();
        copy(&examples(), project.path());
        let salesforce = SalesforceServer::start().unwrap();
        salesforce.allow(TOKEN, ACCOUNT);
        salesforce.allow(OTHER_TOKEN, OTHER_ACCOUNT);
        let stage = Self { project, salesforce };
        for (file, token) in [("acme.json", TOKEN), ("other.json", OTHER_TOKEN)] {
            stage.write(file, &format!("{{\"type\": \"OAUTH2\", \"access_token\": \"{token}\"}}"));
        }
        stage.write(
            "onevent.toml",
            &format!(
                "[integrations.salesforce]\nbase_url = \"{}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n",
                stage.salesforce.base_url()
            ),
        );
        stage
    }

    /// Writes a file of the project, folders included.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.project.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Adds a function and its import.
    pub(crate) fn function(&self, name: &str, code: &str) {
        self.write(&format!("{name}.ts"), code);
        let index = self.project.path().join("index.ts");
        let mut text = std::fs::read_to_string(&index).unwrap();
        text.push_str(&format!("import './{name}';\n"));
        std::fs::write(index, text).unwrap();
    }

    /// The program in the project's folder, with nothing of this machine's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command(self.project.path(), arguments)
    }

    /// Runs a command for a person.
    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(self.command(arguments).output().unwrap())
    }

    /// Runs a command for a program, and checks the document against its schema.
    pub(crate) fn json(&self, schema: &str, arguments: &[&str]) -> (i32, Value) {
        let answer = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(answer.stderr, "", "with --json everything is in the document");
        let document: Value =
            serde_json::from_str(&answer.stdout).unwrap_or_else(|e| panic!("{e}\n{answer:?}"));
        schemas::check(schema, &document);
        (answer.code, document)
    }

    /// Every file of the project, with its size, but for what was found out about functions.
    pub(crate) fn files(&self) -> Vec<(PathBuf, u64)> {
        let mut files = Vec::new();
        walk(self.project.path(), &mut files);
        let own = self.project.path().join(".onevent");
        let (cache, ignored) = (own.join("cache"), own.join(".gitignore"));
        files.retain(|(path, _)| *path != own && *path != ignored && !path.starts_with(&cache));
        files.sort();
        files
    }
}

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("onevent"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// One process, after it ended.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl CommandOutput {
    pub(crate) fn of(output: Output) -> Self {
        let answer = Self {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in [TOKEN, OTHER_TOKEN] {
            assert!(!answer.stderr.contains(secret), "a credential on standard error");
        }
        answer
    }

    /// Fails unless standard output holds these texts, in this order.
    pub(crate) fn says(&self, parts: &[&str]) {
        in_order(&self.stdout, parts);
    }

    /// The same for standard error.
    pub(crate) fn complains(&self, parts: &[&str]) {
        in_order(&self.stderr, parts);
    }
}

fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is missing, or too early, in\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name() == OsStr::new(".onevent") {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, u64)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let size = entry.metadata().unwrap();
        if size.is_dir() {
            files.push((entry.path(), 0));
            walk(&entry.path(), files);
        } else {
            files.push((entry.path(), size.len()));
        }
    }
}
