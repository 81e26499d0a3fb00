//! Which methods are sent, and what goes with them.

use http::Method;
use onevent_contract::{FetchRequest, METHODS, ProxyBody, ProxyRequest};
use serde_json::json;

use crate::setup::{Setup, body, code, echo_server, oauth};

fn request(method: &str) -> ProxyRequest {
    let mut request = ProxyRequest::new(Method::from_bytes(method.as_bytes()).unwrap(), "/x");
    request.body = Some(ProxyBody::Text("<propfind/>".into()));
    request
}

#[tokio::test]
async fn every_registered_method_is_sent_with_its_body() {
    let server = echo_server().await;
    let target = oauth(&server, "  body:\n    token: ${accessToken}\n");
    for method in METHODS.into_iter().filter(|method| *method != "HEAD") {
        let setup = Setup::new();
        let echoed = body(&setup.send(&target, request(method)).await.unwrap());
        let sent = if method == "GET" { "" } else { "<propfind/>" };
        assert_eq!((&echoed["method"], &echoed["body"]), (&method.into(), &sent.into()));
        assert_eq!(echoed["headers"]["authorization"], "Bearer token-12345", "{method}");
        assert_eq!(setup.recorded(), [format!("{method} {server}/x 200 #1")]);
    }
    let head = Setup::new().send(&target, request("HEAD")).await.unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    // The template's fields are for the methods that Nango fills.
    for (method, expected) in [("POST", json!(r#"{"token":"token-12345"}"#)), ("REPORT", json!(""))] {
        let bare = ProxyRequest { body: None, ..request(method) };
        assert_eq!(body(&Setup::new().send(&target, bare).await.unwrap())["body"], expected, "{method}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_before_anything_is_sent() {
    let server = echo_server().await;
    for method in ["CONNECT", "TRACE", "TRACK", "PRI", "FOO", "GETT", "Brew"] {
        let setup = Setup::new();
        let refused = setup.send(&oauth(&server, ""), request(method)).await;
        assert_eq!(code(refused), "configuration invalid_method", "{method}");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let (headers, body) = (Vec::new(), "".into());
        let fetched = FetchRequest { url: server.clone(), method, headers, body };
        let refused = setup.fetch(fetched).await.unwrap_err();
        assert!(refused.to_string().contains("method"), "{refused}");
        assert!(setup.recorded().is_empty(), "nothing may leave");
    }
}
