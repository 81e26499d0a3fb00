//! One attack: a file of `tests/hostile`. Its head says in comments what it is, what must come of it, and under which limits:
//!
//! ```text
//! // What it tries.
//! // outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
//! // limits: cpu=200ms wall=2s heap=64MiB
//! // returns: {"found":[]}
//! // peak: 900MB
//! // report: 17MB
//! // thread: lost
//! // modes: thread shared process
//! // process: failed worker_crashed
//! // stage: load
//! ```
//!
//! Only the first two lines must be there. CPU limits are for those that compute, wall limits for those that wait. `process` is the
//! outcome in a child process, where that is another one.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// Where the function that attacks runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// In an isolate of its own, in the server's process.
    Thread,
    /// In an isolate that it shares with others.
    Shared,
    /// In a child process.
    Process,
}

impl Mode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Shared => "shared",
            Self::Process => "process",
        }
    }
}

/// When it attacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// When its module is evaluated.
    Load,
    /// In its `exec`.
    Run,
}

/// An attack.
#[derive(Debug)]
pub(super) struct Attack {
    pub(super) name: String,
    pub(super) code: String,
    pub(super) stage: Stage,
    outcomes: String,
    in_process: Option<String>,
    pub(super) returns: Option<Value>,
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    pub(super) heap: String,
    /// What the server may hold more while it goes on.
    pub(super) peak_bytes: u64,
    pub(super) report_bytes: usize,
    /// No stop reaches its thread.
    pub(super) loses_thread: bool,
    modes: String,
}

/// All of them, by name.
pub(super) fn all() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile");
    let mut attacks: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ts"))
        .map(|path| Attack::read(&path))
        .collect();
    attacks.sort_by(|one, other| one.name.cmp(&other.name));
    attacks
}

impl Attack {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let code = std::fs::read_to_string(path).unwrap();
        let head: Vec<&str> = code.lines().map_while(|line| line.strip_prefix("// ")).collect();
        let said = |key: &str| head.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        let limits = said("limits").unwrap_or_default();
        let limit =
            |key: &str| limits.split(' ').find_map(|limit| limit.strip_prefix(key)?.strip_prefix('='));
        Self {
            stage: if said("stage") == Some("load") { Stage::Load } else { Stage::Run },
            outcomes: said("outcome").unwrap_or_else(|| panic!("{name}: no outcome")).to_owned(),
            in_process: said("process").map(str::to_owned),
            returns: said("returns")
                .map(|text| serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))),
            cpu: limit("cpu").map_or(Duration::from_millis(200), time),
            wall: limit("wall").map_or(Duration::from_secs(60), time),
            heap: limit("heap").unwrap_or("64MiB").to_owned(),
            peak_bytes: said("peak").map_or(700_000_000, |text| megabytes(text) as u64),
            report_bytes: said("report").map_or(1_000_000, megabytes),
            loses_thread: said("thread") == Some("lost"),
            modes: said("modes").unwrap_or("thread shared process").to_owned(),
            name,
            code,
        }
    }

    /// Whether it is for this mode.
    pub(super) fn is_for(&self, mode: Mode) -> bool {
        self.modes.split(' ').any(|one| one == mode.name())
    }

    /// Any of these: the outcome, and the error's type behind it; of a load the error's code, or `ok`.
    pub(super) fn outcomes(&self, mode: Mode) -> Vec<&str> {
        let of_process = self.in_process.as_deref().filter(|_| mode == Mode::Process);
        of_process.unwrap_or(&self.outcomes).split(" | ").collect()
    }
}

fn time(text: &str) -> Duration {
    match text.strip_suffix("ms") {
        Some(number) => Duration::from_millis(number.parse().unwrap()),
        None => Duration::from_secs(text.strip_suffix('s').unwrap().parse().unwrap()),
    }
}

fn megabytes(text: &str) -> usize {
    text.strip_suffix("MB").unwrap().parse::<usize>().unwrap() * 1_000_000
}
