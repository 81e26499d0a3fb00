//! Callers who go away, and providers that break off.

use onevent_server::{ServerOptions, router};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{pieces, provider, world_at};
use crate::world::World;

/// A request of these lines and this beginning of a body, over a connection of its own.
async fn begun(world: &World, lines: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /proxy/a HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection-id: acme\r\n\
         provider-config-key: hubspot\r\n{lines}\r\n",
        world.key
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    stream
}

#[tokio::test]
async fn a_caller_who_goes_away_ends_the_request_to_the_provider() {
    let large = vec![b'x'; 4 << 20];
    for (name, answer, lines, body) in [
        ("before an answer", "", "content-length: 2\r\n", b"ab".as_slice()),
        (
            "in the middle of an answer",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
            "content-length: 2\r\n",
            b"ab",
        ),
        ("in the middle of a body", "", "content-length: 99999999\r\n", &large),
    ] {
        let (provider, mut end) = provider::raw(answer).await;
        let world = world_at(&provider).await;
        let mut stream = begun(&world, lines, body).await;
        if !answer.is_empty() {
            let mut read = Vec::new();
            while !read.ends_with(b"half") {
                assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "{name}");
            }
        } else {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        assert!(end.try_recv().is_err(), "{name}: it goes on while the caller is there");
        drop(stream);
        end.recv().await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_does_not_look_like_a_whole_one() {
    for framing in ["content-length: 9\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"]
    {
        let (provider, _end) =
            provider::raw(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{framing}")).await;
        let world = world_at(&provider).await;
        let response = world.call("GET", "/proxy/a").send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        if framing.starts_with("transfer") {
            assert!(response.bytes().await.is_err(), "{framing:?}");
        }
    }
}

#[tokio::test]
async fn a_request_that_is_framed_twice_reaches_the_provider_once_and_whole() {
    let world = super::world(provider::echo()).await;
    let lines = "content-length: 3\r\ntransfer-encoding: chunked\r\nconnection: close\r\n";
    let mut stream = begun(&world, lines, b"5\r\nhello\r\n0\r\n\r\nGET /proxy/b HTTP/1.1\r\n\r\n").await;
    let mut read = String::new();
    let _ = stream.read_to_string(&mut read).await;
    assert_eq!(read.matches("HTTP/1.1 ").count(), 1, "{read}");
    assert!(read.starts_with("HTTP/1.1 400") || read.contains(r#""body":"hello""#), "{read}");
    // A name or value that ends a line is no header.
    let answer =
        begun(&world, "nango-proxy-x\r\n y: 1\r\ncontent-length: 0\r\nconnection: close\r\n", b"").await;
    let mut read = String::new();
    let _ = { answer }.read_to_string(&mut read).await;
    assert!(read.starts_with("HTTP/1.1 400"), "{read}");
}

#[tokio::test]
async fn a_body_may_be_far_larger_than_what_other_routes_read() {
    let options = ServerOptions { body_limit: 1_000, ..Default::default() };
    let provider = provider::serve(provider::echo()).await;
    let world = World::served_with(&super::settings(&provider), |service| router(service, options)).await;
    assert_eq!(world.import("acme", "good").await.status.as_u16(), 201);
    let response = world.call("PUT", "/proxy/a").body(pieces(64)).send().await.unwrap();
    assert_eq!(super::json(response).await["bytes"], 64 << 16);
}
