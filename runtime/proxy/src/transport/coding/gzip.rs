//! gzip's format (RFC 1952): a series of members, each a header, a stream, and a checksum.

use std::io::{ErrorKind, Read as _};

use flate2::Crc;
use flate2::bufread::GzDecoder;

use super::deflate::{Wrapper, inflate, starts_like_zlib, unpack_zlib};
use super::output::Output;
use super::unpack_error::UnpackError;

/// What a member begins with.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The checksum and the length behind a member's stream.
const TRAILER_BYTES: usize = 8;

/// A body that calls itself gzip: every member of it. zlib's format is taken as well, as by axios; and so is a last
/// member without its checksum, because its data says itself where it ends.
pub(super) fn unpack(packed: &[u8], output: &mut Output) -> Result<(), UnpackError> {
    if !packed.starts_with(&MAGIC) && starts_like_zlib(packed) {
        return unpack_zlib(packed, output);
    }
    let mut rest = packed;
    loop {
        rest = member(rest, output)?;
        // Files are padded with zeros to whole blocks.
        if rest.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
    }
}

/// Unpacks one member, and gives what follows it.
fn member<'p>(packed: &'p [u8], output: &mut Output) -> Result<&'p [u8], UnpackError> {
    let stream = after_header(packed)?;
    let start = output.len();
    let length = inflate(stream, Wrapper::Bare, output)?;
    let rest = stream.get(length..).unwrap_or_default();
    let Some((trailer, rest)) = rest.split_first_chunk::<TRAILER_BYTES>() else { return Ok(&[]) };
    let mut checksum = Crc::new();
    checksum.update(output.since(start));
    let expected = [checksum.sum().to_le_bytes(), checksum.amount().to_le_bytes()].concat();
    if trailer.as_slice() == expected { Ok(rest) } else { Err(UnpackError::Broken("incorrect data check")) }
}

/// What stands behind the header of a member.
fn after_header(packed: &[u8]) -> Result<&[u8], UnpackError> {
    if packed.first_chunk().is_some_and(|start| *start != MAGIC) {
        return Err(UnpackError::Broken("incorrect header check"));
    }
    let mut decoder = GzDecoder::new(packed);
    if decoder.header().is_some() {
        return Ok(decoder.into_inner());
    }
    // It says why only when it is read.
    match decoder.read(&mut [0]) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(UnpackError::Cut),
        _ => Err(UnpackError::Broken("incorrect header check")),
    }
}
