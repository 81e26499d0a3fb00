//! Servers that are broken or hostile.

use std::io::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Response, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use onevent_contract::{FetchRequest, HostError};
use onevent_proxy::limits::{MAX_BODY_BYTES, MAX_HEADERS};
use tokio::sync::Notify;

use crate::setup::{Setup, code, oauth, raw_server, serve};

const GZIP_HEADER_BYTES: usize = 10;

async fn error_of(server: &str) -> String {
    let setup = Setup::new();
    let code = code(setup.get(&oauth(server, ""), "/").await);
    assert_eq!(setup.recorded().len(), 1);
    code
}

async fn encoded(encoding: &'static str, body: Vec<u8>) -> String {
    let answer = async move || {
        Response::builder().header(header::CONTENT_ENCODING, encoding).body(Body::from(body.clone())).unwrap()
    };
    serve(Router::new().fallback(answer)).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn what_is_no_http_is_an_error_with_a_code() {
    for (answer, expected) in [
        ("", "network ECONNRESET"),
        ("hello, this is no HTTP\r\n\r\n", "network HPE_INVALID_CONSTANT"),
        ("HTTP/1.1 2x0 OK\r\n\r\n", "network HPE_INVALID_CONSTANT"),
        ("HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "network HPE_INVALID_CONSTANT"),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "network HPE_INVALID_CONSTANT",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-le", "network ECONNRESET"),
    ] {
        assert_eq!(error_of(&raw_server(answer).await).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn an_empty_answer_and_an_odd_one_are_answers() {
    let setup = Setup::new();
    let empty = raw_server("HTTP/1.1 204 No Content\r\n\r\n").await;
    let response = setup.get(&oauth(&empty, ""), "/").await.unwrap();
    assert_eq!((response.status, response.body.len()), (204, 0));
    let odd = raw_server(
        "HTTP/1.1 299 Quite Odd\r\nX-A: 1\r\nx-a: 2\r\nx-l: \u{e9}\r\ncontent-length: 2\r\n\r\nok",
    )
    .await;
    let response = setup.get(&oauth(&odd, ""), "/").await.unwrap();
    assert_eq!((response.status, response.status_text.as_str()), (299, "Quite Odd"));
    assert_eq!(response.headers.get("x-a").as_deref(), Some("1, 2"));
    assert_eq!(response.headers.get("x-l").as_deref(), Some("\u{c3}\u{a9}"), "bytes, as Node shows them");
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let header: String = (0..=MAX_HEADERS).map(|number| format!("x-{number}: 1\r\n")).collect();
    let many = raw_server(format!("HTTP/1.1 200 OK\r\n{header}\r\n")).await;
    assert_eq!(error_of(&many).await, "network HPE_HEADER_OVERFLOW");
    let line = format!("x-{{}}: {}\r\n", "a".repeat(3_000));
    let long: String = (0..100).map(|number| line.replace("{}", &number.to_string())).collect();
    let large = raw_server(format!("HTTP/1.1 200 OK\r\n{long}content-length: 0\r\n\r\n")).await;
    assert_eq!(error_of(&large).await, "network HPE_HEADER_OVERFLOW");
}

#[tokio::test]
async fn a_body_may_have_the_limit_and_not_a_byte_more() {
    let largest = vec![b'a'; MAX_BODY_BYTES];
    let setup = Setup::new();
    let response = setup.get(&oauth(&encoded("gzip", gzip(&largest)).await, ""), "/").await.unwrap();
    assert_eq!(response.body.len(), MAX_BODY_BYTES);
    let mut larger = largest;
    larger.push(b'a');
    assert_eq!(error_of(&encoded("identity", larger.clone()).await).await, "network ERR_BAD_RESPONSE");
    assert_eq!(error_of(&encoded("gzip", gzip(&larger)).await).await, "network ERR_BAD_RESPONSE");
}

#[tokio::test]
async fn a_file_that_unpacks_without_end_is_stopped() {
    // One mebibyte of zeros packed to about a kilobyte, as often as it takes to be 4 GiB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1024 * 1024]).unwrap();
    encoder.flush().unwrap();
    let (start, blocks) = encoder.get_ref().split_at(GZIP_HEADER_BYTES);
    let bomb = [start, &blocks.repeat(4096)].concat();
    assert!(bomb.len() < MAX_BODY_BYTES / 2, "the bomb is small: {}", bomb.len());
    assert_eq!(error_of(&encoded("gzip", bomb).await).await, "network ERR_BAD_RESPONSE");
    // And one that streams without end, unpacked.
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let endless = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(300));
    assert_eq!(error_of(&raw_server(endless).await).await, "network ERR_BAD_RESPONSE");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_an_error_with_a_code() {
    let server = raw_server("HTTP/1.1 400 Bad Request\r\n\r\n").await.replace("http:", "https:");
    let setup = Setup::new();
    let error = setup.get(&oauth(&server, ""), "/secret-path").await.unwrap_err();
    let HostError::Network { code, message } = error else { panic!("{error:?}") };
    assert!(["EPROTO", "ECONNRESET"].contains(&code.as_str()), "{code}: {message}");
    assert!(!message.contains("secret-path"), "{message}");
}

#[tokio::test]
async fn a_call_that_is_given_up_while_it_is_under_way_is_pending() {
    let setup = Setup::new();
    let arrived = Arc::new(Notify::new());
    let hang = {
        let arrived = Arc::clone(&arrived);
        async move || {
            arrived.notify_one();
            std::future::pending::<()>().await;
        }
    };
    let server = serve(Router::new().fallback(hang)).await;
    let target = oauth(&server, "");
    tokio::select! {
        _ = setup.get(&target, "/charge") => panic!("nobody answers"),
        () = arrived.notified() => {}
    }
    assert_eq!(setup.recorded(), [format!("GET {server}/charge pending #1")]);

    let (url, method) = (format!("{server}/hook"), http::Method::POST);
    let request = FetchRequest { url, method, headers: Vec::new(), body: Vec::new().into() };
    tokio::select! {
        _ = setup.fetch(request) => panic!("nobody answers"),
        () = arrived.notified() => {}
    }
    assert_eq!(setup.recorded()[1], format!("POST {server}/hook pending #1"));
}
