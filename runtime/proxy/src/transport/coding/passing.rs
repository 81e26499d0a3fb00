//! Unpacking a body while it is passed on.
//!
//! As much is unpacked as is asked for, a piece at a time, so a small file that unpacks into a large one takes no memory.
//! What has been passed on cannot be taken back: a stream is read as its first bytes say, and one without its checksum
//! ends with an error.

use std::io::{self, Cursor};

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _, stream};
use tokio::io::{AsyncBufRead, AsyncReadExt as _, BufReader};
use tokio_util::io::{ReaderStream, StreamReader};

use super::deflate::starts_like_zlib;
use super::packing::Coding;

/// How much is unpacked at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// How many bytes tell one format from another.
const MAGIC_BYTES: u64 = 2;

type Reader = Box<dyn AsyncBufRead + Send + Unpin>;

/// Undoes `codings`, the last one first. Nothing is nothing, whatever it is packed with.
pub(crate) fn unpack_passing(
    packed: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    codings: Vec<Coding>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let unpacked = async move {
        let mut reader: Reader = Box::new(StreamReader::new(Box::pin(packed)));
        for coding in codings.into_iter().rev() {
            reader = undone(reader, coding).await?;
        }
        io::Result::Ok(ReaderStream::with_capacity(reader, PIECE_BYTES))
    };
    stream::once(unpacked).try_flatten()
}

async fn undone(mut packed: Reader, coding: Coding) -> io::Result<Reader> {
    let mut start = Vec::new();
    (&mut packed).take(MAGIC_BYTES).read_to_end(&mut start).await?;
    let zlib = starts_like_zlib(&start);
    let empty = start.is_empty();
    let whole = Cursor::new(start).chain(packed);
    Ok(match coding {
        _ if empty => Box::new(whole),
        Coding::Brotli => Box::new(BufReader::new(BrotliDecoder::new(whole))),
        // axios takes zlib's format for gzip as well.
        Coding::Gzip | Coding::Deflate if zlib => Box::new(BufReader::new(ZlibDecoder::new(whole))),
        Coding::Deflate => Box::new(BufReader::new(DeflateDecoder::new(whole))),
        Coding::Gzip => {
            let mut decoder = GzipDecoder::new(whole);
            decoder.multiple_members(true);
            Box::new(BufReader::new(decoder))
        }
    })
}
