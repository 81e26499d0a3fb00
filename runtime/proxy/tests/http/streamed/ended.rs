//! Streams that end in the middle, on either side.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use onevent_proxy::BodyError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{MANY, body, code_of, pieces, read};
use crate::setup::{End, Setup, oauth, raw_server_that_ends, serve};

/// A server that sends this after the head of a request, reads on, and tells when the connection has ended.
pub(super) async fn watching_server(answer: &'static str) -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (ended, end) = mpsc::channel(1);
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut piece = [0; 4096];
        let mut request = Vec::new();
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = socket.read(&mut piece).await.unwrap();
            request.extend_from_slice(&piece[..read]);
        }
        socket.write_all(answer.as_bytes()).await.unwrap();
        while let Ok(1..) = socket.read(&mut piece).await {}
        let _ = ended.send(()).await;
    });
    (url, end)
}

#[tokio::test]
async fn dropping_an_answer_ends_the_request() {
    let (server, mut end) = watching_server("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    let mut answer = Setup::new().stream_get(&oauth(&server, ""), "/").await.unwrap();
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "half");
    assert!(end.try_recv().is_err(), "it goes on while somebody may read");
    drop(answer);
    end.recv().await.unwrap();
}

#[tokio::test]
async fn dropping_an_answer_ends_a_body_that_is_still_on_its_way() {
    let (server, mut end) = watching_server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno").await;
    let endless = body(pieces(MANY).chain(stream::pending()));
    let answer = Setup::new().stream_post(&oauth(&server, ""), endless).await.unwrap();
    drop(answer);
    end.recv().await.unwrap();
}

#[tokio::test]
async fn dropping_a_call_ends_it_before_and_in_the_middle_of_its_body() {
    for started in [0, MANY] {
        let (server, mut end) = watching_server("").await;
        let (setup, target) = (Setup::new(), oauth(&server, ""));
        let endless = body(pieces(started).chain(stream::pending()));
        let call = setup.stream_post(&target, endless);
        let _ = tokio::time::timeout(Duration::from_millis(300), call).await.unwrap_err();
        if started > 0 {
            end.recv().await.unwrap();
        } else {
            assert!(setup.recorded().is_empty(), "a body that is kept is kept before anything is sent");
        }
    }
}

#[tokio::test]
async fn a_caller_who_breaks_off_is_an_error_and_no_end_of_the_body() {
    let (seen, mut broken) = mpsc::channel(1);
    let server = async move |request: Request| {
        let read = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        seen.send(read.is_err()).await.unwrap();
    };
    let server = serve(Router::new().fallback(server)).await;
    let (setup, target) = (Setup::new(), oauth(&server, ""));
    let gone = || stream::iter([Err::<Bytes, BodyError>("gone".into())]);
    let large = setup.stream_post(&target, body(pieces(MANY).chain(gone()))).await.unwrap_err();
    assert_eq!(code_of(large), "network ERR_CANCELED");
    assert_eq!(broken.recv().await, Some(true), "the provider sees that it is cut");
    let small = setup.stream_post(&target, body(pieces(1).chain(gone()))).await.unwrap_err();
    assert_eq!(code_of(small), "network ERR_CANCELED");
    let whole = setup.stream_post(&target, body(pieces(MANY))).await.unwrap();
    assert_eq!((whole.status.as_u16(), broken.recv().await), (200, Some(false)));
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_no_end_of_it() {
    for (rest, end) in [
        ("content-length: 9\r\n\r\nhalf", End::Close),
        ("content-length: 9\r\n\r\nhalf", End::Reset),
        ("transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n", End::Close),
        ("transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n", End::Close),
    ] {
        let server = raw_server_that_ends(format!("HTTP/1.1 200 OK\r\n{rest}"), end).await;
        let answer = Setup::new().stream_get(&oauth(&server, ""), "/").await.unwrap();
        assert_eq!(code_of(read(answer).await.unwrap_err()), "network ERR_BAD_RESPONSE", "{rest:?} {end:?}");
    }
}
