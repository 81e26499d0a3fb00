//! Runs in child processes of the real program, through an engine of this test's own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first surprise")]
#![allow(clippy::disallowed_methods, reason = "tests wait for other processes with limits of their own")]

mod children;
mod doors;
mod effects;
mod stage;
mod traps;
