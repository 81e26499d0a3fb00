//! Which children there are, and for whom.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use onevent_contract::{ErrorType, Invocation, Outcome};

use crate::stage::{MemoryHost, Stage, invocation};

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn waits_until(what: &str, mut is: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes that this one is the parent of.
pub(crate) fn children_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    numbers.filter(|process| parent_of(*process) == Some(parent)).collect()
}

/// The fields behind the name, which may hold anything.
fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test]
async fn a_child_runs_again_for_its_environment_and_for_no_other() {
    let stage = Stage::new();
    let project = stage.load("await nango.log('a');").await;
    let loaders = stage.pool.waiting();
    let run = async |environment: &str| {
        let run = Invocation { environment: environment.parse().unwrap(), ..invocation(&project) };
        stage.engine.run(run, Arc::<MemoryHost>::default()).await.unwrap();
        stage.pool.waiting() - loaders
    };
    assert_eq!(run("one").await, 1);
    assert_eq!(run("one").await, 1, "the same child");
    assert_eq!(run("two").await, 2, "another one");
    assert_eq!(run("one").await, 2);
    assert_eq!(run("two").await, 2);
}

#[tokio::test]
async fn a_child_is_replaced_after_many_runs() {
    let stage = Stage::new();
    let project = stage.load("await nango.log('a');").await;
    let loaders = stage.pool.waiting();
    for _ in 0..99 {
        stage.engine.run(invocation(&project), Arc::<MemoryHost>::default()).await.unwrap();
    }
    assert_eq!(stage.pool.waiting(), loaders + 1);
    stage.engine.run(invocation(&project), Arc::<MemoryHost>::default()).await.unwrap();
    assert_eq!(stage.pool.waiting(), loaders, "its hundredth was its last");
}

#[tokio::test]
async fn a_run_whose_child_is_killed_has_crashed_and_holds_no_lock() {
    let stage = Stage::new();
    let host = Arc::<MemoryHost>::default();
    let body = "await nango.log('a'); await nango.tryAcquireLock({ key: 'k', ttlMs: 60000 });\n\
                await nango.get({ endpoint: '/never' });";
    let project = stage.load(body).await;
    // The one that loaded it waits, and runs nothing.
    let loaders = children_of(std::process::id());
    let held = Arc::clone(&host);
    let killer = tokio::task::spawn_blocking(move || {
        waits_until("it has no lock", || !held.locks.lock().unwrap().is_empty());
        let children = children_of(std::process::id());
        let runs: Vec<_> = children.into_iter().filter(|child| !loaders.contains(child)).collect();
        assert_eq!(runs.len(), 1);
        let child = rustix::process::Pid::from_raw(runs[0].try_into().unwrap()).unwrap();
        rustix::process::kill_process(child, rustix::process::Signal::KILL).unwrap();
    });
    let report = stage.engine.run(invocation(&project), Arc::<MemoryHost>::clone(&host)).await.unwrap();
    killer.await.unwrap();
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Stopped, ErrorType::WorkerCrashed));
    assert!(error.message.contains("acme/check") && error.message.contains("SIGKILL"), "{}", error.message);
    assert_eq!(report.logs[0].message, "a", "what it did until then is told");
    assert!(host.locks.lock().unwrap().is_empty());
    stage.runs_well().await;
}

fn project(folder: &Path, body: &str) {
    let file = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    file("index.ts", "import './acme/on-events/check';\n");
    file("connection.json", "{\"credentials\": {\"type\": \"NONE\"}}");
    file(
        "onevent.toml",
        "[integrations.acme]\nprovider = \"unauthenticated\"\nbase_url = \"https://api.example.com\"\n",
    );
    let code = format!(
        "import {{ createOnEvent }} from 'nango';\nexport default createOnEvent({{ description: 'd',\n\
         event: 'validate-connection', exec: async (nango: any) => {{ {body} }} }});\n"
    );
    file("acme/on-events/check.ts", &code);
}

#[test]
fn a_child_ends_with_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), "for (;;) await new Promise((go) => setTimeout(go, 50));");
    let mut parent = Command::new(assert_cmd::cargo::cargo_bin!("onevent"))
        .args(["dryrun", "check", "acme", "--connection", "@connection.json", "--isolation", "process"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    waits_until("it has no child", || !children_of(parent.id()).is_empty());
    // The one that loads may come and go before the one that runs.
    std::thread::sleep(Duration::from_millis(500));
    let children = children_of(parent.id());
    parent.kill().unwrap();
    parent.wait().unwrap();
    for child in children {
        waits_until("the child lives on", || !Path::new(&format!("/proc/{child}")).exists());
    }
}
