//! A server of HTTP on loopback, on a thread of its own, so that it serves synchronous and asynchronous tests alike.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use axum::Router;
use tokio::sync::oneshot;

/// The server. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Loopback {
    url: String,
    _stop: oneshot::Sender<()>,
}

impl Loopback {
    /// Starts on a free port; the thread gets that name.
    ///
    /// # Errors
    /// When no port can be opened or no thread started.
    pub(crate) fn serve(name: &str, router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                tokio::select! {
                    _ = axum::serve(listener, router) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { url, _stop: stop })
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}
