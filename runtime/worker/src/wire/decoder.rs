//! Takes a child's frames out of a stream of bytes that may be anything.

use bytes::{Buf as _, BytesMut};

use super::error::WireError;
use super::from_child::FromChild;
use super::header::{HEADER_BYTES, Header};

/// Room that is kept from frame to frame. What a long one took is given back.
const KEPT_BYTES: usize = 64 * 1024;

/// Takes a child's frames out of a stream of bytes. It holds one frame at most, and grows with what has come, not with what a
/// header promises.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    buffer: BytesMut,
}

impl Decoder {
    /// Where bytes that came are appended.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        self.buffer.reserve(HEADER_BYTES);
        &mut self.buffer
    }

    /// The next message, with its run and its length as a frame; `None` until more has come.
    ///
    /// # Errors
    /// What has come is no frame of a child. Nothing after it is one either.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, usize, FromChild)>, WireError> {
        let Some(head) = self.buffer.first_chunk::<HEADER_BYTES>() else { return Ok(None) };
        let header = Header::read(*head);
        let most = FromChild::most_bytes(header.kind)?;
        if header.length > most {
            return Err(WireError::TooLong { length: header.length, most });
        }
        let length = usize::try_from(header.length).unwrap_or(usize::MAX);
        let Some(message) = self.buffer.get(HEADER_BYTES..).and_then(|rest| rest.get(..length)) else {
            return Ok(None);
        };
        let message = FromChild::read(header, message)?;
        self.buffer.advance(HEADER_BYTES + length);
        if self.buffer.is_empty() && length > KEPT_BYTES {
            self.buffer = BytesMut::new();
        }
        Ok(Some((header.run, length, message)))
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
