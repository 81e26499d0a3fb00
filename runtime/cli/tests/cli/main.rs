//! The real program, run as a process: one test binary, because every test of it links the same program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod config;
mod deployments;
mod dryrun;
mod fixtures;
mod help;
mod lifecycle;
mod members;
mod mistakes;
mod over_http;
mod packages;
mod quick_start;
mod remote;
mod schemas;
mod served;
mod stage;
mod terminal;
