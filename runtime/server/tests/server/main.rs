//! The router over real HTTP, with a real database and real functions.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod actions;
mod connections;
mod deploy;
mod described;
mod errors;
mod frame;
mod front;
mod hostile;
mod integrations;
mod official_deploy;
mod openapi;
mod proxy;
mod tokens;
mod world;
