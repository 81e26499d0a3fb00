//! How each is started.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::documents::{SECRET_KEY, TOKEN};
use crate::failure::{Failure, Tried, While as _};
use crate::peer::Peer;
use crate::protocol::Ran;
use crate::stage::{Kind, Stage};
use crate::subject::commands::{Counts, by_exit_code, errors, printed};
use crate::subject::{Commands, Door, Lines, Server, Subject};
use crate::workload::Workload;

/// What is there to start them with.
#[derive(Debug, Clone)]
pub(crate) struct Means {
    /// The functions and the programs of the peers.
    pub(crate) stage: Stage,
    /// Where the provider is.
    pub(crate) provider: String,
    /// This program, built from another commit.
    pub(crate) baseline: Option<PathBuf>,
    /// A folder for what is only needed meanwhile.
    pub(crate) scratch: PathBuf,
}

/// Starts somebody with the function of a workload.
pub(crate) async fn start(peer: Peer, means: &Means, workload: Workload) -> Tried<Subject> {
    let function = workload.function().name();
    match peer {
        Peer::NangoWay => in_node(peer, means, "nango-way.mjs", function).await,
        Peer::IsolatedVm => in_node(peer, means, "isolated-vm.mjs", function).await,
        Peer::Workerd => workerd(means, function).await,
        Peer::Deno => deno(means, function).await,
        Peer::NangoCli => nango_cli(means),
        Peer::Vitest => vitest(means).await,
        Peer::Onevent | Peer::OneventShared | Peer::OneventPrewarmed | Peer::OneventProcess => {
            onevent(peer, &std::env::current_exe().trying("this program is found")?, means, workload).await
        }
        Peer::Baseline => {
            let program = means.baseline.as_deref();
            onevent(peer, program.ok_or_else(|| Failure::new("no --baseline was given"))?, means, workload)
                .await
        }
    }
}

async fn in_node(peer: Peer, means: &Means, program: &str, function: &str) -> Tried<Subject> {
    let mut command = means.stage.node(program);
    command.arg(means.stage.folder()).args([function, &means.provider, TOKEN]);
    Ok(Subject::Lines(Lines::start(peer, command).await?))
}

async fn workerd(means: &Means, function: &str) -> Tried<Subject> {
    let folder = means.scratch.join("workerd");
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).trying("a free port")?;
    let port = listener.local_addr().trying("a free port")?.port().to_string();
    drop(listener);
    let folder_text = folder.to_string_lossy();
    let stage = means.stage.folder().to_string_lossy();
    let arguments = [&*stage, function, &means.provider, TOKEN, &*folder_text, &port];
    let versions = means.stage.prepare("workerd.mjs", arguments).await?;
    // Not the package's script, which would be one process more.
    let mut command = Command::new(means.stage.package("@cloudflare/workerd-linux-64/bin/workerd")?);
    command.arg("serve").arg(folder.join("config.capnp"));
    let url = format!("http://127.0.0.1:{port}/");
    Ok(Subject::Server(Server::start(command, url, versions).await?))
}

async fn deno(means: &Means, function: &str) -> Tried<Subject> {
    let program = means.stage.package("@deno/linux-x64-glibc/deno")?;
    let script = means.scratch.join(format!("deno-{function}.mjs"));
    let stage = means.stage.folder().as_os_str();
    let versions =
        means.stage.prepare("deno-run.mjs", [stage, function.as_ref(), script.as_os_str()]).await?;
    let provider = means.provider.clone();
    let make = move |_: usize, metadata: &Value| {
        let mut command = Command::new(&program);
        command.args(["run", "--allow-net=127.0.0.1", "--no-lock", "--no-config", "--cached-only"]);
        command.arg(&script).args([&provider, TOKEN, &metadata.to_string()]);
        command
    };
    let counts = Counts::Callers;
    Ok(Subject::Commands(Commands { versions, make: Arc::new(make), read: printed, counts, runs_each: 1 }))
}

/// It runs no event functions, so it gets the same body as an action.
fn nango_cli(means: &Means) -> Tried<Subject> {
    let program = means.stage.package("nango/dist/index.js")?;
    for functions in Workload::W6.settings().iter().filter(|setting| Peer::NangoCli.takes(**setting)) {
        means.stage.project(*functions, Kind::Action)?;
    }
    let (stage, provider) = (means.stage.clone(), means.provider.clone());
    let make = move |functions: usize, _: &Value| {
        // Compiles first, as its manual wants it: a dry run of what was never compiled fails.
        let mut command = Command::new("sh");
        let told = "--no-interactive --no-dependency-update --no-telemetry";
        let script = format!(
            "node \"$0\" compile {told} && node \"$0\" dryrun validate-connection acme -e dev --auto-confirm {told}"
        );
        command.arg("-c").arg(script).arg(&program);
        command.current_dir(stage.folder().join(format!("actions-{functions}")));
        command.env("NANGO_CLI_UPGRADE_MODE", "ignore").env("CI", "true");
        command.env("NANGO_HOSTPORT", &provider).env("NANGO_SECRET_KEY_DEV", SECRET_KEY);
        command
    };
    let read = |output: &Output| {
        let ran = by_exit_code(output)?;
        // It shows no metadata of an action; that the provider was asked says that it ran.
        Ok(Ran { metadata: Workload::W6.after(), ..ran })
    };
    let versions = vec![("nango".to_owned(), "0.71.4".to_owned())];
    Ok(Subject::Commands(Commands {
        versions,
        make: Arc::new(make),
        read,
        counts: Counts::Project,
        runs_each: 1,
    }))
}

async fn vitest(means: &Means) -> Tried<Subject> {
    let program = means.stage.package("vitest/vitest.mjs")?;
    let tests = means.stage.tests().await?;
    let folder = means.stage.tests_folder();
    let make = move |_: usize, _: &Value| {
        let mut command = Command::new("node");
        command.arg(&program).args(["run", "--reporter=dot"]).current_dir(&folder);
        command
    };
    let mut versions = tests.versions;
    versions.push(("tests".to_owned(), format!("{} of {} fixtures", tests.tests, tests.of)));
    let (counts, runs_each) = (Counts::Project, tests.tests);
    Ok(Subject::Commands(Commands { versions, make: Arc::new(make), read: by_exit_code, counts, runs_each }))
}

/// onevent, as the engine, the program, or the server: `bench` is this program, and `onevent` lies beside it.
async fn onevent(peer: Peer, bench: &Path, means: &Means, workload: Workload) -> Tried<Subject> {
    let program = bench.with_file_name("onevent");
    match workload {
        Workload::W6 => dry_run(&program, means),
        Workload::W7 => server(peer, &program, means).await,
        Workload::W8 => tests(peer, &program, means).await,
        Workload::W1
        | Workload::W2
        | Workload::W3
        | Workload::W4
        | Workload::W5
        | Workload::Curve
        | Workload::Waiting
        | Workload::Slope => {
            let mut command = Command::new(bench);
            command.arg("engine").arg("--project").arg(means.stage.folder());
            command.args(["--function", workload.function().name(), "--provider", &means.provider]);
            match peer {
                Peer::OneventShared => {
                    command.args(["--realm", "shared"]);
                }
                Peer::OneventPrewarmed => {
                    command.arg("--prewarmed");
                }
                Peer::OneventProcess => {
                    command.args(["--isolation", "process"]);
                }
                _ => {}
            }
            Ok(Subject::Lines(Lines::start(peer, command).await?))
        }
    }
}

/// Chooses the realm. A program of another commit may know of none, so the others are told nothing.
fn in_realm(command: &mut Command, peer: Peer) {
    if peer == Peer::OneventShared {
        command.args(["--set", "realm=shared"]);
    }
}

fn told(command: &mut Command, provider: &str) {
    command.args(["--json", "--set", "egress.allow=127.0.0.0/8"]);
    command.arg("--set").arg(format!("integrations.salesforce.base_url={provider}"));
}

fn dry_run(program: &Path, means: &Means) -> Tried<Subject> {
    for functions in Workload::W6.settings() {
        means.stage.project(*functions, Kind::Event)?;
    }
    let connection = means.scratch.join("connection.json");
    std::fs::write(&connection, crate::documents::connection().to_string()).trying("the connection")?;
    let (program, stage, provider) = (program.to_owned(), means.stage.clone(), means.provider.clone());
    let make = move |functions: usize, metadata: &Value| {
        let mut command = Command::new(&program);
        command.args(["dryrun", "salesforce/validate-connection", "acme", "--connection"]);
        command.arg(format!("@{}", connection.display())).args(["--metadata", &metadata.to_string()]);
        command.arg("--project").arg(stage.folder().join(format!("on-events-{functions}")));
        told(&mut command, &provider);
        command
    };
    let versions = Vec::new();
    Ok(Subject::Commands(Commands {
        versions,
        make: Arc::new(make),
        read: report,
        counts: Counts::Project,
        runs_each: 1,
    }))
}

fn report(output: &Output) -> Tried<Ran> {
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value =
        serde_json::from_str(&text).trying(format!("a dry run said `{text}`, {}", errors(output)))?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    Ok(Ran {
        outcome: text(report.get("outcome")).unwrap_or_default(),
        message: text(report.pointer("/verdict/message")),
        metadata: report.pointer("/metadata/after").cloned().unwrap_or_default(),
    })
}

async fn tests(peer: Peer, program: &Path, means: &Means) -> Tried<Subject> {
    let tests = means.stage.tests().await?;
    let program = program.to_owned();
    let folder = format!("{}-bare", means.stage.tests_folder().display());
    let make = move |_: usize, _: &Value| {
        let mut command = Command::new(&program);
        command.args(["test", "--project", &folder]);
        in_realm(&mut command, peer);
        command
    };
    let (counts, runs_each) = (Counts::Project, tests.tests);
    let versions = Vec::new();
    Ok(Subject::Commands(Commands { versions, make: Arc::new(make), read: by_exit_code, counts, runs_each }))
}

async fn server(peer: Peer, program: &Path, means: &Means) -> Tried<Subject> {
    let project = means.stage.project(1, Kind::Event)?;
    let folder = tempfile::tempdir_in(&means.scratch).trying("a folder for the database")?;
    let database = folder.keep().join("onevent.sqlite3");
    let mut command = Command::new(program);
    command.args(["serve", "--listen", "127.0.0.1:0", "--set", "server.rate_limit=1000000"]);
    command.arg("--project").arg(project);
    command.arg("--database").arg(format!("sqlite:{}", database.display()));
    told(&mut command, &means.provider);
    in_realm(&mut command, peer);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut process = command.spawn().trying("the server starts")?;
    let stdout = process.stdout.take().ok_or_else(|| Failure::new("the server has no output"))?;
    let mut text = String::new();
    let mut lines = BufReader::new(stdout).lines();
    let document = loop {
        let line = lines.next_line().await.trying("the server says where it is")?;
        text.push_str(&line.ok_or_else(|| Failure::new(format!("the server ended: {text}")))?);
        // The document may have several lines.
        if let Ok(document) = serde_json::from_str::<Value>(&text) {
            break document;
        }
    };
    let field = |name: &str| {
        let text = document.get(name).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| Failure::new(format!("the server named no {name}: {document}")))
    };
    let door = Door::Connections { key: field("secret_key")? };
    Ok(Subject::Server(Server::at(process, field("url")?, door, Vec::new())))
}
