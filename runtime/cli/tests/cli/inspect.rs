//! `onevent dryrun --inspect`, with a real client of the DevTools protocol.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{CommandOutput, Stage, TOKEN, command};

/// Stops at the second line of `twice`, the eighth of the file.
const FUNCTION: &str = "import { createOnEvent } from 'nango';

interface Account {
    id: number;
}

function twice(account: Account): number {
    const doubled: number = account.id * 2;
    return doubled;
}

export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Doubles the account',
    exec: async (nango) => {
        const answer = twice({ id: 21 });
        await nango.log(`the answer is ${answer}`);
    },
});
";

/// A run that was started with a debugger's options.
struct Debugged {
    process: Child,
    said: BufReader<std::process::ChildStderr>,
    port: String,
}

impl Debugged {
    fn start(stage: &Stage, option: &str, more: &[&str]) -> Self {
        let arguments = ["dryrun", "probe", "acme", "--connection", "@connection.json", option];
        let mut command = command(stage.project.path(), &[&arguments, more].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Debugger listening on ws://127.0.0.1:");
        let port = url.and_then(|url| url.split('/').next()).unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { process, said, port }
    }

    fn interrupt(&self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
    }

    fn end(mut self) -> CommandOutput {
        let mut stderr = String::new();
        self.said.read_to_string(&mut stderr).unwrap();
        let mut output = self.process.wait_with_output().unwrap();
        output.stderr = stderr.into_bytes();
        CommandOutput::of(output)
    }
}

/// The client, installed from npm.
struct Client(TempDir);

impl Client {
    fn install() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/official/debugger");
        for file in [".npmrc", "package.json", "package-lock.json", "debug.mjs"] {
            std::fs::copy(from.join(file), folder.path().join(file)).unwrap();
        }
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        let installed = Command::new("npm").args(install).current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&installed.stderr);
        assert!(
            installed.status.success(),
            "npm could not install the client; it needs the npm registry:\n{told}"
        );
        Self(folder)
    }

    /// Stops the run at that line, and tells what it saw there.
    fn stop(&self, run: &Debugged, file: &Path, hold_ms: u32) -> (Child, Value) {
        let file = url::Url::from_file_path(file).unwrap();
        let mut client = Command::new("node")
            .args(["debug.mjs", &run.port, file.as_str(), "8", "account.id", &hold_ms.to_string()])
            .current_dir(self.0.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::<ChildStdout>::new(client.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        (client, serde_json::from_str(&line).unwrap())
    }
}

fn stage() -> (Stage, PathBuf) {
    let stage = Stage::new();
    stage.function("salesforce/on-events/probe", FUNCTION);
    let connection = json!({ "credentials": { "type": "OAUTH2", "access_token": TOKEN } });
    stage.write("connection.json", &connection.to_string());
    let file = stage.project.path().join("salesforce/on-events/probe.ts").canonicalize().unwrap();
    (stage, file)
}

#[test]
fn a_breakpoint_in_the_typescript_stops_the_run_there_and_its_limits_stand_still() {
    let ((stage, file), client) = (stage(), Client::install());
    // Less than it is held, and than the debugger takes to come.
    let limits = ["--set", "limits.wall=1s", "--set", "limits.cpu=1s", "--json"];
    let run = Debugged::start(&stage, "--inspect-brk=127.0.0.1:0", &limits);
    let (mut debugger, seen) = client.stop(&run, &file, 1_500);
    let file = url::Url::from_file_path(&file).unwrap();
    assert_eq!(
        seen,
        json!({
            "title": "salesforce/probe",
            "first": "project:///salesforce/on-events/probe.ts",
            "function": "twice",
            "place": { "source": file.as_str(), "line": 8 },
            "value": 21,
        })
    );
    assert!(debugger.wait().unwrap().success());
    let answer = run.end();
    assert_eq!(answer.code, 0, "{answer:?}");
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["logs"][0]["message"], "the answer is 42", "{report}");
    assert!(report["usage"]["wall_ms"].as_f64().unwrap() < 1_000.0, "{report}");
    answer.complains(&["salesforce/probe: it waits for a debugger"]);
}

#[test]
fn a_run_that_is_held_can_be_interrupted_and_one_that_waits_too() {
    let ((stage, file), client) = (stage(), Client::install());
    let run = Debugged::start(&stage, "--inspect-brk=127.0.0.1:0", &[]);
    let (mut debugger, _) = client.stop(&run, &file, 60_000);
    run.interrupt();
    let answer = run.end();
    assert_eq!(answer.code, 130, "{answer:?}");
    debugger.kill().unwrap();
    debugger.wait().unwrap();

    let run = Debugged::start(&stage, "--inspect-brk=127.0.0.1:0", &[]);
    run.interrupt();
    let answer = run.end();
    assert_eq!(answer.code, 130, "{answer:?}");
}

#[test]
fn a_limit_holds_where_a_debugger_listens_and_nothing_holds_the_run() {
    let (stage, _) = stage();
    let endless = FUNCTION.replace("const answer = twice({ id: 21 });", "const answer = 1; for (;;) {}");
    stage.write("salesforce/on-events/probe.ts", &endless);
    let run = Debugged::start(&stage, "--inspect=127.0.0.1:0", &["--set", "limits.cpu=300ms"]);
    let answer = run.end();
    assert_eq!(answer.code, 4, "{answer:?}");
    answer.says(&["cpu_limit_exceeded"]);
}

#[test]
fn only_this_machine_is_answered() {
    let (stage, _) = stage();
    for address in ["0.0.0.0:9229", "192.0.2.1"] {
        let arguments =
            ["dryrun", "probe", "acme", "--connection", "@connection.json", &format!("--inspect={address}")];
        let answer = CommandOutput::of(command(stage.project.path(), &arguments).output().unwrap());
        assert_eq!(answer.code, 2, "{answer:?}");
        answer.complains(&["loopback only"]);
    }
    let run = Debugged::start(&stage, "--inspect-brk=127.0.0.1:0", &[]);
    let first_line = |host: &str| {
        let mut socket = TcpStream::connect(format!("127.0.0.1:{}", run.port)).unwrap();
        write!(socket, "GET /json/list HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    // A name that a web page has made mean this machine.
    assert_eq!(first_line("rebound.example"), "HTTP/1.1 400 Bad Request");
    assert_eq!(first_line(&format!("localhost:{}", run.port)), "HTTP/1.1 200 OK");
    run.interrupt();
    assert_eq!(run.end().code, 130);
}
