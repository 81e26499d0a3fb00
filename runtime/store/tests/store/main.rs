//! The store over real SQLite files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, its helpers too")]

mod backlog;
mod checkpoints;
mod clock_jumps;
mod connections;
mod cost;
mod dead_letters;
mod deployments;
mod details;
mod flood;
mod integrations;
mod keys;
mod killed;
mod metadata;
mod opening;
mod operations;
mod owners;
mod queue;
mod refreshes;
mod retention;
mod rotation;
mod rotation_file;
mod run_locks;
mod runs;
mod scratch;
mod shares;
mod support;
mod upstream;
