//! Answers that are packed, and unpacked while they pass.

use std::io::Write as _;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use futures_util::StreamExt as _;
use http::Method;
use onevent_contract::{HostError, ProxyRequest};
use onevent_proxy::limits::MAX_BODY_BYTES;
use onevent_proxy::{Decompress, RequestBody, StreamedAnswer};

use super::{AS_IT_COMES, code_of, read};
use crate::setup::{Setup, oauth, serve};

const TEXT: &[u8] = br#"{"ok":true,"n":[1,2,3]}"#;
/// [`TEXT`] as Node's `brotliCompressSync` packs it.
const BROTLI: &[u8] = b"\x0b\x0b\x80{\"ok\":true,\"n\":[1,2,3]}\x03";
const GZIP_HEADER_BYTES: usize = 10;

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

/// The answer of a server that sends this, one byte at a time for a start.
async fn answer(
    coding: &'static str,
    body: Vec<u8>,
    decompress: Decompress,
) -> Result<StreamedAnswer, HostError> {
    let server = async move || {
        let (start, rest) = body.split_at(body.len().min(3));
        let pieces: Vec<Vec<u8>> = start.iter().map(|byte| vec![*byte]).chain([rest.to_vec()]).collect();
        let pieces = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        Response::builder().header("content-encoding", coding).body(Body::from_stream(pieces)).unwrap()
    };
    let server = serve(Router::new().fallback(server)).await;
    let request = ProxyRequest::new(Method::GET, "/");
    Setup::new().stream(&oauth(&server, ""), request, RequestBody::empty(), decompress).await
}

#[tokio::test]
async fn a_packed_body_stays_as_it_is_and_says_so() {
    let answer = answer("gzip", gzip(TEXT), AS_IT_COMES).await.unwrap();
    assert_eq!(answer.headers["content-encoding"], "gzip");
    assert_eq!(read(answer).await.unwrap(), gzip(TEXT));
}

#[tokio::test]
async fn it_is_unpacked_where_that_is_asked_for() {
    for (name, coding, packed) in [
        ("gzip", "gzip", gzip(TEXT)),
        ("its old name", "X-GZIP", gzip(TEXT)),
        ("two members", "gzip", [gzip(&TEXT[..9]), gzip(&TEXT[9..])].concat()),
        ("zlib that calls itself gzip", "gzip", zlib(TEXT)),
        ("deflate", "deflate", zlib(TEXT)),
        ("deflate without zlib's header", "deflate", bare(TEXT)),
        ("brotli", "br", BROTLI.to_vec()),
        ("twice", "deflate, gzip", gzip(&zlib(TEXT))),
    ] {
        let answer = answer(coding, packed, Decompress::Yes).await.unwrap();
        assert!(!answer.headers.contains_key("content-encoding"), "{name}");
        assert_eq!((answer.body.length(), read(answer).await.unwrap()), (None, TEXT.to_vec()), "{name}");
    }
    let unknown = answer("zstd", b"packed".to_vec(), Decompress::Yes).await.unwrap();
    assert_eq!(unknown.headers["content-encoding"], "zstd");
    assert_eq!(read(unknown).await.unwrap(), b"packed");
    let empty = answer("gzip", Vec::new(), Decompress::Yes).await.unwrap();
    assert_eq!(read(empty).await.unwrap(), b"");
}

#[tokio::test]
async fn what_cannot_be_unpacked_ends_with_an_error() {
    for (name, coding, packed, code) in [
        ("cut", "gzip", gzip(TEXT)[..20].to_vec(), "network Z_BUF_ERROR"),
        ("cut", "br", BROTLI[..9].to_vec(), "network Z_BUF_ERROR"),
        ("no gzip", "gzip", b"plain text".to_vec(), "network Z_DATA_ERROR"),
        (
            "a wrong checksum",
            "gzip",
            [&gzip(TEXT)[..gzip(TEXT).len() - 8], &[0; 8]].concat(),
            "network Z_DATA_ERROR",
        ),
    ] {
        let answer = answer(coding, packed, Decompress::Yes).await.unwrap();
        assert_eq!(code_of(read(answer).await.unwrap_err()), code, "{name} {coding}");
    }
    let layers = answer("gzip, gzip, gzip, gzip, gzip, gzip", gzip(TEXT), Decompress::Yes).await;
    assert_eq!(code_of(layers.unwrap_err()), "network ERR_BAD_RESPONSE");
}

#[tokio::test]
async fn a_file_that_unpacks_without_end_is_unpacked_as_far_as_somebody_reads() {
    // One mebibyte of zeros packed to about a kilobyte, as often as it takes to be 4 GiB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1024 * 1024]).unwrap();
    encoder.flush().unwrap();
    let (start, blocks) = encoder.get_ref().split_at(GZIP_HEADER_BYTES);
    let bomb = [start, &blocks.repeat(4096)].concat();
    let mut body = answer("gzip", bomb, Decompress::Yes).await.unwrap().body;
    let (mut read, mut largest) = (0, 0);
    while read <= MAX_BODY_BYTES {
        let piece = body.next().await.unwrap().unwrap();
        read += piece.len();
        largest = largest.max(piece.len());
    }
    assert!(largest <= 64 * 1024, "a piece of {largest} bytes");
}
