//! Answers that are packed (`content-encoding`).

use std::io::Write as _;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::Method;
use onevent_contract::{FetchRequest, FetchResponse, ProxyRequest};

use crate::setup::{Setup, code, oauth, serve};

const TEXT: &[u8] = br#"{"ok":true,"n":[1,2,3]}"#;
/// [`TEXT`] as Node's `brotliCompressSync` packs it.
const BROTLI: &[u8] = b"\x0b\x0b\x80{\"ok\":true,\"n\":[1,2,3]}\x03";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bare(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A server that answers with these header lines and this body.
async fn packed(status: u16, lines: &'static [&'static str], body: Vec<u8>) -> String {
    let answer = async move |_: Request| {
        let mut response = Response::new(Body::from(body.clone()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for line in lines {
            response.headers_mut().append(header::CONTENT_ENCODING, HeaderValue::from_static(line));
        }
        response
    };
    serve(Router::new().fallback(answer)).await
}

async fn fetch(server: &str) -> FetchResponse {
    let setup = Setup::new();
    let (headers, body) = (Vec::new(), "".into());
    let request = FetchRequest { url: server.into(), method: Method::GET, headers, body };
    setup.fetch(request).await.unwrap()
}

#[tokio::test]
async fn every_coding_is_undone_for_calls_and_for_fetch() {
    for (lines, body) in [
        (&["gzip"][..], gzip(TEXT)),
        (&["GZIP"], gzip(TEXT)),
        (&["x-gzip"], gzip(TEXT)),
        (&["compress"], gzip(TEXT)),
        (&["deflate"], zlib(TEXT)),
        (&["Deflate"], bare(TEXT)),
        (&["br"], BROTLI.to_vec()),
        (&["BR"], BROTLI.to_vec()),
        (&["gzip"], [gzip(&TEXT[..9]), gzip(&TEXT[9..])].concat()),
        (&["gzip"], gzip(TEXT)[..gzip(TEXT).len() - 8].to_vec()),
        (&["gzip, deflate"], zlib(&gzip(TEXT))),
        (&["gzip", "deflate"], zlib(&gzip(TEXT))),
        (&["br, identity, x-gzip"], gzip(BROTLI)),
    ] {
        let server = packed(200, lines, body.clone()).await;
        let setup = Setup::new();
        let response = setup.get(&oauth(&server, ""), "/").await.unwrap();
        assert_eq!(response.body, TEXT, "{lines:?}");
        assert_eq!(response.headers.get("content-encoding"), None, "{lines:?}: axios takes it out");
        assert_eq!(response.headers.get("content-length"), Some(body.len().to_string()), "{lines:?}");
        assert!(setup.log.effects().logs.is_empty(), "{lines:?}");
        let fetched = fetch(&server).await;
        assert_eq!(fetched.body, TEXT, "{lines:?}");
        assert_eq!(fetched.headers.values("content-encoding").collect::<Vec<_>>(), lines, "fetch keeps it");
    }
}

#[tokio::test]
async fn nothing_is_nothing_whatever_it_is_packed_with() {
    for (status, lines) in [
        (200, &["gzip"][..]),
        (200, &["br"]),
        (200, &["deflate, br"]),
        (204, &["gzip"]),
        (304, &["gzip"]),
        (205, &["br"]),
    ] {
        let server = packed(status, lines, Vec::new()).await;
        let response = Setup::new().get(&oauth(&server, ""), "/").await.unwrap();
        assert_eq!((response.status, response.body.len()), (status, 0), "{lines:?}");
        assert_eq!(response.headers.get("content-encoding"), None, "{lines:?}");
        assert_eq!(fetch(&server).await.status, status);
    }
    for lines in [&["gzip"][..], &["br"], &["zstd"]] {
        let server = packed(200, lines, gzip(TEXT)).await;
        let setup = Setup::new();
        let head = setup.send(&oauth(&server, ""), ProxyRequest::new(Method::HEAD, "/")).await.unwrap();
        assert_eq!((head.status, head.body.len(), head.headers.get("content-encoding")), (200, 0, None));
        assert!(setup.log.effects().logs.is_empty(), "{lines:?}");
    }
}

#[tokio::test]
async fn what_is_packed_with_an_unknown_coding_is_left_and_said() {
    for (lines, named) in
        [(&["zstd"][..], "zstd"), (&["gzip, sdch"], "sdch"), (&["aes128gcm", "gzip"], "aes128gcm")]
    {
        let server = packed(200, lines, gzip(TEXT)).await;
        let setup = Setup::new();
        let response = setup.get(&oauth(&server, ""), "/").await.unwrap();
        assert_eq!(response.body, gzip(TEXT), "{lines:?}");
        assert_eq!(response.headers.get("content-encoding"), Some(lines.join(", ")));
        let logs = setup.log.effects().logs;
        assert!(logs[0].message.contains(&format!("packed with `{named}`")), "{logs:?}");
    }
}

#[tokio::test]
async fn what_is_not_packed_as_it_says_is_an_error_with_its_status() {
    for (lines, body, expected) in [
        (&["gzip"][..], TEXT.to_vec(), "broken 200 Z_DATA_ERROR"),
        (&["gzip"], gzip(&[7; 10_000])[..20].to_vec(), "broken 200 Z_BUF_ERROR"),
        (&["br"], BROTLI[..10].to_vec(), "broken 200 Z_BUF_ERROR"),
        (&["gzip, gzip"], gzip(TEXT), "broken 200 Z_DATA_ERROR"),
        (&["gzip", "gzip", "gzip", "gzip", "gzip", "gzip"], gzip(TEXT), "network ERR_BAD_RESPONSE"),
    ] {
        let server = packed(200, lines, body).await;
        assert_eq!(code(Setup::new().get(&oauth(&server, ""), "/").await), expected, "{lines:?}");
    }
    let refused = packed(404, &["gzip"], TEXT.to_vec()).await;
    assert_eq!(code(Setup::new().get(&oauth(&refused, ""), "/").await), "broken 404 Z_DATA_ERROR");
}
