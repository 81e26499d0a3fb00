//! Brotli's format (RFC 7932).

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::output::Output;
use super::unpack_error::UnpackError;

/// How much is unpacked at a time.
const PIECE_BYTES: usize = 64 * 1024;

pub(super) fn unpack(packed: &[u8], output: &mut Output) -> Result<(), UnpackError> {
    let mut state =
        BrotliState::new(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let mut piece = vec![0; PIECE_BYTES];
    let (mut left, mut offset, mut total) = (packed.len(), 0, 0);
    loop {
        let (mut room, mut filled) = (piece.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut offset,
            packed,
            &mut room,
            &mut filled,
            &mut piece,
            &mut total,
            &mut state,
        );
        output.push(piece.get(..filled).unwrap_or_default())?;
        match result {
            // What follows the end does not count, as in Node.
            BrotliResult::ResultSuccess => return Ok(()),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput => return Err(UnpackError::Cut),
            BrotliResult::ResultFailure => return Err(UnpackError::Broken("Decompression failed")),
        }
    }
}
