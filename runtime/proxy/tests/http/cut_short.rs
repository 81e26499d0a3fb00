//! Answers whose body does not arrive as a whole.

use http::Method;
use onevent_contract::{FetchRequest, HostError, ProxyRequest, ProxyResponse};

use crate::setup::{End, Setup, oauth, raw_server, raw_server_that_ends};

/// What breaks in the body of an answer, behind the line of its status.
const CUT: [(&str, &str, End); 10] = [
    ("a length, and less", "content-length: 500\r\n\r\n{\"half\": [1,", End::Close),
    ("a length, and nothing", "content-length: 500\r\n\r\n", End::Close),
    ("a length, and a reset", "content-length: 500\r\n\r\n{\"half\": [1,", End::Reset),
    ("no last chunk", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", End::Close),
    ("no end of the last chunk", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", End::Close),
    ("half of a chunk", "transfer-encoding: chunked\r\n\r\n70\r\n{\"half\":", End::Close),
    ("half of a chunk, and a reset", "transfer-encoding: chunked\r\n\r\n70\r\n{\"half\":", End::Reset),
    (
        "a chunk that is longer than it says",
        "transfer-encoding: chunked\r\n\r\n7\r\n{\"half\":\r\n",
        End::Close,
    ),
    ("a chunk of no length", "transfer-encoding: chunked\r\n\r\nzz\r\n", End::Close),
    ("packed, and cut", "content-encoding: gzip\r\ncontent-length: 500\r\n\r\n\x1f", End::Close),
];

fn answer(status: u16, rest: &str) -> String {
    format!("HTTP/1.1 {status} Odd\r\ncontent-type: application/json\r\nx-a: 1\r\n{rest}")
}

/// Code, message, status and a header of what is left of the answer.
fn left(result: Result<ProxyResponse, HostError>) -> (String, String, u16, Option<String>) {
    match result.unwrap_err() {
        HostError::BrokenBody { code, message, response } => {
            (code, message, response.status, response.headers.get("x-a"))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_one_error_for_every_framing_and_keeps_its_head() {
    for (name, rest, end) in CUT {
        for status in [200, 404, 503] {
            let server = raw_server_that_ends(answer(status, rest), end).await;
            let setup = Setup::new();
            let got = left(setup.get(&oauth(&server, ""), "/x").await);
            let expected =
                ("ERR_BAD_RESPONSE".into(), "stream has been aborted".into(), status, Some("1".into()));
            assert_eq!(got, expected, "{name}, {status}");
            assert_eq!(setup.recorded(), [format!("GET {server}/x {status} ERR_BAD_RESPONSE #1")], "{name}");
        }
    }
    // The probe works: an answer that says that it ends with the connection is whole.
    let server = raw_server(answer(200, "connection: close\r\n\r\n{\"half\":")).await;
    assert_eq!(Setup::new().get(&oauth(&server, ""), "/").await.unwrap().body, "{\"half\":");
    // And where it ends with a reset instead, it is not.
    let server = raw_server_that_ends(answer(200, "connection: close\r\n\r\n{\"half\":"), End::Reset).await;
    assert_eq!(left(Setup::new().get(&oauth(&server, ""), "/").await).2, 200);
}

#[tokio::test]
async fn its_status_decides_whether_it_is_tried_again() {
    for (name, rest, end) in CUT.into_iter().filter(|(_, _, end)| *end == End::Close) {
        for (status, retry_on, attempts) in [
            (200, &[][..], 1),
            (200, &[200], 3),
            (404, &[], 1),
            (404, &[404], 3),
            (429, &[], 3),
            (503, &[], 3),
        ] {
            let server = raw_server_that_ends(answer(status, rest), end).await;
            let setup = Setup::new();
            let mut request = ProxyRequest::new(Method::POST, "/");
            (request.retries, request.retry_on) = (2, retry_on.to_vec());
            assert_eq!(left(setup.send(&oauth(&server, ""), request).await).2, status, "{name}");
            assert_eq!(setup.recorded().len(), attempts, "{name}, {status}, retryOn {retry_on:?}");
        }
    }
    let setup = Setup::new();
    let limited = raw_server(answer(429, "retry-after: 7\r\ncontent-length: 9\r\n\r\n{")).await;
    let request = ProxyRequest { retries: 1, ..ProxyRequest::new(Method::GET, "/") };
    assert_eq!(left(setup.send(&oauth(&limited, ""), request).await).2, 429);
    assert_eq!(setup.sleep.waits(), [7], "what its headers say counts");
}

#[tokio::test]
async fn a_redirect_is_followed_whatever_becomes_of_its_body() {
    let end = raw_server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    let start = raw_server(answer(302, &format!("location: {end}/end\r\ncontent-length: 9\r\n\r\nmo"))).await;
    let response = Setup::new().get(&oauth(&start, ""), "/").await.unwrap();
    assert_eq!((response.status, response.body.as_ref()), (200, &b"{}"[..]));
}

#[tokio::test]
async fn a_fetch_keeps_the_head_as_well() {
    let server = raw_server(answer(404, "x-a: 2\r\ncontent-length: 500\r\n\r\n{")).await;
    let setup = Setup::new();
    let (url, headers, body) = (format!("{server}/x"), Vec::new(), "".into());
    let request = FetchRequest { url: url.clone(), method: Method::GET, headers, body };
    let result = setup.fetch(request).await;
    let Err(HostError::BrokenBody { code, response, .. }) = result else { panic!("{result:?}") };
    assert_eq!((code.as_str(), response.status), ("ERR_BAD_RESPONSE", 404));
    assert_eq!(response.headers.values("x-a").collect::<Vec<_>>(), ["1", "2"], "every line");
    assert_eq!((&response.last_request.url, response.last_request.redirects), (&url, 0));
    assert_eq!(setup.recorded(), [format!("GET {url} 404 ERR_BAD_RESPONSE #1")]);
}
