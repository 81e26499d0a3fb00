//! How much is done, and what happens to it meanwhile.

use std::time::Duration;

/// Where the nodes keep their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file, and one node.
    Sqlite,
    /// A PostgreSQL server of the soak's own, as durable as in production.
    Postgres,
}

impl DatabaseKind {
    /// The name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// How the connections come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// As fast as they are answered.
    AtOnce,
    /// Evenly, between the first kill and the last.
    Evenly,
}

/// What a soak does.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where the nodes keep their state.
    pub database: DatabaseKind,
    /// How many `onevent serve` there are at once.
    pub nodes: usize,
    /// How many connections are made.
    pub connections: usize,
    /// How many setup functions each has: each is an event.
    pub functions: usize,
    /// How many nodes are killed, one after the other; another one takes the place of each.
    pub kills: usize,
    /// How long it is from one kill to the next, give or take a quarter.
    pub kill_every: Duration,
    /// How often the database is stopped at once, without time for anything, and started again.
    pub stops: usize,
    /// How many percent of the attempts the provider fails.
    pub failing_percent: u32,
    /// How the connections come.
    pub load: Load,
    /// Who is killed when, and which attempts fail.
    pub seed: u64,
}

/// Nodes of a cluster.
const NODES: usize = 3;
/// Events of each connection, in full.
const FUNCTIONS: usize = 25;
/// One attempt in twenty fails.
const FAILING_PERCENT: u32 = 5;

impl Plan {
    /// What every change is tested with: three nodes, a few kills, and a database that is stopped once.
    #[must_use]
    pub fn small_cluster() -> Self {
        Self {
            connections: 12,
            functions: 5,
            kills: 4,
            kill_every: Duration::from_millis(1_500),
            load: Load::Evenly,
            ..Self::full_cluster()
        }
    }

    /// 5,000 events of 200 connections, 15 kills, and a database that is stopped once.
    #[must_use]
    pub fn full_cluster() -> Self {
        Self {
            database: DatabaseKind::Postgres,
            nodes: NODES,
            connections: 200,
            functions: FUNCTIONS,
            kills: 15,
            kill_every: Duration::from_secs(1),
            stops: 1,
            failing_percent: FAILING_PERCENT,
            load: Load::AtOnce,
            seed: 1,
        }
    }

    /// A cluster under even load for so long. There are so many events at least, and so many kills.
    #[must_use]
    pub fn cluster_for(length: Duration, events: usize, kills: usize) -> Self {
        Self {
            connections: events.div_ceil(FUNCTIONS),
            kills,
            kill_every: length / u32::try_from(kills.max(1)).unwrap_or(u32::MAX),
            load: Load::Evenly,
            ..Self::full_cluster()
        }
    }

    /// One server over a SQLite file, killed so often, with so many events at least.
    #[must_use]
    pub fn one_server(events: usize, kills: usize) -> Self {
        let functions = 5;
        Self {
            database: DatabaseKind::Sqlite,
            nodes: 1,
            connections: events.div_ceil(functions),
            functions,
            kills,
            kill_every: Duration::from_secs(2),
            stops: 0,
            load: Load::Evenly,
            ..Self::full_cluster()
        }
    }

    /// How many events there are, beside those of webhooks.
    #[must_use]
    pub fn events(&self) -> usize {
        self.connections * self.functions
    }
}
