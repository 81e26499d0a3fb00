//! The runs that debuggers find.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use onevent_engine::{DebugStart, Debugger, InspectedRun};
use url::Url;

use crate::output::tell;

/// The runs that can be debugged.
pub(crate) struct Targets {
    address: SocketAddr,
    start: DebugStart,
    /// The project's folder.
    folder: PathBuf,
    runs: Mutex<Vec<InspectedRun>>,
    has_begun: AtomicBool,
}

impl Targets {
    /// None yet, of the project in that folder.
    pub(super) fn new(address: SocketAddr, start: DebugStart, folder: PathBuf) -> Self {
        Self { address, start, folder, runs: Mutex::default(), has_begun: AtomicBool::new(false) }
    }

    fn runs(&self) -> MutexGuard<'_, Vec<InspectedRun>> {
        // Every change is one step, so a panic elsewhere leaves the list whole.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs that go on.
    pub(super) fn open(&self) -> Vec<InspectedRun> {
        let mut runs = self.runs();
        runs.retain(|run| !run.is_over());
        runs.clone()
    }

    /// Where the sessions of a run are opened. The run's id is in it, which nobody can guess: a web page that reaches this port
    /// learns nothing of it.
    pub(super) fn url_of_run(&self, run: &InspectedRun) -> String {
        format!("ws://{}/{}", self.address, run.run_id())
    }
}

impl Debugger for Targets {
    fn run_begins(&self, run: InspectedRun) -> DebugStart {
        // What the function triggers runs on: whoever steps through the caller has hold of it.
        let is_first = !self.has_begun.swap(true, Ordering::SeqCst);
        let start = if is_first { self.start } else { DebugStart::GoesOn };
        let waits = match start {
            DebugStart::Breaks => "it waits for a debugger",
            DebugStart::GoesOn => "it runs",
        };
        tell(&format!("Debugger listening on {}\n{}: {waits}", self.url_of_run(&run), run.function()));
        self.runs().push(run);
        start
    }

    fn url_of(&self, path: &str) -> Option<String> {
        Url::from_file_path(self.folder.join(path)).ok().map(String::from)
    }
}
