//! The `onevent` program against a real provider on loopback, over a real database: one test binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod actions;
mod architecture;
mod commands;
mod compatibility;
mod corpus;
mod crashes;
mod database_faults;
mod demo;
mod examples;
mod file_circles;
mod fixtures;
mod front;
mod hostile;
mod hostile_runs;
mod hostile_source;
mod interruption;
mod operations;
mod outcomes;
mod providers;
mod refused_imports;
mod remote;
mod schemas;
mod secrets;
mod serve;
mod soak;
mod token_refresh;
mod world;
