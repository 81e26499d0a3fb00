//! A server of HTTP on loopback, on a thread of its own, so that it serves synchronous and asynchronous tests alike.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

/// The server. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Loopback {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Starts on a free port; the thread gets that name.
    ///
    /// # Errors
    /// When no port can be opened or no thread started.
    pub(crate) fn serve(name: &str, router: Router) -> io::Result<Self> {
        Self::serve_by(name, |listener| async move {
            // It fails only where the operating system has no resources left; the client then sees no answer.
            let _ = axum::serve(listener, router).await;
        })
    }

    /// The same, with another way of serving what comes to the listener.
    ///
    /// # Errors
    /// When no port can be opened or no thread started.
    pub(crate) fn serve_by<F: Future<Output = ()>>(
        name: &str,
        serve: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = serve(listener) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { url, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
