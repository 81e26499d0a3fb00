//! Debugging a run: sessions of the DevTools protocol, as Node and Deno speak it.
//!
//! A run that is debugged has a fresh isolate on a thread of its own, whatever the engine is set to. Whoever listens for
//! debuggers is outside of the engine: it hands over what they say, and gets what V8 answers.

mod held;
mod session;
mod source_maps;

use std::sync::Arc;

pub(crate) use self::held::Held;
pub(crate) use self::session::Offered;
pub use self::session::{DebuggerSession, InspectedRun};
pub(crate) use self::source_maps::with_source_map;

/// What happens before the first statement of a run that is debugged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DebugStart {
    /// It runs. A debugger may come at any time.
    GoesOn,
    /// It waits for a debugger that says `Runtime.runIfWaitingForDebugger`, and stops at its first statement.
    Breaks,
}

/// Whoever debugs the runs of an engine.
pub trait Debugger: Send + Sync {
    /// A run's isolate is there and takes sessions until the run ends. Nothing of the function has been executed. Must not block.
    fn run_begins(&self, run: InspectedRun) -> DebugStart;

    /// Where debuggers find the file at that path of the project: a URL (`file:///…`). `None` where they find it nowhere.
    fn url_of(&self, path: &str) -> Option<String>;
}

/// The debugger of an engine, if it has one.
pub(crate) type DebuggedBy = Option<Arc<dyn Debugger>>;
