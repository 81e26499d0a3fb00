use bytes::Bytes;
use http::{Method, StatusCode};
use onevent_contract::RootBudget;

use super::*;
use crate::transport::{BrokenBody, HopAnswer, Packing};
use crate::{BodyWait, HeaderNames};

fn answer(status: u16, headers: &[(&str, &str)]) -> Result<HopAnswer, HostError> {
    Ok(HopAnswer {
        _held: RootBudget::default().take(0).unwrap(),
        status: StatusCode::from_u16(status).unwrap(),
        status_text: String::new(),
        headers: headers.iter().copied().collect(),
        packing: Packing::Plain,
        body: Ok(Bytes::from_static(br#"{"error": {"message": "Limit exceeded. Retry after 7 s"}}"#)),
    })
}

fn cut(status: u16, headers: &[(&str, &str)]) -> Result<HopAnswer, HostError> {
    answer(status, headers).map(|answer| HopAnswer { body: Err(BrokenBody::Aborted), ..answer })
}

fn network(code: &str) -> Result<HopAnswer, HostError> {
    Err(HostError::Network { code: code.into(), message: String::new() })
}

fn names(names: &[&str]) -> HeaderNames {
    HeaderNames(names.iter().map(|name| (*name).to_owned()).collect())
}

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

#[test]
fn the_reasons_are_nangos() {
    let mut request = ProxyRequest::new(Method::GET, "x");
    request.retry_on = vec![404, 401];
    let plain = RetryTemplate::default();
    let ruled = RetryTemplate {
        error_code: Some(vec!["403".into(), "5xx".into(), "410-412".into()]),
        remaining: Some("X-Remaining".into()),
        ..RetryTemplate::default()
    };
    let zero = [("x-remaining", "0")];
    for (outcome, template, expected) in [
        (answer(200, &zero), &ruled, None),
        (answer(500, &[]), &plain, Some("status_code_500")),
        (answer(599, &[]), &plain, Some("status_code_599")),
        (answer(429, &[]), &plain, Some("status_code_429")),
        (answer(401, &[]), &plain, Some("status_code_401")),
        (answer(403, &[]), &plain, None),
        (cut(200, &[]), &plain, None),
        (cut(404, &[]), &plain, Some("retry_on_404")),
        (cut(429, &[]), &plain, Some("status_code_429")),
        (cut(503, &[]), &ruled, Some("provider_error_code_5xx")),
        (answer(404, &[]), &plain, Some("retry_on_404")),
        (answer(403, &[]), &ruled, Some("provider_error_code_403")),
        (answer(503, &[]), &ruled, Some("provider_error_code_5xx")),
        (answer(411, &[]), &ruled, Some("provider_error_code_410-412")),
        (answer(413, &[]), &ruled, None),
        (answer(429, &[]), &ruled, None),
        (answer(429, &zero), &ruled, Some("provider_remaining")),
        (answer(429, &[("x-remaining", "1")]), &ruled, None),
        (answer(401, &[]), &ruled, Some("retry_on_401")),
        (network("ECONNRESET"), &ruled, Some("network_error")),
        (network("EAI_AGAIN"), &plain, Some("network_error")),
        (network("ENOTFOUND"), &plain, None),
        (network("ERR_BAD_RESPONSE"), &plain, None),
        (Err(HostError::Configuration { code: "denied_ip".into(), message: String::new() }), &plain, None),
    ] {
        assert_eq!(reason(&outcome, &request, template).as_deref(), expected, "{outcome:?}");
    }
}

#[test]
fn without_a_word_from_the_provider_waits_double_up_to_a_cap() {
    let template = RetryTemplate::default();
    let request = ProxyRequest::new(Method::GET, "x");
    let waits = |attempt| wait(&network("ECONNRESET"), &request, &template, attempt, now()).as_secs();
    assert_eq!([waits(0), waits(1), waits(2), waits(7), waits(8), waits(40)], [3, 6, 12, 384, 600, 600]);
}

#[test]
fn a_provider_can_say_how_long_to_wait() {
    let at = RetryTemplate { at: names(&["x-reset"]), ..RetryTemplate::default() };
    let after = RetryTemplate { after: names(&["x-a", "X-B"]), ..RetryTemplate::default() };
    let both = RetryTemplate { at: names(&["x-reset"]), after: names(&["x-a"]), ..RetryTemplate::default() };
    let body = |value: &str, strategy| RetryTemplate {
        in_body: Some(BodyWait { path: "error.message".into(), value: value.into(), strategy }),
        ..RetryTemplate::default()
    };
    let plain = RetryTemplate::default();
    for (headers, template, expected_ms) in [
        (&[("x-reset", "1767323055")][..], &at, 10_000),
        (&[("x-reset", "1767323055000")], &at, 10_000),
        (&[("x-reset", "2026-01-02T03:04:15Z")], &at, 10_000),
        (&[("x-reset", "Fri, 02 Jan 2026 03:04:15 GMT")], &at, 10_000),
        (&[("x-reset", "1767323000")], &at, 3_000),
        (&[("x-reset", "soon")], &at, 3_000),
        (&[("x-a", "5"), ("x-b", "7.5")], &after, 7_500),
        (&[("x-a", "5"), ("x-reset", "1767323055")], &both, 10_000),
        (&[("x-a", "5"), ("x-reset", "1767323000")], &both, 5_000),
        (&[("retry-after", "4")], &plain, 4_000),
        (&[("retry-after", "4"), ("retry-after", "4")], &plain, 4_000),
        (&[("retry-after", "4"), ("Retry-After", "9")], &after, 4_000),
        (&[("retry-after", "0")], &plain, 100),
        (&[("retry-after", "-4")], &plain, 3_000),
        (&[("retry-after", "1e999")], &plain, 3_000),
        (&[("retry-after", "NaN")], &plain, 3_000),
        (&[("retry-after", "Fri, 02 Jan 2026 03:04:25 GMT")], &plain, 20_000),
        (&[("retry-after", "4")], &body("Retry after ([0-9]+)", WaitKind::After), 7_000),
        (&[("retry-after", "4")], &body("/Retry after ([0-9]+)/", WaitKind::After), 7_000),
        (&[("retry-after", "4")], &body("(", WaitKind::After), 4_000),
    ] {
        let request = ProxyRequest::new(Method::GET, "x");
        let waited = wait(&answer(429, headers), &request, template, 0, now());
        assert_eq!(waited, Duration::from_millis(expected_ms), "{headers:?}");
    }
}

#[test]
fn a_call_can_name_headers_that_come_before_the_providers() {
    let mut request = ProxyRequest::new(Method::GET, "x");
    request.retry_header = RetryHeader { at: Some("X-At".into()), after: Some("x-after".into()) };
    let template = RetryTemplate { after: names(&["x-a"]), ..RetryTemplate::default() };
    for (headers, expected_ms) in [
        (&[("x-at", "1767323055"), ("x-after", "5"), ("x-a", "7")][..], 10_000),
        (&[("x-at", "1767323000"), ("x-after", "5"), ("x-a", "7")], 5_000),
        (&[("x-after", "often"), ("x-a", "7")], 7_000),
        (&[("x-after", "0")], 100),
        (&[], 3_000),
    ] {
        let waited = wait(&answer(429, headers), &request, &template, 0, now());
        assert_eq!(waited, Duration::from_millis(expected_ms), "{headers:?}");
    }
}
