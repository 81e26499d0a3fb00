//! Whoever is measured.

pub(crate) mod commands;
mod lines;
mod server;

use serde_json::Value;

pub(crate) use commands::Commands;
pub(crate) use lines::Lines;
pub(crate) use server::{Door, Server};

use crate::failure::Tried;
use crate::protocol::{Batch, Ran};
use crate::resources;

/// A subject that has started and is idle.
pub(crate) enum Subject {
    /// A process that takes orders on its stdin.
    Lines(Lines),
    /// A process that takes requests on a port.
    Server(Server),
    /// A process for each run.
    Commands(Commands),
}

impl Subject {
    /// What it is made of.
    pub(crate) fn versions(&self) -> &[(String, String)] {
        match self {
            Self::Lines(lines) => lines.versions(),
            Self::Server(server) => server.versions(),
            Self::Commands(commands) => commands.versions(),
        }
    }

    /// One run.
    pub(crate) async fn probe(&mut self, metadata: &Value) -> Tried<Ran> {
        match self {
            Self::Lines(lines) => lines.probe(metadata).await,
            Self::Server(server) => server.probe(metadata).await,
            Self::Commands(commands) => commands.probe(metadata).await,
        }
    }

    /// Many runs. `setting`: how many at a time, or in which project.
    pub(crate) async fn run(&mut self, runs: usize, setting: usize, metadata: &Value) -> Tried<Batch> {
        match self {
            Self::Lines(lines) => lines.run(runs, setting, metadata).await,
            Self::Server(server) => server.run(runs, setting, metadata).await,
            Self::Commands(commands) => commands.run(runs, setting, metadata).await,
        }
    }

    /// The process that lasts, where it has one.
    pub(crate) fn pid(&self) -> Option<u32> {
        match self {
            Self::Lines(lines) => Some(lines.pid()),
            Self::Server(server) => Some(server.pid()),
            Self::Commands(_) => None,
        }
    }

    /// The CPU time that it has used, all threads, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> Tried<f64> {
        self.pid().map_or_else(resources::ended_children_cpu_ms, resources::cpu_ms)
    }

    /// Its resident memory in bytes; `None` where it has no process that lasts.
    pub(crate) fn resident_bytes(&self) -> Tried<Option<f64>> {
        self.pid().map(resources::resident_bytes).transpose()
    }
}
