//! The socket of a server, with TLS or without.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::task::JoinHandle;

use crate::args::ServeArgs;
use crate::failure::Failure;

/// A socket that is open, and that nobody is answered on yet.
pub(super) struct Listening {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<RustlsConfig>,
}

/// A server that answers.
pub(super) struct Serving {
    /// Where it is reached.
    pub(super) url: String,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    /// Opens the socket, and reads the certificate.
    pub(super) async fn open(args: &ServeArgs) -> Result<Self, Failure> {
        let tls = match (&args.tls_cert, &args.tls_key) {
            (Some(certificate), Some(key)) => {
                // The one place that chooses it: a process has one.
                let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
                let read = RustlsConfig::from_pem_file(certificate, key).await;
                Some(read.map_err(|error| {
                    let files = format!("{} and {}", certificate.display(), key.display());
                    Failure::usage("invalid_certificate", format!("--tls-cert, --tls-key: {files}: {error}"))
                })?)
            }
            _ => None,
        };
        let failed = |error: std::io::Error| {
            Failure::usage(
                "cannot_listen",
                format!("--listen: {} cannot be listened on: {error}", args.listen),
            )
            .hint("another server may be running there; --listen 127.0.0.1:0 takes a free port")
        };
        let socket = TcpListener::bind(args.listen).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, tls })
    }

    /// Answers from now on.
    pub(super) fn serve(self, router: Router) -> Serving {
        let Self { socket, address, tls } = self;
        let handle = Handle::new();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let service = router.into_make_service();
        let own = handle.clone();
        let task = match tls {
            Some(tls) => tokio::spawn(async move {
                axum_server::from_tcp_rustls(socket, tls)?.handle(own).serve(service).await
            }),
            None => {
                tokio::spawn(async move { axum_server::from_tcp(socket)?.handle(own).serve(service).await })
            }
        };
        Serving { url, handle, task }
    }
}

impl Serving {
    /// Takes no new connections, and closes the others when their answers are given, or when this time is over.
    pub(super) fn stop(&self, longest: Duration) {
        self.handle.graceful_shutdown(Some(longest));
    }

    /// Waits for the last one. It may be asked again.
    pub(super) async fn ended(&mut self) {
        if !self.task.is_finished() {
            let _ = (&mut self.task).await;
        }
    }
}
