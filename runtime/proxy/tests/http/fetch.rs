//! Requests without credentials.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::any;
use http::Method;
use onevent_contract::{FetchRequest, FetchResponse, HostError};
use onevent_proxy::{EgressPolicy, EgressRules};
use serde_json::Value;

use crate::setup::{Setup, echo, echo_server, raw_server, serve};

/// `/to/{status}/{hex of the location}` redirects, `/loop` does so for ever; everything else echoes.
async fn redirecting_server() -> String {
    let to = async |Path((status, location)): Path<(u16, String)>| {
        let bytes = hex::decode(location).unwrap();
        (StatusCode::from_u16(status).unwrap(), [("location", bytes)]).into_response()
    };
    let again = async || (StatusCode::FOUND, [("location", "/loop")]);
    let router = Router::new().route("/to/{status}/{location}", any(to)).route("/loop", any(again));
    serve(router.fallback(echo)).await
}

fn to(server: &str, status: u16, location: &str) -> String {
    let hex = hex::encode(location);
    format!("{server}/to/{status}/{hex}")
}

fn request(method: Method, url: impl Into<String>) -> FetchRequest {
    let headers =
        [("Authorization", "Bearer mine"), ("cookie", "c=1"), ("X-Trace", "7"), ("content-type", "text/x")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    FetchRequest { url: url.into(), method, headers, body: "text".into() }
}

async fn fetch(setup: &Setup, request: FetchRequest) -> Result<FetchResponse, HostError> {
    setup.fetch(request).await
}

fn echoed(response: &FetchResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

fn code(result: Result<FetchResponse, HostError>) -> String {
    match result.unwrap_err() {
        HostError::Configuration { code, .. } => code,
        HostError::Network { code, .. } => format!("network {code}"),
        other => panic!("unexpected {other:?}"),
    }
}

#[tokio::test]
async fn a_request_goes_out_as_its_author_wrote_it_and_is_recorded() {
    let server = echo_server().await;
    let setup = Setup::new();
    let mut sent = request(Method::PUT, format!("{server}/x?y=1#here"));
    sent.headers.push(("host".into(), "evil.test".into()));
    let response = fetch(&setup, sent).await.unwrap();
    let seen = echoed(&response);
    assert_eq!(
        (&seen["method"], &seen["url"], &seen["body"]),
        (&"PUT".into(), &"/x?y=1".into(), &"text".into())
    );
    assert_eq!(seen["headers"]["authorization"], "Bearer mine");
    assert_eq!(seen["headers"]["x-trace"], "7");
    assert_ne!(seen["headers"]["host"], "evil.test");
    assert!(seen["headers"]["user-agent"].as_str().unwrap().starts_with("onevent/"));
    assert_eq!((response.status, response.redirected), (200, false));
    assert_eq!(response.url, format!("{server}/x?y=1"));
    assert_eq!(setup.recorded(), [format!("PUT {server}/x?y=1 200 #1")]);
}

#[tokio::test]
async fn header_lines_of_one_name_stay_apart() {
    let answer = "HTTP/1.1 418 Teapot\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-length: 0\r\n\r\n";
    let server = raw_server(answer).await;
    let response = fetch(&Setup::new(), request(Method::GET, server)).await.unwrap();
    assert_eq!((response.status, response.status_text.as_str()), (418, "Teapot"));
    assert_eq!(response.headers.values("set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
}

#[tokio::test]
async fn redirects_change_method_and_body_as_in_nango() {
    let server = redirecting_server().await;
    let setup = Setup::new();
    for (method, status, expected, sent) in [
        (Method::POST, 301, "GET", ""),
        (Method::POST, 302, "GET", ""),
        (Method::POST, 303, "GET", ""),
        (Method::PUT, 303, "GET", ""),
        (Method::POST, 307, "POST", "text"),
        (Method::POST, 308, "POST", "text"),
        (Method::PUT, 301, "PUT", "text"),
    ] {
        let response = fetch(&setup, request(method.clone(), to(&server, status, "/next"))).await.unwrap();
        let seen = echoed(&response);
        assert_eq!((&seen["method"], &seen["body"]), (&expected.into(), &sent.into()), "{method} {status}");
        assert_eq!(seen["headers"]["content-type"].is_null(), sent.is_empty(), "{method} {status}");
        assert_eq!(seen["headers"]["authorization"], "Bearer mine", "the same origin");
        assert_eq!((response.redirected, response.url), (true, format!("{server}/next")));
    }
    let head =
        fetch(&setup, FetchRequest { body: "".into(), ..request(Method::HEAD, to(&server, 303, "/next")) });
    assert_eq!(head.await.unwrap().status, 200);
    assert_eq!(setup.recorded().last().unwrap(), &format!("HEAD {server}/next 200 #1"));
}

#[tokio::test]
async fn credentials_stay_behind_on_the_way_to_another_origin() {
    let (server, other) = (redirecting_server().await, echo_server().await);
    let response = fetch(&Setup::new(), request(Method::POST, to(&server, 307, &other))).await.unwrap();
    let seen = echoed(&response);
    assert!(seen["headers"]["authorization"].is_null() && seen["headers"]["cookie"].is_null());
    assert_eq!((&seen["headers"]["x-trace"], &seen["body"]), (&"7".into(), &"text".into()));
}

#[tokio::test]
async fn redirects_end_after_five_at_what_is_no_web_address_and_without_a_location() {
    let server = redirecting_server().await;
    let setup = Setup::new();
    assert_eq!(
        code(fetch(&setup, request(Method::GET, format!("{server}/loop"))).await),
        "too_many_redirects"
    );
    assert_eq!(setup.recorded().len(), 6);
    for location in ["ftp://a.test/", "file:///etc/passwd", "http://[", "javascript:1"] {
        let result = fetch(&setup, request(Method::GET, to(&server, 302, location))).await;
        assert_eq!(code(result), "invalid_redirect", "{location}");
    }
    let bare = raw_server("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(fetch(&setup, request(Method::GET, bare)).await.unwrap().status, 302);
}

#[tokio::test]
async fn the_policy_is_asked_before_the_first_request_and_at_every_redirect() {
    let closed = Setup::with(EgressPolicy::public_only(), |_| {});
    for url in [
        "http://127.0.0.1:1/",
        "http://2130706433/",
        "http://localhost:1/",
        "http://169.254.169.254/",
        "file:///x",
        "http://u:secret@a.test/",
        "nothing",
    ] {
        assert_eq!(code(fetch(&closed, request(Method::GET, url)).await), "url_not_allowed", "{url}");
    }
    assert!(closed.recorded().iter().all(|line| !line.contains("secret")), "{:?}", closed.recorded());
    // The positive control: with its network allowed, by the integration alone, the same address answers.
    let server = redirecting_server().await;
    let rules = EgressRules { allow: vec!["127.0.0.0/8".parse().unwrap()], ..EgressRules::default() };
    let allowed = closed.proxy.fetch(&closed.call, request(Method::GET, server.clone()), &rules).await;
    assert_eq!(allowed.unwrap().status, 200);
    let setup = Setup::new();
    for location in ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/"] {
        let result = fetch(&setup, request(Method::GET, to(&server, 302, location))).await;
        assert_eq!(code(result), "url_not_allowed", "{location}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_a_dead_network_has_its_code() {
    let setup = Setup::new();
    let mut broken = request(Method::GET, "http://127.0.0.1:1/");
    broken.headers.push(("x".into(), "a\r\nb: c".into()));
    assert_eq!(code(fetch(&setup, broken).await), "invalid_headers");
    assert_eq!(code(fetch(&setup, request(Method::TRACE, "http://127.0.0.1:1/")).await), "invalid_method");
    assert!(setup.recorded().is_empty());
    assert_eq!(
        code(fetch(&setup, request(Method::GET, "http://127.0.0.1:1/")).await),
        "network ECONNREFUSED"
    );
    // A server that takes the connection and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let impatient = Setup::with(EgressPolicy::allowing(["127.0.0.0/8".parse().unwrap()]), |options| {
        options.attempt_timeout = Duration::from_millis(50);
    });
    assert_eq!(code(fetch(&impatient, request(Method::GET, url)).await), "network ECONNABORTED");
}
