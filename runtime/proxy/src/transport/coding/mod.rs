//! What the body of an answer is packed with (`content-encoding`), and unpacking it.
//!
//! As axios on Node reads it, and where axios gives up what RFC 9110 (section 8.4) asks for: names have no case, a body
//! may be packed several times, and a gzip file is a series of members. One thing is stricter: data that ends before
//! its last block is an error, where axios hands out the part that came as if it were all.

mod brotli;
mod deflate;
mod gzip;
mod output;
mod passing;
mod unpack_error;

use bytes::Bytes;

use crate::limits::{MAX_BODY_BYTES, MAX_CONTENT_CODINGS};
use output::Output;
pub(crate) use passing::unpack_passing;
pub(crate) use unpack_error::UnpackError;

/// What this client says it can unpack.
pub(crate) const ACCEPTED: &str = "gzip, deflate, br";

/// One way to pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// `gzip` and its old name; `compress` too, by which servers mean gzip or zlib. As axios.
    Gzip,
    /// `deflate`: zlib, or the bare stream that old servers send.
    Deflate,
    /// `br`.
    Brotli,
}

impl Coding {
    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" | "compress" | "x-compress" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            _ => None,
        }
    }
}

/// How a body is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    Plain,
    /// With these, the first one first.
    Known(Vec<Coding>),
    /// With something that is not known: it is left as it came.
    Unknown(String),
}

impl Packing {
    /// Reads the values of `content-encoding`, one for each header line.
    pub(crate) fn of<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut known = Vec::new();
        let names = values.flat_map(|value| value.split(',')).map(str::trim);
        for name in names.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity")) {
            match Coding::from_name(name) {
                Some(coding) => known.push(coding),
                None => return Self::Unknown(name.to_owned()),
            }
        }
        if known.is_empty() { Self::Plain } else { Self::Known(known) }
    }
}

/// Undoes `codings`, the last one first. Nothing is nothing, whatever it is packed with.
pub(crate) fn unpack(packed: Bytes, codings: &[Coding]) -> Result<Bytes, UnpackError> {
    if codings.len() > MAX_CONTENT_CODINGS {
        return Err(UnpackError::TooManyCodings);
    }
    codings.iter().rev().try_fold(packed, |packed, coding| {
        if packed.is_empty() {
            return Ok(packed);
        }
        let mut output = Output::new(MAX_BODY_BYTES);
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
