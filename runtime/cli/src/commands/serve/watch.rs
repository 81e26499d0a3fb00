//! Loading the project's functions again when its files change.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use onevent_app::{FunctionsReloaded, Service};
use tokio::sync::mpsc;

use crate::failure::Failure;

/// How long no file may change before the project is loaded: editors write in several steps.
const QUIET: Duration = Duration::from_millis(150);
/// Folders of which nothing is read, or that onevent writes itself.
const IGNORED: [&str; 4] = [".onevent", ".git", ".nango", "tests"];

/// Watches until it is dropped.
pub(super) struct Watching {
    _watcher: RecommendedWatcher,
}

/// Starts watching the project's folder.
pub(super) fn start(service: &Arc<Service>) -> Result<Watching, Failure> {
    let (changed, changes) = mpsc::channel(1);
    let folder = service.folder().to_owned();
    let root = folder.clone();
    let failed = |error: notify::Error| {
        Failure::internal(format!("{} cannot be watched: {error}", folder.display()))
            .hint("start the server without --watch")
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| concerns(&root, &event)) {
            // One waiting change is as good as many.
            let _ = changed.try_send(());
        }
    })
    .map_err(failed)?;
    watcher.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
    tokio::spawn(follow(Arc::clone(service), changes));
    Ok(Watching { _watcher: watcher })
}

fn concerns(root: &Path, event: &Event) -> bool {
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let inside = |path: &Path| {
        let relative = path.strip_prefix(root).unwrap_or(path);
        relative.iter().all(|part| IGNORED.iter().all(|ignored| part != *ignored))
    };
    event.paths.iter().any(|path| inside(path))
}

async fn follow(service: Arc<Service>, mut changes: mpsc::Receiver<()>) {
    while changes.recv().await.is_some() {
        while let Ok(Some(())) = tokio::time::timeout(QUIET, changes.recv()).await {}
        match service.reload_functions().await {
            Ok(FunctionsReloaded::Replaced(project)) => {
                tracing::info!(functions = project.functions.len(), "the functions were loaded again");
            }
            Ok(FunctionsReloaded::Kept { problems }) => {
                let problems = problems.join("; ");
                tracing::error!(problems, "the functions do not load; the last good ones go on");
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "the functions could not be loaded; the last good ones go on")
            }
        }
    }
}
