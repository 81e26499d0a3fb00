//! Runs in child processes: children of the same program that have nothing but V8.
//!
//! [`WorkerPool`] is the parent's side. It keeps children, gives each one run at a time, answers what a run asks for, and
//! replaces what died or did anything odd. [`child::main`] is the other side: the whole program of a child. Between them is
//! one socket.

mod attempt;
pub mod child;
#[doc(hidden)]
pub mod fuzzing;
mod layer;
mod parent;
mod require;
mod wire;

pub use self::attempt::{Attempt, Attempted};
pub use self::layer::{Holds, Layer, LayerState};
pub use self::parent::{DEFAULT_MAX_PROCESSES, Doors, PoolOptions, WorkerPool};
pub use self::require::Require;

/// The first argument of a program that is to be a child: [`child::main`] takes what follows it.
pub const WORKER_ARGUMENT: &str = "worker";
