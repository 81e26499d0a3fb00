//! Credentials, headers and bodies as they arrive at the provider.

use std::sync::Arc;

use http::Method;
use onevent_contract::{ProxyBody, ProxyRequest, Secret};
use onevent_proxy::KeyPlacement;
use serde_json::{Value, json};

use crate::setup::{Setup, body, code, echo_server, oauth, target};

#[tokio::test]
async fn each_auth_mode_arrives_as_its_provider_expects_it() {
    let server = echo_server().await;
    let template =
        |mode: &str, more: &str| format!("auth_mode: {mode}\nproxy:\n  base_url: {server}\n{more}");
    let cases: [(String, Value, Value); 6] = [
        (
            template("OAUTH2", ""),
            json!({"type": "OAUTH2", "access_token": "token-12345"}),
            json!("Bearer token-12345"),
        ),
        (
            template("OAUTH2_CC", ""),
            json!({"type": "OAUTH2_CC", "token": "token-67890"}),
            json!("Bearer token-67890"),
        ),
        (
            template("API_KEY", "  headers:\n    authorization: Key ${apiKey}"),
            json!({"type": "API_KEY", "apiKey": "key-12345"}),
            json!("Key key-12345"),
        ),
        (
            template("BASIC", ""),
            json!({"type": "BASIC", "username": "user", "password": "pass-word"}),
            json!("Basic dXNlcjpwYXNzLXdvcmQ="),
        ),
        (template("BASIC", ""), json!({"type": "BASIC", "username": "sk_live"}), json!("Basic c2tfbGl2ZTo=")),
        (template("NONE", ""), json!({"type": "NONE"}), Value::Null),
    ];
    for (template, credentials, expected) in cases {
        let setup = Setup::new();
        let target = target(&template, json!({}), credentials);
        let response = setup.get(&target, "/me").await.unwrap();
        assert_eq!(body(&response)["headers"]["authorization"], expected, "{template}");
        // What the provider sends back is hidden in whatever is logged of it.
        let mut logged = body(&response);
        setup.log.scrub(&mut logged);
        let shown = logged["headers"]["authorization"].as_str().unwrap_or_default();
        let secret = expected.as_str().and_then(|text| text.split(' ').nth(1));
        assert!(secret.is_none_or(|secret| !shown.contains(secret)), "{shown}");
    }
}

#[tokio::test]
async fn a_mode_that_is_not_supported_is_said_so() {
    let setup = Setup::new();
    let target = target(
        "auth_mode: TWO_STEP\nproxy:\n  base_url: http://127.0.0.1:1",
        json!({}),
        json!({"type": "API_KEY", "apiKey": "key-12345"}),
    );
    assert_eq!(code(setup.get(&target, "/").await), "configuration unsupported_auth");
    assert!(setup.recorded().is_empty(), "nothing may leave");
}

#[tokio::test]
async fn the_author_overrides_the_provider_and_the_provider_overrides_the_defaults() {
    let server = echo_server().await;
    let setup = Setup::new();
    let target = oauth(
        &server,
        "  headers:\n    accept: application/vnd.p+json\n    x-version: ${connectionConfig.version} || '1'\n    x-optional: ${connectionConfig.none}\n",
    );
    let plain = body(&setup.get(&target, "/").await.unwrap());
    assert_eq!(plain["headers"]["accept"], "application/vnd.p+json");
    assert_eq!(plain["headers"]["x-version"], "'1'");
    assert_eq!(plain["headers"]["x-optional"], Value::Null);
    assert_eq!(plain["headers"]["user-agent"], concat!("onevent/", env!("CARGO_PKG_VERSION")));

    let mut request = ProxyRequest::new(Method::GET, "/");
    for (name, value) in [
        ("Accept", "text/csv"),
        ("USER-AGENT", "acme/1"),
        ("Authorization", "Bearer other"),
        ("x-latin", "é"),
        ("Host", "evil.example"),
        ("Content-Length", "7"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close, authorization"),
    ] {
        request.headers.insert(name.into(), value.into());
    }
    let echoed = body(&setup.send(&target, request).await.unwrap());
    let headers = &echoed["headers"];
    assert_eq!(headers["accept"], "text/csv");
    assert_eq!(headers["user-agent"], "acme/1");
    assert_eq!(headers["authorization"], "Bearer other");
    assert_eq!(headers["host"], server.trim_start_matches("http://"));
    for absent in ["content-length", "transfer-encoding", "connection"] {
        assert_eq!(headers[absent], Value::Null, "{absent}");
    }
    let logs = setup.log.effects().logs;
    assert_eq!(logs.iter().filter(|line| line.message.contains("is not sent")).count(), 4);
}

#[tokio::test]
async fn a_header_cannot_smuggle_another() {
    let setup = Setup::new();
    let server = echo_server().await;
    for (name, value) in [("x-a", "1\r\nx-b: 2"), ("x-a\r\nx-b", "1"), ("x-a", "\u{20ac}"), ("", "1")] {
        let mut request = ProxyRequest::new(Method::GET, "/");
        request.headers.insert(name.into(), value.into());
        assert_eq!(code(setup.send(&oauth(&server, ""), request).await), "configuration invalid_header");
    }
    let config = target(
        &format!(
            "auth_mode: NONE\nproxy:\n  base_url: {server}\n  headers:\n    x-a: ${{connectionConfig.a}}"
        ),
        json!({"a": "1\r\nx-b: 2"}),
        json!({"type": "NONE"}),
    );
    assert_eq!(code(setup.get(&config, "/").await), "configuration invalid_header");
}

#[tokio::test]
async fn what_a_header_needs_and_nobody_has_is_named() {
    let setup = Setup::new();
    let target = oauth("http://127.0.0.1:1", "  headers:\n    x-client: ${clientId}\n");
    let error = setup.get(&target, "/").await.unwrap_err().to_string();
    assert_eq!(
        error,
        "${clientId} in the header `x-client` has no value: integration `p` is configured without it"
    );
}

#[tokio::test]
async fn client_id_and_secret_come_from_the_integration_and_stay_hidden() {
    let server = echo_server().await;
    let setup = Setup::new();
    let mut target =
        oauth(&server, "  query:\n    key: ${clientSecret}\n  headers:\n    x-client: ${clientId}\n");
    let mut integration = (*target.integration).clone();
    integration.client_id = Some("id-1".into());
    integration.client_secret = Some(Secret::new("s3/cr+et="));
    target.integration = Arc::new(integration);
    let response = setup.get(&target, "/x?a=1").await.unwrap();
    let echoed = body(&response);
    assert_eq!(echoed["headers"]["x-client"], "id-1");
    assert_eq!(echoed["url"], "/x?a=1&key=s3%2Fcr%2Bet%3D");
    assert_eq!(response.url, format!("{server}/x?a=1&key=[redacted]"));
    assert_eq!(setup.recorded(), [format!("GET {server}/x?a=1&key=[redacted] 200 #1")]);
}

#[tokio::test]
async fn an_integration_can_say_where_its_key_goes() {
    let server = echo_server().await;
    let key = json!({"type": "API_KEY", "apiKey": "key-12345"});
    let mut target = target("auth_mode: API_KEY", json!({}), key);
    let with = |placement: KeyPlacement| {
        let mut integration = (*target.integration).clone();
        integration.base_url = Some(server.clone());
        integration.key_placement = Some(placement);
        Arc::new(integration)
    };
    let setup = Setup::new();
    let header = with(KeyPlacement::Header { name: "X-Key".into(), value: "Key ${apiKey}".into() });
    let query = with(KeyPlacement::Query { name: "key".into(), value: "${apiKey}".into() });
    target.integration = header;
    assert_eq!(body(&setup.get(&target, "/").await.unwrap())["headers"]["x-key"], "Key key-12345");
    target.integration = query;
    assert_eq!(body(&setup.get(&target, "/").await.unwrap())["url"], "/?key=key-12345");
    assert_eq!(setup.recorded()[1], format!("GET {server}/?key=[redacted] 200 #2").replace("#2", "#1"));
}

#[tokio::test]
async fn bodies_arrive_in_their_kind_and_only_where_the_method_has_one() {
    let server = echo_server().await;
    let setup = Setup::new();
    let target = oauth(&server, "");
    let pairs = || vec![("a b".to_owned(), "1&2".to_owned()), ("c".to_owned(), "ä".to_owned())];
    for (sent, content_type, expected) in [
        (ProxyBody::Json(json!({"a": [1]}).into()), "application/json", r#"{"a":[1]}"#),
        (ProxyBody::Text("a=1".into()), "application/x-www-form-urlencoded", "a=1"),
        (ProxyBody::Bytes("raw".into()), "", "raw"),
        (ProxyBody::Form(pairs()), "application/x-www-form-urlencoded", "a+b=1%262&c=%C3%A4"),
    ] {
        let mut request = ProxyRequest::new(Method::POST, "/");
        request.body = Some(sent.clone());
        let echoed = body(&setup.send(&target, request.clone()).await.unwrap());
        assert_eq!(echoed["headers"]["content-type"].as_str().unwrap_or_default(), content_type);
        assert_eq!(echoed["body"], expected);
        request.headers.insert("Content-Type".into(), "text/plain".into());
        let echoed = body(&setup.send(&target, request.clone()).await.unwrap());
        assert_eq!(echoed["headers"]["content-type"], "text/plain");
        request.method = Method::GET;
        assert_eq!(body(&setup.send(&target, request).await.unwrap())["body"], "");
    }
}

#[tokio::test]
async fn a_form_of_parts_is_one_that_servers_read() {
    let server = echo_server().await;
    let mut request = ProxyRequest::new(Method::POST, "/");
    request.body =
        Some(ProxyBody::Multipart(vec![("a\"\r\nb".into(), "1".into()), ("c".into(), "x\r\ny".into())]));
    let echoed = body(&Setup::new().send(&oauth(&server, ""), request).await.unwrap());
    let content_type = echoed["headers"]["content-type"].as_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"a%22%0D%0Ab\"\r\n\r\n1\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"c\"\r\n\r\nx\r\ny\r\n--{boundary}--\r\n"
    );
    assert_eq!(echoed["body"], expected);
}

#[tokio::test]
async fn the_templates_body_is_merged_into_the_authors() {
    let server = echo_server().await;
    let setup = Setup::new();
    let target = oauth(
        &server,
        "  body:\n    auth:\n      token: ${accessToken}\n      none: ${connectionConfig.none}\n    empty:\n      none: ${connectionConfig.none}\n",
    );
    let send = async |sent: Option<ProxyBody>| {
        let mut request = ProxyRequest::new(Method::POST, "/");
        request.body = sent;
        body(&setup.send(&target, request).await.unwrap())["body"].clone()
    };
    assert_eq!(send(None).await, r#"{"auth":{"token":"token-12345"}}"#);
    assert_eq!(
        send(Some(ProxyBody::Json(json!({"auth": {"by": "me", "token": 1}, "x": 1}).into()))).await,
        r#"{"auth":{"by":"me","token":"token-12345"},"x":1}"#
    );
    assert_eq!(send(Some(ProxyBody::Json(json!([1]).into()))).await, "[1]");
}

#[tokio::test]
async fn a_base_url_override_is_followed() {
    let (server, other) = (echo_server().await, echo_server().await);
    let mut request = ProxyRequest::new(Method::GET, "/x");
    request.base_url_override = Some(format!("{other}/v2"));
    let response = Setup::new().send(&oauth(&server, ""), request).await.unwrap();
    assert_eq!(response.url, format!("{other}/v2/x"));
    assert_eq!(body(&response)["headers"]["authorization"], "Bearer token-12345");
}
