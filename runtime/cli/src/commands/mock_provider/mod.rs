//! `onevent mock-provider`: a provider to play with, on this machine.

mod refusal;
mod request_line;
mod routes;
mod state;
mod token;
mod trouble;

use std::net::{SocketAddr, TcpListener};

use serde::Serialize;

use self::routes::router;
use self::state::Shared;
use crate::args::{GlobalArgs, MockProviderArgs};
use crate::failure::Failure;
use crate::interruption::StopSignal;
use crate::output::{DIM, Format, NAME, Reply, WARN, paint, print_line};

/// What is said once, when it can be reached.
#[derive(Debug, Serialize)]
struct Started {
    url: String,
}

/// Serves until it is asked to stop.
pub(crate) fn run(args: &MockProviderArgs, global: &GlobalArgs) -> Result<Reply, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("threads could not be started: {error}")))?;
    let listener = open(args.listen)?;
    runtime.block_on(serve(args, global, listener))
}

fn open(address: SocketAddr) -> Result<TcpListener, Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage("cannot_listen", format!("--listen: {address} cannot be listened on: {error}"))
            .hint("another one may be running there; --listen 127.0.0.1:0 takes a free port")
    };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

async fn serve(
    args: &MockProviderArgs,
    global: &GlobalArgs,
    listener: TcpListener,
) -> Result<Reply, Failure> {
    let format = if global.json { Format::Json } else { Format::Human };
    let lines = (!global.quiet).then_some(format);
    let failed = |error: std::io::Error| Failure::internal(format!("the mock provider: {error}"));
    // Listened to before it is said that it is there: whoever reads that may stop it.
    let mut stopped = std::pin::pin!(StopSignal::next());
    let nothing_yet = tokio::time::timeout(std::time::Duration::ZERO, &mut stopped).await;
    if nothing_yet.is_ok() {
        return Ok(Reply::silent());
    }
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let started = Started { url: format!("http://{address}") };
    print_line(format, &started, &greeting(&started, address)).map_err(failed)?;
    let shared = Shared::new(args.rate_limit, &args.refuse);
    tokio::select! {
        ended = axum::serve(listener, router(shared, lines)) => ended.map_err(failed)?,
        _ = stopped => {}
    }
    Ok(Reply::silent())
}

fn greeting(started: &Started, address: SocketAddr) -> String {
    let mut text = format!("{} {}\n", paint(NAME, &started.url), paint(DIM, "Ctrl-C ends it"));
    if !address.ip().is_loopback() {
        let warning = paint(WARN, "warning");
        text.push_str(&format!("{warning}: everybody who reaches this address may use it\n"));
    }
    text
}
