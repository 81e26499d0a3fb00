//! Calls against real servers on loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step of a test's set-up fails the test")]

mod auth;
mod broken;
mod cut_short;
mod egress;
mod egress_forms;
mod fetch;
mod headers;
mod methods;
mod packed;
mod redirects;
mod retries;
mod seal;
mod setup;
mod streamed;
mod tls;
mod tokens;
