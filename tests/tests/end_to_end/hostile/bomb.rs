//! 64 MiB of zeros in few bytes, packed in every way that an answer can be.

use std::io::Write as _;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

const MEBIBYTES: usize = 64;

/// As Node's `brotliCompressSync` packs them.
const BROTLI: &str = "cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3ffeffffc13f0110870500baf77ffcffff837f02200e0b0074effff8ffff07ff04401c1600e8defff1ffff0ffe0980382c00d0bdffcbffff3ffc1300715800a07bff07";

/// The answer with them; without content where nobody knows the packing.
pub(super) fn packed(packing: &str) -> Response {
    let (coding, bytes) = match packing {
        "gzip" => ("gzip", gzip()),
        "twice" => ("gzip, gzip", gzip_of(&gzip())),
        "deflate" => ("deflate", deflate()),
        "brotli" => ("br", hex::decode(BROTLI).unwrap()),
        "zstd" => ("zstd", zstd()),
        _ => return StatusCode::NO_CONTENT.into_response(),
    };
    ([("content-type", "text/plain"), ("content-encoding", coding)], bytes).into_response()
}

fn gzip() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..MEBIBYTES {
        packed.write_all(&[0; 1024 * 1024]).unwrap();
    }
    packed.finish().unwrap()
}

fn gzip_of(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn deflate() -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..MEBIBYTES {
        packed.write_all(&[0; 1024 * 1024]).unwrap();
    }
    packed.finish().unwrap()
}

/// A frame without checksum and with a window of 1 MiB, and blocks that repeat one byte 128 KiB times.
fn zstd() -> Vec<u8> {
    const BLOCK_BYTES: u32 = 128 * 1024;
    const REPEATED: u32 = 1;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    let blocks = MEBIBYTES * 8;
    for block in 1..=blocks {
        let header = (BLOCK_BYTES << 3) | (REPEATED << 1) | u32::from(block == blocks);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}
