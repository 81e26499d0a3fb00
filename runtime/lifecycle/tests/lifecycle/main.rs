//! The order of a connection's life, over a real database, with runs that follow a script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod actions;
mod create;
mod delete;
mod deployments;
mod dry_run;
mod durable;
mod interrupted;
mod metadata;
mod queued;
mod reconnect;
mod refused;
mod retries;
mod script;
mod stock;
mod webhooks;
