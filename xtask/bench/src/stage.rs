//! Where the functions are that everybody runs: one Nango project, compiled by Nango's compiler for whoever needs that.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::process::Command;

use crate::failure::{Failure, Tried, While as _};
use crate::large_function;
use crate::workload::Function;

const EMPTY: &str = include_str!("../functions/empty.ts");
const RECORDS: &str = include_str!("../functions/records.ts");

/// What the functions of a project are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Event functions.
    Event,
    /// Actions.
    Action,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Event => "on-events",
            Self::Action => "actions",
        }
    }
}

/// The corpus, as far as Vitest with Nango's mocks can run it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Tests {
    /// What Vitest is.
    pub(crate) versions: Vec<(String, String)>,
    /// How many are green.
    pub(crate) tests: usize,
    /// Of how many fixtures.
    pub(crate) of: usize,
}

/// What a script of the peers says it has used.
#[derive(Debug, Deserialize)]
struct Said {
    versions: Vec<(String, String)>,
}

/// The workspace's folders, as far as the measurements need them.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    peers: PathBuf,
    folder: PathBuf,
    corpus: PathBuf,
}

impl Stage {
    /// Writes the project into the folder of the peers: there the compiler finds its packages.
    pub(crate) fn write(root: &Path) -> Tried<Self> {
        let peers = root.join("xtask/bench/peers");
        let folder = peers.join("stage");
        let functions = folder.join("salesforce/on-events");
        std::fs::create_dir_all(&functions).trying("the folder of the functions")?;
        let documented = root.join("examples/salesforce/on-events/validate-connection.ts");
        let documented = std::fs::read_to_string(documented).trying("the documented validation")?;
        let mut index = String::new();
        for function in Function::ALL {
            let source = match function {
                Function::Empty => EMPTY.to_owned(),
                Function::Validation => documented.clone(),
                Function::Large => large_function::source(),
                Function::Records => RECORDS.to_owned(),
            };
            let name = function.name();
            std::fs::write(functions.join(format!("{name}.ts")), source).trying("a function is written")?;
            index.push_str(&format!("import './salesforce/on-events/{name}';\n"));
        }
        std::fs::write(folder.join("index.ts"), index).trying("the list of functions")?;
        Ok(Self { peers, folder, corpus: root.join("tests/corpus") })
    }

    /// A project of so many functions, each of them the documented validation under another name; for Nango's command
    /// line as actions, because it runs no event functions.
    pub(crate) fn project(&self, functions: usize, kind: Kind) -> Tried<PathBuf> {
        let folder = self.folder.join(format!("{}-{functions}", kind.folder()));
        let sources = folder.join("salesforce").join(kind.folder());
        std::fs::create_dir_all(&sources).trying("the folder of a project")?;
        std::fs::create_dir_all(folder.join(".nango")).trying("the folder of a project")?;
        let documented = self.folder.join("salesforce/on-events/validate-connection.ts");
        let documented = std::fs::read_to_string(documented).trying("the documented validation")?;
        let source = match kind {
            Kind::Event => documented,
            Kind::Action => documented
                .replace("createOnEvent", "createAction")
                .replace("event: 'validate-connection',", "input: z.void(),\n    output: z.void(),"),
        };
        let mut index = String::new();
        for number in 1..=functions {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            let name = format!("validate-connection{suffix}");
            std::fs::write(sources.join(format!("{name}.ts")), &source).trying("a function is written")?;
            index.push_str(&format!("import './salesforce/{}/{name}';\n", kind.folder()));
        }
        let manifest = r#"{"name":"project","private":true,"type":"module","devDependencies":{"nango":"0.71.4","zod":"4.3.6"}}"#;
        std::fs::write(folder.join("package.json"), manifest).trying("the project's manifest")?;
        std::fs::write(folder.join("index.ts"), index).trying("the list of functions")?;
        Ok(folder)
    }

    /// The tests that Vitest and onevent both run.
    pub(crate) async fn tests(&self) -> Tried<Tests> {
        let text = self
            .script("vitest-corpus.mjs", [self.corpus.as_os_str(), self.tests_folder().as_os_str()])
            .await?;
        serde_json::from_str(&text).trying("the tests that Vitest can run")
    }

    /// Where they are for Vitest; for onevent the same folder with `-bare` behind its name.
    pub(crate) fn tests_folder(&self) -> PathBuf {
        self.folder.join("corpus")
    }

    /// Runs a script that prepares a peer; gives the versions that it has used.
    pub(crate) async fn prepare<A: AsRef<std::ffi::OsStr>>(
        &self,
        script: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Tried<Vec<(String, String)>> {
        let text = self.script(script, arguments).await?;
        let said: Said = serde_json::from_str(&text).trying(format!("what {script} says"))?;
        Ok(said.versions)
    }

    async fn script<A: AsRef<std::ffi::OsStr>>(
        &self,
        script: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Tried<String> {
        let output = self.node(script).args(arguments).output().await.trying("node starts")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Failure::new(format!("{script} failed: {said}")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The program of an installed package.
    pub(crate) fn package(&self, path: &str) -> Tried<PathBuf> {
        let program = self.peers.join("node_modules").join(path);
        if program.exists() { Ok(program) } else { Err(Failure::new(format!("{path} is not installed"))) }
    }

    /// Compiles it with Nango's own compiler.
    pub(crate) async fn compile(&self) -> Tried<()> {
        self.script("compile.mjs", [&self.folder]).await.map(drop)
    }

    /// A program of the peers, started with Node.
    pub(crate) fn node(&self, program: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.peers.join(program)).current_dir(&self.peers);
        command
    }

    /// The project.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
