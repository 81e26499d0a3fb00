use bytes::Bytes;
use onevent_contract::HeldBytes;

use super::unpack_error::UnpackError;

/// How much room is made at a time.
const STEP: usize = 64 * 1024;

/// Unpacked bytes, up to a limit. They take room while they come.
pub(super) struct Output<'h> {
    bytes: Vec<u8>,
    limit: usize,
    held: &'h mut HeldBytes,
    /// For so many there is room.
    counted: usize,
}

impl<'h> Output<'h> {
    pub(super) fn new(limit: usize, held: &'h mut HeldBytes) -> Self {
        Self { bytes: Vec::new(), limit, held, counted: 0 }
    }

    /// The bytes so far, with room for more behind them.
    pub(super) fn with_room(&mut self) -> &mut Vec<u8> {
        self.bytes.reserve(STEP);
        &mut self.bytes
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), UnpackError> {
        self.bytes.extend_from_slice(bytes);
        self.check()
    }

    pub(super) fn check(&mut self) -> Result<(), UnpackError> {
        if self.bytes.len() > self.limit {
            return Err(UnpackError::TooLarge);
        }
        let more = self.bytes.len().saturating_sub(self.counted);
        self.held.grow(more).map_err(UnpackError::NoRoom)?;
        self.counted += more;
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What was added since there were `from` bytes.
    pub(super) fn since(&self, from: usize) -> &[u8] {
        self.bytes.get(from..).unwrap_or_default()
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from(self.bytes)
    }
}
