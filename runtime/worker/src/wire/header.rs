//! The head of a frame.

/// The length of what follows, the kind of message, the run that it belongs to.
pub(crate) const HEADER_BYTES: usize = 9;

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Of the message, without this.
    pub(crate) length: u32,
    /// What the message is.
    pub(crate) kind: u8,
    /// Counted by the parent, from 1 in each child; 0 before the first.
    pub(crate) run: u32,
}

impl Header {
    pub(crate) fn bytes(self) -> [u8; HEADER_BYTES] {
        let ([a, b, c, d], [e, f, g, h]) = (self.length.to_le_bytes(), self.run.to_le_bytes());
        [a, b, c, d, self.kind, e, f, g, h]
    }

    pub(crate) fn read(bytes: [u8; HEADER_BYTES]) -> Self {
        let [a, b, c, d, kind, e, f, g, h] = bytes;
        Self { length: u32::from_le_bytes([a, b, c, d]), kind, run: u32::from_le_bytes([e, f, g, h]) }
    }
}
