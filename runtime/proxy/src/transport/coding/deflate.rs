//! zlib's format (RFC 1950), and the bare stream inside it (RFC 1951).

use flate2::{Decompress, FlushDecompress, Status};

use super::output::Output;
use super::unpack_error::UnpackError;

/// How many bytes zlib puts before its stream.
const ZLIB_HEADER_BYTES: usize = 2;

/// What stands around a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    /// Nothing.
    Bare,
    /// zlib's header, and its checksum at the end.
    Zlib,
}

/// A body that calls itself `deflate`: zlib, as the standard says, or a bare stream, as servers took it.
pub(super) fn unpack(packed: &[u8], output: &mut Output) -> Result<(), UnpackError> {
    if !starts_like_zlib(packed) {
        return inflate(packed, Wrapper::Bare, output).map(drop);
    }
    match unpack_zlib(packed, output) {
        // A bare stream can begin with the same two bytes.
        Err(problem @ UnpackError::Broken(_)) => {
            output.truncate(0);
            inflate(packed, Wrapper::Bare, output).map(drop).map_err(|_| problem)
        }
        done => done,
    }
}

/// A body with zlib's header. What follows its end does not count, as in zlib; and its checksum may be missing, as for
/// axios: the data says itself where it ends.
pub(super) fn unpack_zlib(packed: &[u8], output: &mut Output) -> Result<(), UnpackError> {
    let start = output.len();
    match inflate(packed, Wrapper::Zlib, output) {
        Err(UnpackError::Cut) => {
            output.truncate(start);
            let stream = packed.get(ZLIB_HEADER_BYTES..).ok_or(UnpackError::Cut)?;
            inflate(stream, Wrapper::Bare, output).map(drop)
        }
        done => done.map(drop),
    }
}

/// Whether the first two bytes are a header of zlib's (RFC 1950, section 2.2).
pub(super) fn starts_like_zlib(packed: &[u8]) -> bool {
    match packed {
        [method, flags, ..] => method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31),
        // Too short to tell; either way it is cut.
        _ => false,
    }
}

/// Unpacks a stream up to its end, and says how many bytes of `packed` it took.
pub(super) fn inflate(packed: &[u8], wrapper: Wrapper, output: &mut Output) -> Result<usize, UnpackError> {
    let mut inflater = Decompress::new(wrapper == Wrapper::Zlib);
    loop {
        let consumed = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        let rest = packed.get(consumed..).unwrap_or_default();
        let (before_in, before_out) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress_vec(rest, output.with_room(), FlushDecompress::None);
        output.check()?;
        match status {
            Ok(Status::StreamEnd) => return Ok(usize::try_from(inflater.total_in()).unwrap_or(usize::MAX)),
            Ok(Status::Ok | Status::BufError) => {
                // There is always room, so it can only be waiting for more.
                if inflater.total_in() == before_in && inflater.total_out() == before_out {
                    return Err(UnpackError::Cut);
                }
            }
            Err(_) => return Err(UnpackError::Broken("incorrect data")),
        }
    }
}
