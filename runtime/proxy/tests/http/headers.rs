//! Headers that an answer has more than once, and the request that it is the answer to.

use http::Method;
use onevent_contract::{FetchRequest, HeaderText, ProxyRequest};

use crate::setup::{Setup, oauth, raw_server};

const TWICE: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-type: text/html\r\nETag: \"a\"\r\n\
    ETag: \"b\"\r\nServer: s1\r\nServer: s2\r\nRetry-After: 1\r\nRetry-After: 2\r\nX-Multi: 1\r\nX-Multi: \r\n\
    X-Multi: 3, 4\r\nLink: <a>; rel=\"next\"\r\nLink: <b>; rel=\"prev\"\r\nCookie: a=1\r\nCookie: b=2\r\n\
    Set-Cookie: a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\n{}";

fn text(text: &str) -> HeaderText {
    HeaderText::Text(text.into())
}

#[tokio::test]
async fn a_call_sees_what_node_makes_of_them() {
    let server = raw_server(TWICE).await;
    let response = Setup::new().get(&oauth(&server, ""), "/").await.unwrap();
    let headers = response.headers.combined();
    for (name, expected) in [
        ("content-type", "application/json"),
        ("etag", "\"a\""),
        ("server", "s1"),
        ("retry-after", "1"),
        ("x-multi", "1, , 3, 4"),
        ("link", "<a>; rel=\"next\", <b>; rel=\"prev\""),
        ("cookie", "a=1; b=2"),
        ("content-length", "2"),
    ] {
        assert_eq!(headers[name], text(expected), "{name}");
    }
    let cookies = ["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"].map(str::to_owned);
    assert_eq!(headers["set-cookie"], HeaderText::List(cookies.into()));
}

#[tokio::test]
async fn a_fetch_sees_every_line() {
    let server = raw_server(TWICE).await;
    let setup = Setup::new();
    let (headers, body) = (Vec::new(), "".into());
    let request = FetchRequest { url: server, method: Method::GET, headers, body };
    let response = setup.fetch(request).await.unwrap();
    for (name, expected) in [
        ("content-type", &["application/json", "text/html"][..]),
        ("x-multi", &["1", "", "3, 4"]),
        ("set-cookie", &["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"]),
    ] {
        assert_eq!(response.headers.values(name).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[tokio::test]
async fn a_wait_that_is_named_twice_is_one_wait() {
    for lines in ["Retry-After: 4\r\nRetry-After: 4", "Retry-After: 4\r\nretry-after: 9"] {
        let limited = raw_server(format!("HTTP/1.1 429 Slow\r\n{lines}\r\nContent-Length: 0\r\n\r\n")).await;
        for template in ["", "  retry:\n    after: Retry-After\n"] {
            let setup = Setup::new();
            let request = ProxyRequest { retries: 1, ..ProxyRequest::new(Method::GET, "/") };
            assert_eq!(setup.send(&oauth(&limited, template), request).await.unwrap().status, 429);
            assert_eq!(setup.sleep.waits(), [4], "{lines:?}");
        }
    }
}

#[tokio::test]
async fn the_last_request_of_a_chain_is_told_without_its_secrets() {
    let end = raw_server("HTTP/1.1 404 Gone\r\nset-cookie: end=1\r\ncontent-length: 2\r\n\r\n{}").await;
    let location = format!("{end}/end?q=1%20x&t=token-12345#part");
    let head =
        format!("HTTP/1.1 302 F\r\nset-cookie: start=1\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    let start = raw_server(head).await;
    let response =
        Setup::new().send(&oauth(&start, ""), ProxyRequest::new(Method::POST, "/x")).await.unwrap();
    let last = &response.last_request;
    assert_eq!((last.method.as_str(), last.redirects), ("GET", 1), "a redirect changes the method");
    assert_eq!(last.url, format!("{end}/end?q=1%20x&t=[redacted]"));
    assert_eq!(response.url, format!("{start}/x"));
    assert_eq!(response.headers.values("set-cookie").collect::<Vec<_>>(), ["end=1"], "of the last answer");

    let direct = Setup::new().get(&oauth(&end, ""), "/here").await.unwrap().last_request;
    assert_eq!((direct.method.as_str(), direct.url, direct.redirects), ("GET", format!("{end}/here"), 0));
}
