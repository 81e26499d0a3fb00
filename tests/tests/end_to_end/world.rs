//! A project, a database and a provider of a test's own, and the program that runs over them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onevent_tests::SalesforceServer;
use serde_json::Value;
use tempfile::TempDir;

/// A token of the organization [`ORG`].
pub(crate) const TOKEN: &str = "token-of-the-first-organization";
/// The organization of [`TOKEN`].
pub(crate) const ORG: &str = "00D000000000001";
/// A token of [`OTHER_ORG`].
pub(crate) const OTHER_TOKEN: &str = "token-of-the-other-organization";
/// The organization of [`OTHER_TOKEN`].
pub(crate) const OTHER_ORG: &str = "00D000000000002";

/// One test's world. Everything in it is gone when it is dropped.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) provider: SalesforceServer,
}

/// What a command answered.
pub(crate) struct CommandOutput {
    pub(crate) code: i32,
    pub(crate) document: Value,
    pub(crate) stderr: String,
}

impl CommandOutput {
    pub(crate) fn of(output: &Output) -> Self {
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let document = serde_json::from_str(&stdout)
            .unwrap_or_else(|error| panic!("no JSON document on stdout ({error}):\n{stdout}\n{stderr}"));
        Self { code: output.status.code().unwrap_or(-1), document, stderr }
    }

    /// The reports of a function's runs, in order, wherever the document holds them.
    pub(crate) fn reports(&self, function: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        collect(
            &self.document,
            &mut |object| {
                object.get("run_id").is_some() && object.get("function").is_some_and(|name| name == function)
            },
            &mut found,
        );
        found
    }

    /// The only report of a function.
    pub(crate) fn report(&self, function: &str) -> &Value {
        let reports = self.reports(function);
        assert_eq!(reports.len(), 1, "runs of {function} in {:#}", self.document);
        reports[0]
    }

    /// The code of the error document.
    pub(crate) fn error_code(&self) -> &str {
        self.document["error"]["code"].as_str().unwrap_or_else(|| panic!("no error in {:#}", self.document))
    }

    /// Fails with the whole answer unless the exit code is this one.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{:#}\n{}", self.document, self.stderr);
        self
    }
}

fn collect<'a>(
    value: &'a Value,
    wanted: &mut impl FnMut(&'a serde_json::Map<String, Value>) -> bool,
    found: &mut Vec<&'a Value>,
) {
    match value {
        Value::Object(object) if wanted(object) => found.push(value),
        Value::Object(object) => object.values().for_each(|inner| collect(inner, wanted, found)),
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, wanted, found)),
        _ => {}
    }
}

impl World {
    /// The documented functions, as they stand in `examples/`.
    pub(crate) fn documented() -> Self {
        let world = Self::empty();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        world.file("index.ts", &std::fs::read_to_string(examples.join("index.ts")).unwrap());
        for name in ["post-connection-setup", "validate-connection", "pre-connection-cleanup"] {
            let path = format!("salesforce/on-events/{name}.ts");
            world.file(&path, &std::fs::read_to_string(examples.join(&path)).unwrap());
        }
        world
    }

    /// A project of these functions: name, event, metadata schema, body of `exec`.
    pub(crate) fn with_functions(functions: &[(&str, &str, &str, &str)]) -> Self {
        let world = Self::empty();
        let mut index = String::new();
        for (name, event, schema, body) in functions {
            index.push_str(&format!("import './salesforce/on-events/{name}';\n"));
            world.file(
                &format!("salesforce/on-events/{name}.ts"),
                &format!(
                    "import {{ createOnEvent, ActionError }} from 'nango';\nimport * as z from 'zod';\nvoid ActionError; void z;\n\
                     export default createOnEvent({{ description: 'test', event: '{event}', metadata: {schema},\n\
                     exec: async (nango: any) => {{\n{body}\n}} }});\n"
                ),
            );
        }
        world.file("index.ts", &index);
        world
    }

    /// One `validate-connection` function with this body, without a schema.
    pub(crate) fn validating(body: &str) -> Self {
        Self::with_functions(&[("check", "validate-connection", "undefined", body)])
    }

    fn empty() -> Self {
        let provider = SalesforceServer::start().unwrap();
        provider.allow(TOKEN, ORG);
        provider.allow(OTHER_TOKEN, OTHER_ORG);
        let world = Self { folder: tempfile::tempdir().unwrap(), provider };
        let config = format!(
            "[integrations.salesforce]\nprovider = \"salesforce\"\nbase_url = \"{}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n",
            world.provider.base_url()
        );
        world.file("onevent.toml", &config);
        for (name, token) in
            [("first", TOKEN), ("other", OTHER_TOKEN), ("unknown", "token-that-nobody-knows")]
        {
            let credentials = serde_json::json!({ "type": "OAUTH2", "access_token": token });
            world.file(&format!("{name}.json"), &credentials.to_string());
        }
        world
    }

    /// The same project, with the provider that its settings name gone, and without its database.
    pub(crate) fn without_provider(mut self) -> Self {
        self.provider = SalesforceServer::start().unwrap();
        std::fs::remove_dir_all(self.path().join(".onevent")).unwrap();
        self
    }

    /// The project's folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the project.
    pub(crate) fn file(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }

    /// The program with these arguments and `--json`, ready to start.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command_in(self.path(), arguments)
    }

    /// Runs the program with `--json`.
    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&self.command(arguments).output().unwrap())
    }

    /// The same with variables in its environment.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
        CommandOutput::of(&self.command(arguments).envs(variables.iter().copied()).output().unwrap())
    }

    /// `connection create salesforce <id>` with the credentials of that name and more flags, ready to start.
    pub(crate) fn creation(&self, id: &str, credentials: &str, flags: &[&str]) -> Command {
        self.with_credentials("create", id, credentials, flags)
    }

    /// `connection reconnect salesforce <id>` with the credentials of that name, ready to start.
    pub(crate) fn reconnection(&self, id: &str, credentials: &str) -> Command {
        self.with_credentials("reconnect", id, credentials, &[])
    }

    fn with_credentials(&self, command: &str, id: &str, credentials: &str, flags: &[&str]) -> Command {
        let file = format!("@{credentials}.json");
        let arguments = ["connection", command, "salesforce", id, "--credentials", &file];
        self.command(&[&arguments, flags].concat())
    }

    /// Creates a connection with the credentials of that name.
    pub(crate) fn create(&self, id: &str, credentials: &str) -> CommandOutput {
        self.create_with(id, credentials, &[])
    }

    /// The same with more flags.
    pub(crate) fn create_with(&self, id: &str, credentials: &str, flags: &[&str]) -> CommandOutput {
        CommandOutput::of(&self.creation(id, credentials, flags).output().unwrap())
    }

    /// Reconnects a connection with the credentials of that name.
    pub(crate) fn reconnect(&self, id: &str, credentials: &str) -> CommandOutput {
        CommandOutput::of(&self.reconnection(id, credentials).output().unwrap())
    }

    /// `connection delete salesforce <id>`.
    pub(crate) fn delete(&self, id: &str) -> CommandOutput {
        self.run(&["connection", "delete", "salesforce", id])
    }

    /// The stored connection, or `None` where there is none.
    pub(crate) fn connection(&self, id: &str) -> Option<Value> {
        let answer = self.run(&["connection", "get", "salesforce", id]);
        if answer.code != 0 {
            assert_eq!(answer.error_code(), "unknown_connection");
            return None;
        }
        let mut found = Vec::new();
        collect(&answer.document, &mut |object| object.contains_key("connection_config"), &mut found);
        found.first().map(|connection| (*connection).clone())
    }

    /// The stored metadata of a connection that exists.
    pub(crate) fn metadata(&self, id: &str) -> Value {
        self.connection(id).unwrap_or_else(|| panic!("there is no connection {id}"))["metadata"].clone()
    }

    /// Whether a connection that exists is marked as an auth error.
    pub(crate) fn has_auth_error(&self, id: &str) -> bool {
        let connection = self.connection(id).unwrap_or_else(|| panic!("there is no connection {id}"));
        connection["errors"].as_array().is_some_and(|errors| !errors.is_empty())
    }
}

/// Runs the program with `--json` in a project that is not a world.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&command_in(folder, arguments).output().unwrap())
}

pub(crate) fn command_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .arg("--json")
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The program beside this test: cargo builds both into one folder.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join("onevent");
    assert!(program.is_file(), "{} is missing: build it with `cargo build`", program.display());
    program
}
