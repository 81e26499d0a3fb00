//! A server that commands work on.

use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::schemas;
use crate::stage::{CommandOutput, Stage};

/// `onevent serve`, killed when it is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    pub(crate) key: String,
}

impl Server {
    /// A server in the stage's folder.
    pub(crate) fn start(stage: &Stage) -> Self {
        Self::start_with(stage, &[])
    }

    /// The same with more options.
    pub(crate) fn start_with(stage: &Stage, options: &[&str]) -> Self {
        let mut command = stage.command(&[&["serve", "--json", "--listen", "127.0.0.1:0"], options].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        let mut documents = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
        let started = documents.next().expect("the server says where it is").unwrap();
        schemas::check("serve", &started);
        let text = |name: &str| started[name].as_str().unwrap_or_default().to_owned();
        Self { process, url: text("url"), key: text("secret_key") }
    }

    /// A command on this server, from a folder that is no project.
    pub(crate) fn run(&self, stage: &Stage, arguments: &[&str]) -> CommandOutput {
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::copy(stage.project.path().join("acme.json"), elsewhere.path().join("acme.json")).unwrap();
        self.run_in(elsewhere.path(), arguments)
    }

    /// A command on this server, from this folder.
    pub(crate) fn run_in(&self, folder: &Path, arguments: &[&str]) -> CommandOutput {
        let mut command = crate::stage::command(folder, &[arguments, &["--server", &self.url]].concat());
        CommandOutput::of(command.env("ONEVENT_SECRET_KEY", &self.key).output().unwrap())
    }

    /// The document of [`run`](Self::run), checked against its schema.
    pub(crate) fn json(&self, schema: &str, stage: &Stage, arguments: &[&str]) -> (i32, Value) {
        let answer = self.run(stage, &[arguments, &["--json"]].concat());
        checked(schema, &answer)
    }

    /// The document of [`run_in`](Self::run_in), checked against its schema.
    pub(crate) fn json_in(&self, schema: &str, folder: &Path, arguments: &[&str]) -> (i32, Value) {
        let answer = self.run_in(folder, &[arguments, &["--json"]].concat());
        checked(schema, &answer)
    }
}

fn checked(schema: &str, answer: &CommandOutput) -> (i32, Value) {
    let document: Value =
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{error}\n{answer:?}"));
    schemas::check(schema, &document);
    (answer.code, document)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
