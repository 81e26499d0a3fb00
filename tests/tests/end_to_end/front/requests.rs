//! What goes through.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

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

/// Reads until the words are there.
fn read_until(stream: &mut TcpStream, words: &str) -> String {
    let (mut read, mut piece) = (Vec::new(), [0; 1024]);
    while !String::from_utf8_lossy(&read).contains(words) {
        let count = stream.read(&mut piece).unwrap();
        assert_ne!(count, 0, "the answer has ended: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[test]
fn both_bodies_go_through_while_they_arrive() {
    let front = Front::start();
    let host = front.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!("POST /echo HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"5\r\nfirst\r\n").unwrap();
    // The answer begins before the request has ended.
    let answer = read_until(&mut stream, "first");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n").unwrap();
    read_until(&mut stream, "second");
}
