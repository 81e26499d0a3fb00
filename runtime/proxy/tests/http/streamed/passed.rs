//! What is passed on, and how.

use axum::Router;
use axum::response::IntoResponse as _;
use futures_util::StreamExt as _;
use http::{HeaderValue, Method};
use onevent_contract::ProxyRequest;
use onevent_proxy::{Decompress, RequestBody};
use serde_json::json;

use super::{
    AS_IT_COMES, MANY, PIECE, body, code_of, counting_server, pieces, read, read_json, sized, streaming, text,
};
use crate::setup::{Setup, echo_server, oauth, raw_server, serve, target};

#[tokio::test]
async fn a_body_keeps_its_length_where_it_is_known_and_is_chunked_where_not() {
    let server = counting_server().await;
    let (setup, target) = (Setup::new(), oauth(&server, ""));
    let length = MANY * PIECE.len();
    let counted = read_json(setup.stream_post(&target, sized(MANY)).await.unwrap()).await;
    assert_eq!((&counted["bytes"], &counted["length"]), (&json!(length), &json!(length.to_string())));
    assert_eq!(counted["framing"], json!(null));
    assert_eq!(counted["authorization"], "Bearer token-12345");
    let counted = read_json(setup.stream_post(&target, body(pieces(MANY))).await.unwrap()).await;
    assert_eq!((&counted["bytes"], &counted["framing"]), (&json!(length), &json!("chunked")));
    let counted = read_json(setup.stream_post(&target, text("small")).await.unwrap()).await;
    assert_eq!(
        (&counted["bytes"], &counted["length"]),
        (&json!(5), &json!("5")),
        "one that is kept has a length"
    );
    assert_eq!(counted["content_type"], json!(null), "nobody said what it is");
    assert_eq!(setup.recorded(), vec![format!("POST {server}/x 200 #1"); 3]);
}

#[tokio::test]
async fn methods_of_webdav_take_a_body_and_get_and_head_take_none() {
    let server = echo_server().await;
    let (setup, target) = (Setup::new(), oauth(&server, ""));
    for (method, sent) in [("PROPFIND", "<a/>"), ("REPORT", "<a/>"), ("GET", "")] {
        let request = ProxyRequest::new(method.parse().unwrap(), "/x");
        let echoed =
            read_json(setup.stream(&target, request, text("<a/>"), AS_IT_COMES).await.unwrap()).await;
        assert_eq!((&echoed["method"], &echoed["body"]), (&json!(method), &json!(sent)));
    }
    let request = ProxyRequest::new(Method::HEAD, "/x");
    let answer = setup.stream(&target, request, RequestBody::empty(), AS_IT_COMES).await.unwrap();
    assert!(answer.headers.contains_key("content-length"));
    assert_eq!(read(answer).await.unwrap(), b"");
    let request = ProxyRequest::new(Method::CONNECT, "/x");
    let refused = setup.stream(&target, request, RequestBody::empty(), AS_IT_COMES).await.unwrap_err();
    assert_eq!(code_of(refused), "configuration invalid_method");
}

#[tokio::test]
async fn an_answer_comes_with_its_headers_and_with_its_length_where_it_says_one() {
    let raw = "HTTP/1.1 404 Odd\r\nX-A: 1\r\nx-a: 2\r\nx-l: \u{e9}\r\ncontent-length: 2\r\n\r\nno";
    let setup = Setup::new();
    let answer = setup.stream_get(&oauth(&raw_server(raw).await, ""), "/").await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.length()), (404, Some(2)));
    assert_eq!(answer.headers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(answer.headers["x-l"].as_bytes(), "\u{e9}".as_bytes(), "bytes as they came");
    assert_eq!(read(answer).await.unwrap(), b"no");
    let server =
        serve(Router::new().fallback(async || streaming(pieces(3).map(|piece| Ok(piece.unwrap()))))).await;
    let answer = setup.stream_get(&oauth(&server, ""), "/").await.unwrap();
    assert_eq!(
        (answer.body.length(), &answer.headers["transfer-encoding"]),
        (None, &HeaderValue::from_static("chunked"))
    );
    assert_eq!(read(answer).await.unwrap().len(), 3 * PIECE.len());
}

#[tokio::test]
async fn an_answer_passes_while_its_rest_has_not_come() {
    let server = async || {
        streaming(futures_util::stream::iter([Ok("a".into())]).chain(futures_util::stream::pending()))
    };
    let answer = Setup::new().stream_get(&oauth(&serve(Router::new().fallback(server)).await, ""), "/").await;
    let mut body = answer.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "a");
}

#[tokio::test]
async fn an_answer_may_come_before_the_body_has_been_read() {
    let server =
        serve(Router::new().fallback(async || (http::StatusCode::PAYLOAD_TOO_LARGE, "no").into_response()))
            .await;
    // More than is kept, so that it is passed on, and then nothing for ever.
    let endless_and_large = body(pieces(MANY).chain(futures_util::stream::pending()));
    let answer = Setup::new().stream_post(&oauth(&server, ""), endless_and_large).await.unwrap();
    assert_eq!(answer.status.as_u16(), 413);
    assert_eq!(read(answer).await.unwrap(), b"no");
}

#[tokio::test]
async fn what_the_answer_may_be_packed_with_is_for_the_caller_to_say() {
    let server = counting_server().await;
    let (setup, target) = (Setup::new(), oauth(&server, ""));
    for (decompress, accepted) in [
        (AS_IT_COMES, "identity"),
        (Decompress::No { accepted: Some(HeaderValue::from_static("zstd")) }, "zstd"),
        (Decompress::Yes, "gzip, deflate, br"),
    ] {
        let request = ProxyRequest::new(Method::GET, "/");
        let answer = setup.stream(&target, request, RequestBody::empty(), decompress).await.unwrap();
        assert_eq!(read_json(answer).await["accepted"], accepted);
    }
}

#[tokio::test]
async fn fields_of_the_template_go_into_a_body_that_is_kept() {
    let server = echo_server().await;
    let target = oauth(&server, "  body:\n    token: ${accessToken}\n");
    let setup = Setup::new();
    for (content_type, sent, expected) in [
        ("application/json; charset=utf-8", r#"{"a":1}"#, r#"{"a":1,"token":"token-12345"}"#),
        ("application/x-www-form-urlencoded", "a=1+2", "a=1+2&token=token-12345"),
        ("text/plain", "a", "a"),
        ("application/json", "[1, 2]", "[1, 2]"),
    ] {
        let mut request = ProxyRequest::new(Method::POST, "/x");
        request.headers.insert("content-type".into(), content_type.into());
        let echoed = read_json(setup.stream(&target, request, text(sent), AS_IT_COMES).await.unwrap()).await;
        assert_eq!(echoed["body"], expected);
        assert_eq!(echoed["headers"]["content-type"], content_type);
    }
    let empty = setup.stream_post(&target, RequestBody::empty()).await.unwrap();
    assert_eq!(read_json(empty).await["body"], r#"{"token":"token-12345"}"#);
    let refused = setup.stream_post(&target, sized(MANY)).await.unwrap_err();
    assert_eq!(code_of(refused), "configuration invalid_body");
}

#[tokio::test]
async fn errors_do_not_say_what_is_secret() {
    let nowhere = oauth("http://${accessToken}.invalid", "");
    let error = Setup::new().stream_get(&nowhere, "/").await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("[redacted].invalid") && !text.contains("token-12345"), "{text}");
    let template = "auth_mode: API_KEY\nproxy:\n  base_url: ${connectionConfig.u}\n";
    let key = json!({"type": "API_KEY", "apiKey": "key-12345"});
    let broken = target(template, json!({"u": "ftp://key-12345/"}), key);
    let text = Setup::new().stream_get(&broken, "/").await.unwrap_err().to_string();
    assert!(!text.contains("key-12345"), "{text}");
}

#[tokio::test]
async fn an_answer_that_switches_protocols_is_none() {
    let raw = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
    let error = Setup::new().stream_get(&oauth(&raw_server(raw).await, ""), "/").await.unwrap_err();
    assert_eq!(code_of(error), "network ERR_BAD_RESPONSE");
}
