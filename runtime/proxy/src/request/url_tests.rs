use std::sync::Arc;

use http::Method;
use onevent_contract::{ConnectionId, Credentials, IntegrationId};
use serde_json::{Value, json};

use super::*;
use crate::{Integration, Providers};

/// What is built for a template's base URL, a connection's settings, and a call.
fn built(base_url: &str, config: Value, request: &ProxyRequest) -> Result<(String, String), HostError> {
    let yaml = format!(
        "p:\n  auth_mode: API_KEY\n  proxy:\n    base_url: {}\n    query:\n      region: ${{connectionConfig.region}}\n",
        Value::from(base_url)
    );
    let provider = Providers::from_yaml(&yaml, "test").unwrap().get("p").unwrap();
    let Value::Object(connection_config) = config else { panic!("settings are an object") };
    let target = Target {
        integration: Arc::new(Integration::new(IntegrationId::new("p").unwrap(), provider)),
        connection_id: ConnectionId::new("acme").unwrap(),
        connection_config,
        credentials: Credentials::from_json(json!({"type": "API_KEY", "apiKey": "key-12345"}), None).unwrap(),
    };
    let values = Values::new(&target, jiff::Timestamp::UNIX_EPOCH);
    let mut secrets = Secrets::of(&target);
    let mut url = build_bare(&target, request, &values, &mut secrets)?.url;
    add_template_query(&mut url, &target, &values, &mut secrets)?;
    Ok((url.to_string(), secrets.shown(&url)))
}

fn url(base_url: &str, config: Value, endpoint: &str) -> Result<String, HostError> {
    built(base_url, config, &ProxyRequest::new(Method::GET, endpoint)).map(|(url, _)| url)
}

fn code(result: Result<String, HostError>) -> String {
    match result {
        Err(HostError::Configuration { code, .. }) => code,
        other => panic!("expected a configuration error, got {other:?}"),
    }
}

#[test]
fn endpoints_are_joined_to_the_base() {
    let cases = [
        ("https://a.example", "/users", "https://a.example/users"),
        ("https://a.example/", "users", "https://a.example/users"),
        ("https://a.example/api/", "///users?x=1", "https://a.example/api/users?x=1"),
        ("https://a.example", "//evil.example/x", "https://a.example/evil.example/x"),
        ("https://a.example", "/\\evil.example/x", "https://a.example//evil.example/x"),
        ("https://a.example", "@evil.example/x", "https://a.example/@evil.example/x"),
        ("https://a.example", "users#fragment", "https://a.example/users"),
        ("https://a.example/api", "https://a.example/api/users", "https://a.example/api/users"),
        ("https://a.example/api", "HTTPS://A.example:443/api?cursor=1", "https://a.example/api/?cursor=1"),
        ("https://${connectionConfig.sub}.a.example", "https://acme.a.example/x", "https://acme.a.example/x"),
        ("${connectionConfig.url}", "${connectionConfig.url}/x", "https://acme.example/x"),
        ("https://a.example", "/orgs/${connectionConfig.sub}/x", "https://a.example/orgs/acme/x"),
        ("https://a.example", "/c/${connectionId}", "https://a.example/c/acme"),
        ("https://${connectionConfig.none} || https://b.example", "x", "https://b.example/x"),
        ("https://${connectionConfig.empty} || https://b.example", "x", "https://b.example/x"),
        ("https://${connectionConfig.sub}.example || https://b.example", "x", "https://acme.example/x"),
        ("https://${connectionConfig.deep.host}/v1", "x", "https://deep.example/v1/x"),
        ("https://${connectionConfig.host}", "x", "https://h.example:8443/v2/x"),
        ("https://a.example", "a||b", "https://a.example/a||b"),
    ];
    let config = json!({
        "sub": "acme", "url": "https://acme.example", "empty": "", "deep": {"host": "deep.example"},
        "host": "h.example:8443/v2",
    });
    for (base, endpoint, expected) in cases {
        assert_eq!(url(base, config.clone(), endpoint).as_deref(), Ok(expected), "{base} + {endpoint}");
    }
}

#[test]
fn a_setting_cannot_move_the_credentials_to_another_host() {
    let base = "https://${connectionConfig.sub}.a.example/api";
    for sub in [
        "evil.example/",
        "evil.example#",
        "evil.example?",
        "evil.example\\",
        "x@evil.example/",
        "user:pass@evil",
        "evil.example:80",
        "evil.example/\u{0}",
        "evil.example\t/",
        "evil.example%2F",
        "evil.example／",
        "https://evil.example/",
    ] {
        let result = url(base, json!({ "sub": sub }), "x");
        assert_eq!(code(result), "invalid_url", "{sub}");
    }
    for path in ["https://evil.example/", "//evil.example", "\\\\evil.example", "@evil.example"] {
        let result = url("https://a.example", json!({ "path": path }), "${connectionConfig.path}");
        assert!(result.is_err() || result.clone().unwrap().starts_with("https://a.example/"), "{result:?}");
    }
    assert_eq!(
        code(url("${connectionConfig.url}", json!({"url": "https://u:p@evil.example"}), "x")),
        "invalid_url"
    );
    assert_eq!(code(url("${connectionConfig.url}", json!({"url": "file:///etc"}), "x")), "invalid_scheme");
    // What a customer writes is never read as a template.
    assert_eq!(
        url("https://a.example", json!({"path": "${apiKey}"}), "${connectionConfig.path}").unwrap(),
        "https://a.example/$%7BapiKey%7D"
    );
}

#[test]
fn an_absolute_endpoint_outside_the_base_is_an_error() {
    for endpoint in [
        "https://evil.example/x",
        "http://a.example/api/x",
        "https://a.example:8443/api/x",
        "https://a.example/apis",
        "https://a.example/",
        "https://a.example/api/../x",
        "https://a.example@evil.example/api/x",
        " https://evil.example",
    ] {
        assert_eq!(code(url("https://a.example/api", json!({}), endpoint)), "invalid_url", "{endpoint}");
    }
}

#[test]
fn an_endpoint_written_with_the_providers_base_follows_the_integrations() {
    let mut request = ProxyRequest::new(Method::GET, "https://a.example/api/users?x=1");
    request.base_url_override = Some("http://127.0.0.1:4010/mock".into());
    assert_eq!(
        built("https://a.example/api", json!({}), &request).unwrap().0,
        "http://127.0.0.1:4010/mock/users?x=1"
    );
}

#[test]
fn what_is_missing_is_named() {
    let error = url("https://${connectionConfig.sub}.a.example", json!({}), "x").unwrap_err();
    assert_eq!(
        error,
        HostError::Configuration {
            code: "unresolved_placeholder".into(),
            message: "${connectionConfig.sub} in the base URL has no value: \
                      connection `acme` has no `sub` in its connection_config"
                .into(),
        }
    );
    assert_eq!(code(url("https://a.example", json!({}), "${nothing}")), "unresolved_placeholder");
    assert_eq!(code(url("https://a.example", json!({}), "${awsSigV4(a,b)}")), "unsupported_placeholder");
    assert_eq!(code(url("https://a.example", json!({}), "")), "missing_api_url");
    assert_eq!(code(url("", json!({}), "x")), "unsupported_provider");
    assert_eq!(code(url("a.example", json!({}), "x")), "invalid_url");
}

#[test]
fn params_follow_nango() {
    let with = |endpoint: &str, params: Params| {
        let mut request = ProxyRequest::new(Method::GET, endpoint);
        request.params = Some(params);
        built("https://a.example", json!({}), &request).map(|(url, _)| url)
    };
    let pairs = |pairs: &[(&str, &str)]| {
        Params::Pairs(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    };
    assert_eq!(with("x", Params::Text("a=1&b=2".into())).unwrap(), "https://a.example/x?a=1&b=2");
    assert_eq!(with("x", Params::Text("?a=1".into())).unwrap(), "https://a.example/x?a=1");
    assert_eq!(code(with("x?a=1", Params::Text("b=2".into()))), "invalid_query_params");
    assert_eq!(
        with("x?a=1&b=2&a=3", pairs(&[("a", "ä &"), ("c", "1,2")])).unwrap(),
        "https://a.example/x?a=%C3%A4+%26&b=2&c=1%2C2"
    );
}

#[test]
fn the_templates_query_is_added_and_optional_parts_of_it_are_not() {
    let request = ProxyRequest::new(Method::GET, "x");
    let (url, _) = built("https://a.example", json!({"region": "eu"}), &request).unwrap();
    assert_eq!(url, "https://a.example/x?region=eu");
}

#[test]
fn a_credential_in_the_path_is_not_shown() {
    let request = ProxyRequest::new(Method::GET, "me");
    let (url, shown) = built("https://a.example/bot${apiKey}", json!({}), &request).unwrap();
    assert_eq!(url, "https://a.example/botkey-12345/me");
    assert_eq!(shown, "https://a.example/[redacted]/me");
}
