//! Back-pressure, and what has a limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use onevent_proxy::limits::MAX_HEADERS;
use onevent_proxy::{BodyError, EgressPolicy, RequestBody};
use tokio::net::TcpListener;

use super::ended::watching_server;
use super::{MANY, PIECE, body, code_of, counting_server, pieces, read_json, sized, streaming};
use crate::setup::{Setup, oauth, raw_server, serve};

/// What may lie between the two ends: the buffers of two sockets, and those of the transport.
const ON_THE_WAY: usize = 32 * 1024 * 1024;

fn loopback() -> EgressPolicy {
    EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()])
}

fn impatient(limit: Duration) -> Setup {
    Setup::with(loopback(), |options| options.attempt_timeout = limit)
}

/// Pieces without end, and how many were asked for.
fn endless() -> (impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let pieces = stream::repeat_with(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(Bytes::from_static(PIECE))
    });
    (pieces, asked)
}

/// A server that takes connections and reads nothing.
async fn deaf_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            open.push(socket);
        }
    });
    url
}

#[tokio::test]
async fn a_provider_that_does_not_read_is_sent_no_more_and_given_up() {
    let (pieces, asked) = endless();
    let setup = impatient(Duration::from_millis(300));
    let ended = setup.stream_post(&oauth(&deaf_server().await, ""), body(pieces)).await.unwrap_err();
    assert_eq!(code_of(ended), "network ECONNABORTED");
    let passed = asked.load(Ordering::SeqCst) * PIECE.len();
    assert!(passed < ON_THE_WAY, "{passed} bytes were read and not sent");
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_read_no_further() {
    let (pieces, asked) = endless();
    let pieces = Arc::new(std::sync::Mutex::new(Some(pieces)));
    let server = async move || {
        let pieces = pieces.lock().unwrap().take().unwrap();
        streaming(pieces.map(|piece| Ok(piece.unwrap())))
    };
    let server = serve(Router::new().fallback(server)).await;
    let mut answer = Setup::new().stream_get(&oauth(&server, ""), "/").await.unwrap();
    // It stops, wherever that is.
    let mut before = usize::MAX;
    while before != asked.load(Ordering::SeqCst) {
        before = asked.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(before * PIECE.len() < ON_THE_WAY, "{before} pieces were sent and not read");
    // And goes on when somebody reads.
    let mut read = 0;
    while read < ON_THE_WAY {
        read += answer.body.next().await.unwrap().unwrap().len();
    }
    assert!(asked.load(Ordering::SeqCst) > before);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_given_up_after_the_end_of_the_body() {
    let never = async |request: Request| {
        let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        std::future::pending::<()>().await;
    };
    let server = serve(Router::new().fallback(never)).await;
    for body in [RequestBody::empty(), sized(1), sized(MANY), body(pieces(MANY))] {
        let ended = impatient(Duration::from_millis(300)).stream_post(&oauth(&server, ""), body).await;
        assert_eq!(code_of(ended.unwrap_err()), "network ECONNABORTED");
    }
    // Half a head is none.
    let (slow, mut end) = watching_server("HTTP/1.1 200 OK\r\nx-a: ").await;
    let (setup, target) = (impatient(Duration::from_millis(300)), oauth(&slow, ""));
    assert_eq!(code_of(setup.stream_get(&target, "/").await.unwrap_err()), "network ECONNABORTED");
    end.recv().await.unwrap();
}

#[tokio::test]
async fn a_caller_who_is_slow_and_an_answer_that_is_slow_are_waited_for() {
    let slowly = |count| {
        pieces(count).then(async |piece| {
            tokio::time::sleep(Duration::from_millis(40)).await;
            piece
        })
    };
    // Each takes longer than the limit in all.
    let setup = impatient(Duration::from_millis(500));
    let counted = setup.stream_post(&oauth(&counting_server().await, ""), body(slowly(MANY))).await.unwrap();
    assert_eq!(read_json(counted).await["bytes"], MANY * PIECE.len());
    let server = async move || streaming(slowly(MANY).map(|piece| Ok(piece.unwrap())));
    let server = serve(Router::new().fallback(server)).await;
    let answer = setup.stream_get(&oauth(&server, ""), "/").await.unwrap();
    assert_eq!(super::read(answer).await.unwrap().len(), MANY * PIECE.len());
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let header: String = (0..=MAX_HEADERS).map(|number| format!("x-{number}: 1\r\n")).collect();
    let many = raw_server(format!("HTTP/1.1 200 OK\r\n{header}\r\n")).await;
    let refused = Setup::new().stream_get(&oauth(&many, ""), "/").await.unwrap_err();
    assert_eq!(code_of(refused), "network HPE_HEADER_OVERFLOW");
}

#[tokio::test]
async fn loopback_is_refused_unless_it_is_allowed() {
    let server = counting_server().await;
    let closed = Setup::with(EgressPolicy::public_only(), |_| {});
    let refused = closed.stream_post(&oauth(&server, ""), sized(MANY)).await.unwrap_err();
    assert_eq!(code_of(refused), "configuration denied_ip");
    assert_eq!(
        Setup::new().stream_post(&oauth(&server, ""), sized(MANY)).await.unwrap().status.as_u16(),
        200
    );
}
