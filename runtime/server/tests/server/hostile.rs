//! Requests that no client of good will makes.

use onevent_server::ServerOptions;
use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

/// Sends bytes as they are, and reads what comes until the end.
async fn raw(world: &World, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    // The server may hang up before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let world = World::with(ServerOptions { body_limit: 1_000, ..ServerOptions::default() }).await;
    let metadata = |size: usize| json!({ "connection_id": "a", "provider_config_key": "hubspot", "metadata": { "x": "y".repeat(size) } });
    let large = world.ask("POST", "/connections/metadata", Some(&metadata(2_000))).await;
    assert_eq!((large.status, large.code()), (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"));
    let small = world.ask("POST", "/connections/metadata", Some(&metadata(100))).await;
    assert_eq!(small.code(), "unknown_connection");
    let chunk = format!("7d0\r\n{}\r\n", "y".repeat(2_000));
    let request = format!(
        "POST /connections/metadata HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n",
        world.key
    );
    let answer = raw(&world, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("payload_too_large"), "{answer}");
}

#[tokio::test]
async fn headers_without_end_are_refused_and_the_server_lives_on() {
    let world = World::start().await;
    let huge = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-huge: {}\r\n\r\n", "a".repeat(2_000_000));
    assert!(raw(&world, huge.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET /health HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(10_000));
    assert!(raw(&world, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert_eq!(world.send("GET", "/health", &[], None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn two_ways_to_tell_a_length_are_one_too_many() {
    let world = World::start().await;
    for extra in ["content-length: 5\r\ncontent-length: 6\r\n", "content-length: -1\r\n"] {
        let request = format!("POST /cli/telemetry HTTP/1.1\r\nhost: x\r\n{extra}\r\nhello");
        assert!(raw(&world, request.as_bytes()).await.starts_with("HTTP/1.1 400"), "{extra}");
    }
    // Where both are told, the chunks count: the second request of this pair is no request.
    let smuggled = "POST /cli/telemetry HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\
                    connection: close\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_eq!(raw(&world, smuggled.as_bytes()).await.matches("HTTP/1.1 ").count(), 1);
}

#[tokio::test]
async fn names_in_paths_are_names() {
    let world = World::start().await;
    for path in [
        "/connections/a%0d%0aset-cookie:x?provider_config_key=hubspot",
        "/connections/a%00?provider_config_key=hubspot",
        "/connections/%ff%fe?provider_config_key=hubspot",
        "/connections/%C3%A9?provider_config_key=hubspot",
        "/integrations/..%2f..%2fetc%2fpasswd",
        "/integrations/hubspot/functions/..%2f..%2fonevent.toml/code",
        "/integrations/hubspot/functions/validate.ts/code",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "invalid_uri_params"),
            "{path}: {answer:?}"
        );
        assert!(answer.headers.get("set-cookie").is_none());
    }
    // A name may hold these: they are looked up as names, nowhere else.
    let id = "a%2F..%2F..%2Fb%20%22%27%7B%7D%24";
    let answer = world.get(&format!("/connections/{id}?provider_config_key=hubspot")).await;
    assert_eq!(answer.code(), "not_found", "{answer:?}");
    assert_eq!(world.get("/providers/..%2Fproviders").await.code(), "not_found");
}
