//! Where debuggers find a dry run: a listener on loopback that speaks what Node's inspector speaks, so that whatever finds
//! Node (Chrome's `chrome://inspect`, VS Code, `node inspect`) finds onevent.

mod address;
mod routes;
mod targets;

use std::path::PathBuf;
use std::sync::Arc;

use onevent_engine::DebugStart;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

pub(crate) use self::address::InspectorAddress;
use self::targets::Targets;
use crate::failure::Failure;

/// The listener, while somebody holds it.
pub(crate) struct Inspector {
    pub(crate) targets: Arc<Targets>,
    _serving: AbortOnDropHandle<()>,
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
        let targets = Arc::new(Targets::new(address, start, folder));
        let router = routes::router(Arc::clone(&targets));
        let serving = tokio::spawn(async move {
            // It ends with the command.
            let _ = axum::serve(socket, router).await;
        });
        Ok(Self { targets, _serving: AbortOnDropHandle::new(serving) })
    }
}
