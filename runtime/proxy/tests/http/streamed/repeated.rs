//! What is sent once more, and what is not: attempts and redirects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::any;
use http::Method;
use onevent_contract::ProxyRequest;
use onevent_proxy::{RequestBody, StreamedAnswer};
use serde_json::{Value, json};

use super::{AS_IT_COMES, MANY, code_of, count, counting_server, read, read_json, sized, text};
use crate::setup::{Setup, oauth, raw_server, serve};

/// Answers 503 once, and counts from then on.
async fn failing_once() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let number = Arc::clone(&asked);
    let answer = async move |request: Request| match number.fetch_add(1, Ordering::SeqCst) {
        0 => {
            let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
            (StatusCode::SERVICE_UNAVAILABLE, "later").into_response()
        }
        _ => count(request).await,
    };
    (serve(Router::new().fallback(answer)).await, asked)
}

fn post(endpoint: &str, retries: u32) -> ProxyRequest {
    ProxyRequest { retries, ..ProxyRequest::new(Method::POST, endpoint) }
}

#[tokio::test]
async fn a_body_that_is_kept_is_tried_again() {
    let (server, asked) = failing_once().await;
    let setup = Setup::new();
    let answer = setup.stream(&oauth(&server, ""), post("/x", 2), text("small"), AS_IT_COMES).await.unwrap();
    assert_eq!(read_json(answer).await["bytes"], 5);
    assert_eq!((asked.load(Ordering::SeqCst), setup.sleep.waits()), (2, vec![3]));
    assert_eq!(setup.recorded(), [format!("POST {server}/x 503 #1"), format!("POST {server}/x 200 #2")]);
}

#[tokio::test]
async fn a_larger_one_is_sent_once_and_the_answer_is_what_came() {
    let (server, asked) = failing_once().await;
    let setup = Setup::new();
    let answer = setup.stream(&oauth(&server, ""), post("/x", 2), sized(MANY), AS_IT_COMES).await.unwrap();
    assert_eq!(answer.status.as_u16(), 503);
    assert_eq!(read(answer).await.unwrap(), b"later");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let logs = setup.log.effects().logs;
    assert_eq!(logs[0].message, "not retrying: the body is too large to be kept [1/2]");
}

#[tokio::test]
async fn an_answer_that_is_the_last_one_is_passed_on_whatever_its_status() {
    let server = serve(Router::new().fallback(async || (StatusCode::BAD_GATEWAY, "still"))).await;
    let setup = Setup::new();
    let answer = setup.stream(&oauth(&server, ""), post("/x", 1), text("a"), AS_IT_COMES).await.unwrap();
    assert_eq!((answer.status.as_u16(), read(answer).await.unwrap()), (502, b"still".to_vec()));
    assert_eq!(setup.recorded().len(), 2);
}

/// `/to/{status}` redirects to `next`; everything else counts.
async fn redirecting_server(next: String) -> String {
    let to =
        async move |Path(status): Path<u16>| (StatusCode::from_u16(status).unwrap(), [("location", next)]);
    serve(Router::new().route("/to/{status}", any(to)).fallback(count)).await
}

async fn redirected(
    setup: &Setup,
    server: &str,
    status: u16,
    body: RequestBody,
) -> Result<StreamedAnswer, String> {
    let request = post(&format!("/to/{status}"), 0);
    setup.stream(&oauth(server, ""), request, body, AS_IT_COMES).await.map_err(code_of)
}

#[tokio::test]
async fn a_redirect_gets_a_body_that_is_kept_and_none_that_is_gone() {
    let server = redirecting_server("/next".into()).await;
    let setup = Setup::new();
    let counted = read_json(redirected(&setup, &server, 307, text("small")).await.unwrap()).await;
    assert_eq!((&counted["method"], &counted["bytes"]), (&json!("POST"), &json!(5)));
    for status in [307, 308] {
        let gone = redirected(&setup, &server, status, sized(MANY)).await.unwrap_err();
        assert_eq!(gone, "network ERR_FR_REDIRECTION_FAILURE", "{status}");
    }
    // These ask for no body.
    for status in [301, 302, 303] {
        let counted = read_json(redirected(&setup, &server, status, sized(MANY)).await.unwrap()).await;
        assert_eq!((&counted["method"], &counted["bytes"]), (&json!("GET"), &json!(0)), "{status}");
        assert_eq!((&counted["length"], &counted["framing"]), (&Value::Null, &Value::Null), "{status}");
    }
}

#[tokio::test]
async fn credentials_stay_behind_on_the_way_to_another_origin() {
    let other = counting_server().await;
    let server = redirecting_server(format!("{other}/next")).await;
    let counted = read_json(redirected(&Setup::new(), &server, 307, text("small")).await.unwrap()).await;
    assert_eq!((&counted["bytes"], &counted["authorization"]), (&json!(5), &Value::Null));
    let home = redirecting_server("/next".into()).await;
    let counted = read_json(redirected(&Setup::new(), &home, 307, text("small")).await.unwrap()).await;
    assert_eq!(counted["authorization"], "Bearer token-12345");
}

#[tokio::test]
async fn redirects_without_end_are_an_error() {
    let server = redirecting_server("/to/302".into()).await;
    let setup = Setup::new();
    let ended = setup.stream_get(&oauth(&server, ""), "/to/302").await.unwrap_err();
    assert_eq!(code_of(ended), "network ERR_FR_TOO_MANY_REDIRECTS");
    assert_eq!(setup.recorded().len(), 6);
    let elsewhere = raw_server("HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\n\r\n").await;
    let denied = setup.stream_get(&oauth(&elsewhere, ""), "/").await.unwrap_err();
    assert_eq!(code_of(denied), "configuration redirect_denied");
}
