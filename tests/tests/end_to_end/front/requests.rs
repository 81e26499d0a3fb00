//! What goes through.

use onevent_tests::http::ask;

use super::stage::{Front, KEY, OTHER_KEY, code};
use crate::world::TOKEN;

#[test]
fn what_onevent_does_not_do_itself_goes_through_as_it_is() {
    let front = Front::start();
    front.connected("acme");
    let authorization = format!("Bearer {KEY}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("connection-id", "acme"),
        ("provider-config-key", "salesforce"),
        ("nango-proxy-x-own", "1"),
        ("connection", "x-hop"),
        ("x-hop", "not for Nango"),
    ];
    let url = format!("{}/proxy/services/oauth2/userinfo?a=%20b&c", front.url);
    let answer = ask("GET", &url, &headers, b"").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("organization_id"), "{}", answer.body);
    let journal = front.nango.journal();
    let entry = journal.iter().rev().find(|entry| entry.path.starts_with("/proxy/")).unwrap();
    assert_eq!(entry.path, "/proxy/services/oauth2/userinfo?a=%20b&c");
    assert_eq!(entry.header("nango-proxy-x-own"), Some("1"));
    assert_eq!(entry.header("authorization"), Some(authorization.as_str()));
    assert_eq!(entry.header("x-hop"), None);
}

#[test]
fn nango_judges_keys_that_are_not_known_here() {
    let front = Front::start();
    let nobody = "00000000-0000-4000-8000-00000000000f";
    let refused = front.ask_as(nobody, "GET", "/connections", None);
    assert_eq!((refused.status, code(&refused).as_str()), (401, "unknown_account"));
    let listed = front.ask_as(OTHER_KEY, "GET", "/connections", None);
    assert_eq!((listed.status, listed.body.as_str()), (200, r#"{"connections":[]}"#));
    let unknown = front.ask("GET", "/no/such/route", None);
    assert_eq!(unknown.status, 404);
}

#[test]
fn a_nango_that_is_down_is_said_to_be_down_and_onevent_is_well() {
    let mut front = Front::start();
    front.nango = onevent_tests::NangoServer::start().unwrap();
    let answer = front.ask("GET", "/connections", None);
    assert_eq!((answer.status, code(&answer).as_str()), (502, "bad_gateway"));
    assert_eq!(front.ask("GET", "/health", None).status, 200);
}

#[test]
fn a_path_that_would_become_another_one_is_not_handed_on() {
    let front = Front::start();
    assert_eq!(front.import("acme", TOKEN).status, 201);
    for path in ["/x/../connections/acme", "/x/%2e%2E/connections/acme"] {
        let answer = front.ask("DELETE", &format!("{path}?provider_config_key=salesforce"), None);
        assert_eq!((answer.status, code(&answer).as_str()), (400, "invalid_url"), "{path}");
    }
    assert!(front.nango.has("salesforce", "acme"));
}
