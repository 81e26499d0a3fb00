//! Nango's own command line and client for Node, in the pinned versions, in a folder of the demo's.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onevent_contract::{Clock, SystemClock};
use serde_json::Value;

use crate::command_output::{CommandOutput, Mismatch, Told};

/// What pins them: of the project that the tests deploy.
const PINNED: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
/// The action that the project needs beside the documented functions.
const ACTION: &str = include_str!("whoami.ts");
const VERIFY: &str = include_str!("verify.mjs");

/// A project with the documented functions, ready to be deployed by Nango's command line.
pub(crate) struct NangoProject {
    folder: PathBuf,
}

impl NangoProject {
    /// Copies the documented functions and installs the command line.
    pub(crate) fn install(project: &Path, pinned: &Path, folder: PathBuf) -> Told<Self> {
        let wrong = |what: &str| {
            let what = what.to_owned();
            move |error: std::io::Error| Mismatch::new(format!("{what}: {error}"))
        };
        let functions = Path::new("salesforce/on-events");
        for inside in [functions, Path::new("salesforce/actions"), Path::new(".nango")] {
            fs::create_dir_all(folder.join(inside)).map_err(wrong("a folder is made"))?;
        }
        for entry in fs::read_dir(project.join(functions)).map_err(wrong("the functions are there"))? {
            let entry = entry.map_err(wrong("the functions are there"))?;
            fs::copy(entry.path(), folder.join(functions).join(entry.file_name()))
                .map_err(wrong("a function is copied"))?;
        }
        let index = fs::read_to_string(project.join("index.ts")).map_err(wrong("there is an index.ts"))?;
        let index = format!("{index}import './salesforce/actions/whoami';\n");
        let texts =
            [("index.ts", index.as_str()), ("salesforce/actions/whoami.ts", ACTION), ("verify.mjs", VERIFY)];
        for (name, text) in texts {
            fs::write(folder.join(name), text).map_err(wrong("a file is written"))?;
        }
        for name in PINNED {
            fs::copy(pinned.join(name), folder.join(name))
                .map_err(wrong("what pins the versions is there"))?;
        }
        let made = Self { folder };
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        let installed = made.run("npm", &arguments, &[], None)?;
        let told =
            "npm installs Nango's command line: it needs Node 20 or newer, and a registry of npm packages";
        installed.must(installed.exit == Some(0), told)?;
        Ok(made)
    }

    /// `nango deploy dev`, to this server.
    pub(crate) fn deploy(&self, server: &str, key: &str) -> Told<CommandOutput> {
        let settings = [
            ("NANGO_HOSTPORT", server),
            ("NANGO_SECRET_KEY_DEV", key),
            // It asks nobody else, and nobody at the keyboard.
            ("NANGO_CLI_UPGRADE_MODE", "ignore"),
            ("NANGO_CLI_DEPENDENCY_UPDATE", "false"),
            ("NANGO_CLI_TELEMETRY", "false"),
            ("NANGO_DEPLOY_AUTO_CONFIRM", "true"),
            ("CI", "true"),
        ];
        let arguments = ["deploy", "dev", "--no-interactive", "--no-dependency-update"];
        let answer = self.run("node_modules/.bin/nango", &arguments, &settings, None)?;
        answer.must_exit(0)?;
        Ok(CommandOutput { command: "npx nango deploy dev".to_owned(), ..answer })
    }

    /// What `nango.verifyIncomingWebhookRequest` says of a webhook, and of one whose body was changed.
    pub(crate) fn verify(&self, webhook: &Value) -> Told<CommandOutput> {
        let answer = self.run("node", &["verify.mjs"], &[], Some(&webhook.to_string()))?;
        answer.must_exit(0)?;
        Ok(answer)
    }

    fn run(
        &self,
        program: &str,
        arguments: &[&str],
        settings: &[(&str, &str)],
        input: Option<&str>,
    ) -> Told<CommandOutput> {
        let clock = SystemClock;
        let start = clock.monotonic();
        let output = self.output(program, arguments, settings, input).map_err(|error| {
            Mismatch::new(format!(
                "{program} cannot be started, and is needed for Nango's own tools: {error}"
            ))
        })?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(CommandOutput {
            command: format!("{program} {}", arguments.join(" ")),
            exit: output.status.code(),
            document: serde_json::from_str(&stdout).unwrap_or_default(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            stdout,
            took: clock.elapsed(start),
        })
    }

    fn output(
        &self,
        program: &str,
        arguments: &[&str],
        settings: &[(&str, &str)],
        input: Option<&str>,
    ) -> std::io::Result<Output> {
        // A path is one of this folder.
        let program = if program.contains('/') { self.folder.join(program) } else { program.into() };
        let mut child = Command::new(program)
            .args(arguments)
            .envs(settings.iter().copied())
            .current_dir(&self.folder)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            stdin.write_all(input.as_bytes())?;
        }
        child.wait_with_output()
    }
}
