//! The store over a real PostgreSQL server: the same tests as over SQLite files, and what only several processes on
//! several machines can show.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

#[path = "../store/backlog.rs"]
mod backlog;
#[path = "../store/checkpoints.rs"]
mod checkpoints;
#[path = "../store/connections.rs"]
mod connections;
mod crashes;
#[path = "../store/dead_letters.rs"]
mod dead_letters;
#[path = "../store/deployments.rs"]
mod deployments;
#[path = "../store/details.rs"]
mod details;
#[path = "../store/flood.rs"]
mod flood;
#[path = "../store/integrations.rs"]
mod integrations;
#[path = "../store/keys.rs"]
mod keys;
mod many_nodes;
#[path = "../store/metadata.rs"]
mod metadata;
mod migrations;
mod notices;
mod opening;
#[path = "../store/operations.rs"]
mod operations;
mod pooler;
#[path = "../store/queue.rs"]
mod queue;
#[path = "../store/refreshes.rs"]
mod refreshes;
#[path = "../store/retention.rs"]
mod retention;
#[path = "../store/rotation.rs"]
mod rotation;
#[path = "../store/run_locks.rs"]
mod run_locks;
#[path = "../store/runs.rs"]
mod runs;
mod scratch;
#[path = "../../../../tests/src/postgres.rs"]
mod server;
#[path = "../store/shares.rs"]
mod shares;
#[path = "../store/support.rs"]
mod support;
#[path = "../store/upstream.rs"]
mod upstream;
