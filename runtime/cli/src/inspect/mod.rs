//! Where debuggers find a dry run: a listener on loopback that speaks what Node's inspector speaks, so that whatever finds
//! Node (Chrome's `chrome://inspect`, VS Code, `node inspect`) finds onevent.

mod address;
mod routes;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onevent_engine::{DebugStart, Debugger, InspectedRun};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

pub(crate) use self::address::InspectorAddress;
use crate::failure::Failure;
use crate::output::tell;

/// The listener, while somebody holds it.
pub(crate) struct Inspector {
    pub(crate) targets: Arc<Targets>,
    _serving: AbortOnDropHandle<()>,
}

/// The runs that can be debugged.
pub(crate) struct Targets {
    address: SocketAddr,
    start: DebugStart,
    /// The project's folder.
    folder: PathBuf,
    runs: Mutex<Vec<InspectedRun>>,
    has_begun: AtomicBool,
}

impl Inspector {
    /// Listens for debuggers of runs of the project in that folder.
    pub(crate) async fn listen(
        address: InspectorAddress,
        start: DebugStart,
        folder: PathBuf,
    ) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            let message = format!("--inspect: {address} cannot be listened on: {error}");
            Failure::usage("cannot_listen", message)
                .hint("another debugger may listen there; --inspect=127.0.0.1:0 takes a free port")
        };
        let socket = TcpListener::bind(address.socket()).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let targets = Arc::new(Targets {
            address,
            start,
            folder,
            runs: Mutex::default(),
            has_begun: AtomicBool::new(false),
        });
        let router = routes::router(Arc::clone(&targets));
        let serving = tokio::spawn(async move {
            // It ends with the command.
            let _ = axum::serve(socket, router).await;
        });
        Ok(Self { targets, _serving: AbortOnDropHandle::new(serving) })
    }
}

impl Targets {
    fn runs(&self) -> MutexGuard<'_, Vec<InspectedRun>> {
        // Every change is one step, so a panic elsewhere leaves the list whole.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs that go on.
    fn open(&self) -> Vec<InspectedRun> {
        let mut runs = self.runs();
        runs.retain(|run| !run.is_over());
        runs.clone()
    }

    /// Where the sessions of a run are opened. The run's id is in it, which nobody can guess: a web page that reaches this port
    /// learns nothing of it.
    fn url_of_run(&self, run: &InspectedRun) -> String {
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
