//! The nodes, their database, and what is known of their lives.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::node::Node;
use super::plan::{DatabaseKind, Plan};
use super::project;
use super::provider::Outside;
use super::watch::Watch;
use crate::http::{HttpAnswer, ask};
use crate::postgres::{Database, Durability, Server as Postgres};

/// The key of all nodes.
const KEY: &str = "b25ldmVudCBvbmV2ZW50IG9uZXZlbnQgb25ldmVudCE=";

/// When a node ran. Nodes are numbered in the order of their starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) killed: Option<Duration>,
}

/// When the database was away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    pub(super) from: Duration,
    pub(super) to: Duration,
}

/// What happened, beside what was planned.
#[derive(Debug, Default)]
pub(super) struct Chronicle {
    pub(super) lives: Vec<Life>,
    pub(super) outages: Vec<Outage>,
    /// What may not be.
    pub(super) broken: Vec<String>,
}

pub(super) struct Scene {
    program: PathBuf,
    folder: TempDir,
    pub(super) watch: Watch,
    pub(super) outside: Outside,
    pub(super) postgres: Option<(Postgres, Database)>,
    /// By their places; each with its number.
    nodes: Vec<Mutex<Option<(usize, Node)>>>,
    key: Mutex<String>,
    pub(super) chronicle: Mutex<Chronicle>,
    /// Since when how many nodes have been killed.
    pub(super) kills: Mutex<(usize, Duration)>,
    /// Nobody goes on.
    pub(super) over: AtomicBool,
    turn: AtomicUsize,
}

impl Scene {
    /// Everything but the nodes.
    pub(super) fn set(plan: &Plan, program: &Path) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let watch = Watch::start();
        let outside = Outside::start(watch, plan.failing_percent, plan.seed)?;
        project::write(folder.path(), plan.functions, outside.url())?;
        fs::create_dir(folder.path().join("logs"))?;
        let postgres = match plan.database {
            DatabaseKind::Sqlite => None,
            DatabaseKind::Postgres => {
                let server = Postgres::own(Durability::Full);
                let database = server.database();
                Some((server, database))
            }
        };
        Ok(Self {
            program: program.canonicalize()?,
            folder,
            watch,
            outside,
            postgres,
            nodes: (0..plan.nodes).map(|_| Mutex::new(None)).collect(),
            key: Mutex::default(),
            chronicle: Mutex::default(),
            kills: Mutex::default(),
            over: AtomicBool::new(false),
            turn: AtomicUsize::new(0),
        })
    }

    /// Starts a node at a place, which is empty.
    pub(super) fn start_node(&self, place: usize) -> io::Result<()> {
        let number = {
            let mut chronicle = lock(&self.chronicle);
            chronicle.lives.push(Life { killed: None });
            chronicle.lives.len() - 1
        };
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--json", "--log", "json", "--log-level", "warn"]);
        command.arg("--set");
        command.arg(format!("integrations.hubspot.base_url={}", self.outside.base_url(number)));
        command.current_dir(self.folder.path()).env_clear();
        if let Some((_, database)) = &self.postgres {
            command.env("ONEVENT_DATABASE_URL", database.url());
            command.env("ONEVENT_DATABASE_LISTEN_URL", database.url());
            command.env("ONEVENT_ENCRYPTION_KEY", KEY);
        }
        let node = Node::start(command, &self.folder.path().join(format!("logs/{number}")))?;
        if let Some(key) = &node.key {
            key.clone_into(&mut lock(&self.key));
        }
        if let Some(at) = self.nodes.get(place) {
            *lock(at) = Some((number, node));
        }
        Ok(())
    }

    /// The place of the node that is in the middle of most.
    pub(super) fn busiest_place(&self) -> Option<usize> {
        // An empty place has the number of no node.
        let number =
            |at: &Mutex<Option<(usize, Node)>>| lock(at).as_ref().map_or(usize::MAX, |(number, _)| *number);
        let numbers: Vec<usize> = self.nodes.iter().map(number).collect();
        let at_work = self.outside.at_work(&numbers);
        at_work.iter().enumerate().max_by_key(|(_, count)| **count).map(|(place, _)| place)
    }

    /// Kills the node at a place, in the middle of what it does.
    pub(super) fn kill_node(&self, place: usize) -> io::Result<()> {
        let Some((number, mut node)) = self.nodes.get(place).and_then(|at| lock(at).take()) else {
            return Ok(());
        };
        if let Some(status) = node.ended()? {
            let told = format!("node {number} ended by itself: {status}\n{}", node.said());
            lock(&self.chronicle).broken.push(told);
        }
        node.kill()?;
        if let Some(life) = lock(&self.chronicle).lives.get_mut(number) {
            life.killed = Some(self.watch.now());
        }
        Ok(())
    }

    /// Stops the database without giving it time for anything, and starts it again.
    pub(super) fn stop_database(&self, away: Duration) {
        let Some((server, _)) = &self.postgres else { return };
        let from = self.watch.now();
        server.crash();
        std::thread::sleep(away);
        server.start();
        lock(&self.chronicle).outages.push(Outage { from, to: self.watch.now() });
    }

    /// Asks one node after the other; `None` where the one whose turn it is does not answer.
    pub(super) fn ask(&self, method: &str, path: &str, body: &str) -> Option<HttpAnswer> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.nodes.len().max(1);
        let url = self.nodes.get(turn).and_then(|at| Some(lock(at).as_ref()?.1.url.clone()))?;
        let authorization = format!("Bearer {}", lock(&self.key));
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let headers = if body.is_empty() { headers.get(..1).unwrap_or_default() } else { headers.as_slice() };
        ask(method, &format!("{url}{path}"), headers, body.as_bytes()).ok()
    }

    /// The document of an answer 200.
    pub(super) fn get(&self, path: &str) -> io::Result<Value> {
        let answer =
            self.ask("GET", path, "").ok_or_else(|| io::Error::other(format!("no answer: {path}")))?;
        if answer.status != 200 {
            return Err(io::Error::other(format!("GET {path}: {} {}", answer.status, answer.body)));
        }
        serde_json::from_str(&answer.body).map_err(io::Error::other)
    }

    /// Notes what may not be.
    pub(super) fn broken(&self, told: String) {
        lock(&self.chronicle).broken.push(told);
    }

    /// The events of which a node says that it could not end them.
    pub(super) fn without_end(&self) -> io::Result<HashSet<String>> {
        let mut events = HashSet::new();
        for log in fs::read_dir(self.folder.path().join("logs"))? {
            for line in fs::read_to_string(log?.path())?.lines().filter(|line| {
                line.contains("an event was taken over") || line.contains("an event has no end")
            }) {
                let read: Value = serde_json::from_str(line).unwrap_or_default();
                events.extend(read.get("event").and_then(Value::as_str).map(str::to_owned));
            }
        }
        Ok(events)
    }

    /// What all nodes wrote into their logs, each message with how often.
    pub(super) fn logged(&self) -> io::Result<BTreeMap<String, usize>> {
        let mut messages = BTreeMap::new();
        for log in fs::read_dir(self.folder.path().join("logs"))? {
            for line in fs::read_to_string(log?.path())?.lines() {
                // A line that a kill cut short, and a panic, are no JSON.
                let read: Option<Value> = serde_json::from_str(line).ok();
                let text = |name: &str| Some(read.as_ref()?.get(name)?.as_str()?.to_owned());
                let message =
                    [text("message"), text("error")].into_iter().flatten().collect::<Vec<_>>().join(": ");
                let message = if message.is_empty() { line.to_owned() } else { message };
                *messages.entry(message).or_default() += 1;
            }
        }
        Ok(messages)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
