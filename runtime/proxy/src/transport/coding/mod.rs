//! What the body of an answer is packed with (`content-encoding`), and unpacking it.
//!
//! As axios on Node reads it, and where axios gives up what RFC 9110 (section 8.4) asks for: names have no case, a body
//! may be packed several times, and a gzip file is a series of members. One thing is stricter: data that ends before
//! its last block is an error, where axios hands out the part that came as if it were all.

mod brotli;
mod deflate;
mod gzip;
mod output;
mod packing;
mod passing;
mod unpack_error;

use bytes::Bytes;
use onevent_contract::HeldBytes;

use crate::limits::{MAX_BODY_BYTES, MAX_CONTENT_CODINGS};
use output::Output;
pub(crate) use packing::{Coding, Packing};
pub(crate) use passing::unpack_passing;
pub(crate) use unpack_error::UnpackError;

/// What this client says it can unpack.
pub(crate) const ACCEPTED: &str = "gzip, deflate, br";

/// Undoes `codings`, the last one first; what comes of each takes room. Nothing is nothing, whatever it is packed with.
pub(crate) fn unpack(packed: Bytes, codings: &[Coding], held: &mut HeldBytes) -> Result<Bytes, UnpackError> {
    if codings.len() > MAX_CONTENT_CODINGS {
        return Err(UnpackError::TooManyCodings);
    }
    codings.iter().rev().try_fold(packed, |packed, coding| {
        if packed.is_empty() {
            return Ok(packed);
        }
        let mut output = Output::new(MAX_BODY_BYTES, held);
        match coding {
            Coding::Gzip => gzip::unpack(&packed, &mut output)?,
            Coding::Deflate => deflate::unpack(&packed, &mut output)?,
            Coding::Brotli => brotli::unpack(&packed, &mut output)?,
        }
        Ok(output.into_bytes())
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
