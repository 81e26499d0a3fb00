//! Hosts over a real database and real servers on loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step of a test's set-up fails the test")]

mod actions;
mod dry;
mod fixtures;
mod live;
mod members;
mod refresh;
mod setup;
