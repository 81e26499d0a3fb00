//! The real program, run as a process: one test binary, because every test of it links the same program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod check;
mod config;
mod deploy_over_http;
mod deployments;
mod dryrun;
mod dryrun_over_http;
mod events;
mod fixtures;
mod help;
mod init;
mod inspect;
mod keys;
mod lifecycle;
mod members;
mod mistakes;
mod mock_provider;
mod over_http;
mod packages;
mod quick_start;
mod remote;
mod running_server;
mod schemas;
mod served;
mod stage;
mod terminal;
mod verbosity;
mod webhooks;
mod width;
mod without_project;
