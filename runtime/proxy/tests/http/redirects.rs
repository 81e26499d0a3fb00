//! Redirects: what follows, what stays behind, and what ends them.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::any;
use http::Method;
use onevent_contract::{ProxyBody, ProxyRequest};
use serde_json::{Value, json};

use crate::setup::{Setup, body, code, echo, echo_server, oauth, serve, target};

/// `/to/{status}/{hex of the location}` redirects; everything else echoes.
async fn redirecting_server() -> String {
    let to = async |Path((status, location)): Path<(u16, String)>| {
        let bytes = hex::decode(location).unwrap();
        (StatusCode::from_u16(status).unwrap(), [("location", String::from_utf8(bytes).unwrap())])
            .into_response()
    };
    serve(Router::new().route("/to/{status}/{location}", any(to)).fallback(echo)).await
}

fn to(status: u16, location: &str) -> String {
    let hex = hex::encode(location);
    format!("/to/{status}/{hex}")
}

fn post(endpoint: String) -> ProxyRequest {
    let mut request = ProxyRequest::new(Method::POST, endpoint);
    request.body = Some(ProxyBody::Json(json!({"a": 1}).into()));
    request.headers.insert("cookie".into(), "session=1".into());
    request.headers.insert("x-trace".into(), "7".into());
    request
}

#[tokio::test]
async fn methods_and_bodies_change_as_browsers_change_them() {
    let server = redirecting_server().await;
    let setup = Setup::new();
    for (method, status, expected, sent) in [
        (Method::POST, 301, "GET", ""),
        (Method::POST, 302, "GET", ""),
        (Method::POST, 303, "GET", ""),
        (Method::POST, 307, "POST", r#"{"a":1}"#),
        (Method::POST, 308, "POST", r#"{"a":1}"#),
        (Method::PUT, 302, "PUT", r#"{"a":1}"#),
        (Method::DELETE, 303, "GET", ""),
        (Method::GET, 303, "GET", ""),
    ] {
        let mut request = post(to(status, "/next?x=1"));
        request.method = method.clone();
        let echoed = body(&setup.send(&oauth(&server, ""), request).await.unwrap());
        assert_eq!(echoed["method"], expected, "{method} {status}");
        assert_eq!(echoed["body"], sent, "{method} {status}");
        assert_eq!(echoed["url"], "/next?x=1");
        assert_eq!(echoed["headers"]["content-type"].is_null(), sent.is_empty(), "{method} {status}");
        assert_eq!(echoed["headers"]["authorization"], "Bearer token-12345", "same origin");
    }
}

#[tokio::test]
async fn every_request_of_a_chain_is_recorded_and_the_answer_names_the_first() {
    let server = redirecting_server().await;
    let setup = Setup::new();
    let endpoint = to(302, "/next");
    let response = setup.get(&oauth(&server, ""), &endpoint).await.unwrap();
    assert_eq!(response.url, format!("{server}{endpoint}"));
    assert_eq!(
        setup.recorded(),
        [format!("GET {server}{endpoint} 302 #1"), format!("GET {server}/next 200 #1")]
    );
}

#[tokio::test]
async fn credentials_stay_behind_on_the_way_to_another_origin() {
    let (server, other) = (redirecting_server().await, echo_server().await);
    let setup = Setup::new();
    let keyed = target(
        &format!(
            "auth_mode: API_KEY\nproxy:\n  base_url: {server}\n  headers:\n    x-api-key: ${{apiKey}}\n    x-version: 3"
        ),
        json!({}),
        json!({"type": "API_KEY", "apiKey": "key-12345"}),
    );
    let mut by_hand = post(to(307, &format!("{other}/x")));
    by_hand.headers.insert("x-by-hand".into(), "Token key-12345".into());
    let echoed = body(&setup.send(&keyed, by_hand).await.unwrap());
    for kept in ["x-trace", "x-version", "content-type"] {
        assert!(echoed["headers"][kept].is_string(), "{kept}: {echoed}");
    }
    for dropped in ["x-api-key", "cookie", "authorization", "x-by-hand"] {
        assert_eq!(echoed["headers"][dropped], Value::Null, "{dropped}");
    }
    assert_eq!(echoed["body"], r#"{"a":1}"#);
    assert!(!echoed.to_string().contains("key-12345"), "{echoed}");

    // And they do not come back on the way home.
    let home = setup.get(&oauth(&other, ""), "/").await.unwrap();
    assert_eq!(body(&home)["headers"]["authorization"], "Bearer token-12345", "the probe works");
    let detour = redirecting_server().await;
    let round_trip = to(302, &format!("{detour}{}", to(302, &format!("{server}/home"))));
    let echoed = body(&setup.get(&keyed, &round_trip).await.unwrap());
    assert_eq!(echoed["url"], "/home");
    assert_eq!(echoed["headers"]["x-api-key"], Value::Null);
}

#[tokio::test]
async fn headers_go_along_where_the_author_or_the_template_says_so() {
    let (server, other) = (redirecting_server().await, echo_server().await);
    let setup = Setup::new();
    let mut request = post(to(302, &format!("{other}/x")));
    request.forward_headers_on_redirect = Some(true);
    let echoed = body(&setup.send(&oauth(&server, ""), request.clone()).await.unwrap());
    assert_eq!(echoed["headers"]["authorization"], "Bearer token-12345");

    let forwarding = oauth(&server, "  forward_headers_on_redirect: true");
    request.forward_headers_on_redirect = None;
    let echoed = body(&setup.send(&forwarding, request.clone()).await.unwrap());
    assert_eq!(echoed["headers"]["authorization"], "Bearer token-12345");
    request.forward_headers_on_redirect = Some(false);
    let echoed = body(&setup.send(&forwarding, request).await.unwrap());
    assert_eq!(echoed["headers"]["authorization"], Value::Null);
}

#[tokio::test]
async fn a_credential_in_the_body_is_not_sent_to_another_origin() {
    let (server, other) = (redirecting_server().await, echo_server().await);
    let setup = Setup::new();
    let target = oauth(&server, "  body:\n    token: ${accessToken}\n");
    let moved = setup.send(&target, post(to(307, &format!("{other}/x")))).await;
    assert_eq!(code(moved), "configuration redirect_denied");
    let same_origin = setup.send(&target, post(to(307, "/x"))).await.unwrap();
    assert_eq!(body(&same_origin)["body"], r#"{"a":1,"token":"token-12345"}"#);
}

#[tokio::test]
async fn a_redirect_to_where_calls_may_not_go_is_refused() {
    let server = redirecting_server().await;
    for location in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://metadata.google.internal/",
        "file:///etc/passwd",
        "ftp://example.com/",
    ] {
        let setup = Setup::new();
        let result = setup.get(&oauth(&server, ""), &to(302, location)).await;
        assert_eq!(code(result), "configuration redirect_denied", "{location}");
        assert_eq!(setup.recorded().len(), 2, "the refused request is in the report");
    }
}

#[tokio::test]
async fn redirects_have_an_end() {
    let server = redirecting_server().await;
    let nested = |depth: usize| (0..depth).fold("/end".to_owned(), |location, _| to(302, &location));
    let setup = Setup::new();
    let five = setup.get(&oauth(&server, ""), &nested(5)).await.unwrap();
    assert_eq!(body(&five)["url"], "/end");
    let six = setup.get(&oauth(&server, ""), &nested(6)).await;
    assert_eq!(code(six), "network ERR_FR_TOO_MANY_REDIRECTS");

    let looping = serve(Router::new().fallback(async || (StatusCode::FOUND, [("location", "/")]))).await;
    let result = Setup::new().get(&oauth(&looping, ""), "/").await;
    assert_eq!(code(result), "network ERR_FR_TOO_MANY_REDIRECTS");
}

#[tokio::test]
async fn an_answer_that_only_looks_like_a_redirect_is_an_answer() {
    let server = redirecting_server().await;
    let setup = Setup::new();
    let not_modified = setup.get(&oauth(&server, ""), &to(304, "/x")).await.unwrap();
    assert_eq!(not_modified.status, 304);
    let bare = serve(Router::new().fallback(async || StatusCode::FOUND)).await;
    assert_eq!(setup.get(&oauth(&bare, ""), "/").await.unwrap().status, 302);
    let broken = setup.get(&oauth(&server, ""), &to(302, "http://[broken/")).await;
    assert_eq!(code(broken), "network ERR_FR_REDIRECTION_FAILURE");
}
