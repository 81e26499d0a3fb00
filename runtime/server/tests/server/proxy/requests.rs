//! What a provider gets of a caller's request.

use serde_json::{Value, json};

use super::{json, pieces, provider, world};

#[tokio::test]
async fn method_path_query_and_body_arrive_as_they_were_sent_with_the_credentials() {
    let world = world(provider::echo()).await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT"] {
        let call = world.call(method, "/proxy/a%2Fb//c/?d=%20e&f").body("hello");
        let echoed = json(call.send().await.unwrap()).await;
        let body = if method == "GET" { "" } else { "hello" };
        assert_eq!((&echoed["method"], &echoed["body"]), (&json!(method), &json!(body)));
        assert_eq!(echoed["url"], "/a%2Fb//c/?d=%20e&f", "{method}");
        assert_eq!(echoed["headers"]["authorization"], "Bearer good", "{method}");
    }
}

#[tokio::test]
async fn only_prefixed_headers_go_on_and_none_that_would_move_the_end_of_a_request() {
    let world = world(provider::echo()).await;
    let call = world
        .call("POST", "/proxy/a")
        .header("nango-proxy-x-one", "1")
        .header("nango-proxy-x-two", "2")
        .header("nango-proxy-x-two", "3")
        .header("nango-proxy-x-latin", "caf\u{e9}")
        .header("x-three", "3")
        .header("cookie", "session=1")
        .header("content-type", "text/plain")
        .header("nango-proxy-transfer-encoding", "chunked")
        .header("nango-proxy-content-length", "1")
        .header("nango-proxy-host", "evil.example")
        .header("nango-proxy-connection", "x-one")
        .header("accept-encoding", "application/json")
        .body("hello");
    let echoed = json(call.send().await.unwrap()).await;
    let headers = echoed["headers"].as_object().unwrap();
    assert_eq!((&headers["x-one"], &headers["x-two"]), (&json!("1"), &json!("2, 3")));
    assert_eq!(headers["x-latin"], "caf\u{e9}");
    assert_eq!(headers["content-type"], "text/plain", "what the body is, is said without the prefix");
    assert_eq!((&headers["content-length"], &echoed["body"]), (&json!("5"), &json!("hello")));
    assert_eq!(headers["accept-encoding"], "identity");
    assert!(headers["host"].as_str().unwrap().starts_with("127.0.0.1:"));
    for name in ["x-three", "cookie", "transfer-encoding", "connection", "connection-id", "retries"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    let own = world.call("POST", "/proxy/a").header("nango-proxy-content-type", "text/csv");
    let echoed = json(own.header("content-type", "text/plain").body("a").send().await.unwrap()).await;
    assert_eq!(echoed["headers"]["content-type"], "text/csv");
    let own = world.call("GET", "/proxy/a").header("accept-encoding", "gzip");
    assert_eq!(json(own.send().await.unwrap()).await["headers"]["accept-encoding"], "gzip");
}

#[tokio::test]
async fn a_large_body_passes_with_its_length_or_in_chunks() {
    let world = world(provider::echo()).await;
    let echoed = json(world.call("POST", "/proxy/a").body(pieces(64)).send().await.unwrap()).await;
    assert_eq!(
        (&echoed["bytes"], &echoed["headers"]["transfer-encoding"]),
        (&json!(64 << 16), &json!("chunked"))
    );
    let echoed = json(world.call("POST", "/proxy/a").body(vec![b'x'; 64 << 16]).send().await.unwrap()).await;
    assert_eq!(echoed["bytes"], json!(64 << 16));
    assert_eq!(echoed["headers"]["content-length"], json!((64 << 16).to_string()));
    assert_eq!(echoed["headers"]["transfer-encoding"], Value::Null);
}

#[tokio::test]
async fn another_base_url_may_be_named() {
    let world = world(provider::echo()).await;
    let other = provider::serve(axum::Router::new().fallback(async || "another")).await;
    let call = world.call("GET", "/proxy/a");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = call.build().unwrap();
    request.headers_mut().insert("base-url-override", other.parse().unwrap());
    assert_eq!(client.execute(request).await.unwrap().text().await.unwrap(), "another");
    // An endpoint that is a whole URL of the provider's.
    let own = json(world.call("GET", "/proxy/a").send().await.unwrap()).await["headers"]["host"].clone();
    let absolute = format!("/proxy/http://{}/b", own.as_str().unwrap());
    assert_eq!(json(world.call("GET", &absolute).send().await.unwrap()).await["url"], "/b");
}

#[tokio::test]
async fn attempts_are_made_as_the_caller_asks() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let provider = axum::Router::new().fallback(async move || {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let status = if number.is_multiple_of(2) {
            axum::http::StatusCode::NOT_FOUND
        } else {
            axum::http::StatusCode::OK
        };
        (status, [("retry-after", "0.1")])
    });
    let world = world(provider).await;
    let plain = world.call("POST", "/proxy/a").header("retries", "1").body("b").send().await.unwrap();
    assert_eq!((plain.status().as_u16(), asked.swap(0, std::sync::atomic::Ordering::SeqCst)), (404, 1));
    let named =
        world.call("POST", "/proxy/a").header("retries", "1").header("retry-on", "409, 404").body("b");
    assert_eq!(named.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 2);
}
