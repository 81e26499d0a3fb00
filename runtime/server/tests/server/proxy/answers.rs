//! What a caller gets of a provider's answer.

use std::io::Write as _;

use axum::Router;
use axum::body::Body;
use axum::response::Response;

use super::{provider, read, world, world_at};

/// Headers of every kind.
const HEADERS: [(&str, &str); 10] = [
    ("content-type", "text/csv"),
    ("x-correlation-id", "c"),
    ("x-request-id", "r"),
    ("mcp-session-id", "m"),
    ("x-other", "o"),
    ("set-cookie", "a=b"),
    ("x-ratelimit-remaining", "7"),
    ("access-control-allow-origin", "*"),
    ("keep-alive", "timeout=5"),
    ("connection", "x-near"),
];

/// A provider that answers with these headers and more, and this body.
fn provider(status: u16, more: &'static [(&'static str, &'static str)], body: fn() -> Body) -> Router {
    Router::new().fallback(async move || {
        let mut response = Response::builder().status(status).header("x-near", "n");
        for (name, value) in HEADERS.iter().chain(more) {
            response = response.header(*name, *value);
        }
        response.body(body()).unwrap()
    })
}

fn text() -> Body {
    Body::from("a,b")
}

fn chunked() -> Body {
    Body::from_stream(futures_util::stream::iter(["a", ",b"].map(Ok::<_, std::io::Error>)))
}

/// Which of the headers came, and the length.
async fn passed(provider: Router) -> (u16, Vec<&'static str>, Option<String>, String) {
    let response = world(provider).await.call("GET", "/proxy/a").send().await.unwrap();
    let (status, headers, text) = read(response).await;
    let names =
        ["content-type", "x-correlation-id", "x-request-id", "mcp-session-id", "x-other", "set-cookie"];
    let more =
        ["access-control-allow-origin", "keep-alive", "x-near", "content-disposition", "content-encoding"];
    let came = names.into_iter().chain(more).filter(|name| headers.contains_key(*name)).collect();
    let length = headers.get("content-length").map(|length| length.to_str().unwrap().to_owned());
    (status, came, length, text)
}

#[tokio::test]
async fn limits_that_are_the_providers_are_not_mixed_with_the_servers() {
    let server = world(provider(503, &[], text)).await;
    let headers = read(server.call("GET", "/proxy/a").send().await.unwrap()).await.1;
    assert_eq!(
        (&headers["x-ratelimit-remaining"], headers.get("x-ratelimit-limit")),
        (&"7".parse().unwrap(), None)
    );
    let headers = read(server.call("GET", "/proxy").send().await.unwrap()).await.1;
    assert!(headers.contains_key("x-ratelimit-limit"), "an answer of the server's own has its own");
}

const FEW: [&str; 4] = ["content-type", "x-correlation-id", "x-request-id", "mcp-session-id"];
const ALL: [&str; 6] =
    ["content-type", "x-correlation-id", "x-request-id", "mcp-session-id", "x-other", "set-cookie"];

#[tokio::test]
async fn an_answer_of_known_length_keeps_few_headers() {
    let length = Some("3".to_owned());
    assert_eq!(passed(provider(200, &[], text)).await, (200, FEW.to_vec(), length, "a,b".into()));
}

#[tokio::test]
async fn an_answer_in_chunks_a_file_and_an_error_keep_all_but_those_between_neighbours() {
    assert_eq!(passed(provider(200, &[], chunked)).await, (200, ALL.to_vec(), None, "a,b".into()));
    let with = |name| [ALL.as_slice(), &[name]].concat();
    let length = Some("3".to_owned());
    let file = provider(200, &[("content-disposition", "attachment; filename=a.csv")], text);
    assert_eq!(passed(file).await, (200, with("content-disposition"), length.clone(), "a,b".into()));
    for status in [300, 404, 429, 503] {
        let error = (status, ALL.to_vec(), length.clone(), "a,b".into());
        assert_eq!(passed(provider(status, &[], text)).await, error);
    }
}

#[tokio::test]
async fn what_is_packed_stays_packed_and_says_so_unless_the_caller_wants_it_unpacked() {
    fn packed() -> Body {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"a,b").unwrap();
        encoder.finish().unwrap().into()
    }
    let world = world(provider(200, &[("content-encoding", "gzip")], packed)).await;
    let response = world.call("GET", "/proxy/a").send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert!(response.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
    let response = world.call("GET", "/proxy/a").header("decompress", "true").send().await.unwrap();
    let (_, headers, text) = read(response).await;
    assert_eq!((headers.get("content-encoding"), text.as_str()), (None, "a,b"));
}

#[tokio::test]
async fn an_answer_to_head_says_the_length_that_another_one_would_have() {
    let world = world(provider(200, &[], text)).await;
    let (status, headers, text) = read(world.call("HEAD", "/proxy/a").send().await.unwrap()).await;
    assert_eq!((status, headers["content-length"].to_str().unwrap(), text.as_str()), (200, "3", ""));
    let (nothing, _) = provider::raw("HTTP/1.1 204 No Content\r\nx-a: 1\r\n\r\n").await;
    let (status, headers, text) =
        read(world_at(&nothing).await.call("GET", "/proxy/a").send().await.unwrap()).await;
    assert_eq!((status, headers.get("content-length"), text.as_str()), (204, None, ""));
}

#[tokio::test]
async fn an_answer_passes_piece_by_piece() {
    let (slow, _) = provider::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n").await;
    let world = world_at(&slow).await;
    let mut response = world.call("GET", "/proxy/events").send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "half");
}
