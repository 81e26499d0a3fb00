//! What a child says. It is read by somebody who trusts nothing of it.

use onevent_contract::encoding::{json, optional_json};
use onevent_contract::{HostCall, LogLevel, MAX_ROOT_BYTES, Warning};
use onevent_engine::process::ChildEnd;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::WireError;
use super::header::{HEADER_BYTES, Header};
use crate::layer::LayerState;

const KIB: u32 = 1024;
const MIB: u32 = 1024 * KIB;

/// A message of a child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum FromChild {
    /// It has closed its doors, and takes orders.
    Ready(Vec<LayerState>),
    /// The run asks the host for something.
    Call {
        /// Names the call in its run; each is larger than the last.
        number: u32,
        /// What it asks for.
        call: HostCall,
    },
    /// The run logs a line.
    Log {
        /// The level.
        level: LogLevel,
        /// The message.
        message: String,
        /// What was logged beside the message.
        #[serde(with = "optional_json")]
        meta: Option<Value>,
    },
    /// The run is to be warned of.
    Warn(#[serde(with = "json")] Warning),
    /// What was ordered has ended.
    End(Box<ChildEnd>),
}

impl FromChild {
    fn kind(&self) -> u8 {
        match self {
            Self::Ready(_) => 1,
            Self::Call { .. } => 2,
            Self::Log { .. } => 3,
            Self::Warn(_) => 4,
            Self::End(_) => 5,
        }
    }

    /// How long a frame of this kind may be.
    ///
    /// # Errors
    /// There is no such kind.
    pub(crate) fn most_bytes(kind: u8) -> Result<u32, WireError> {
        match kind {
            1 => Ok(16 * KIB),
            // What one run's calls may carry, and what stands around it.
            2 => Ok(u32::try_from(MAX_ROOT_BYTES).unwrap_or(u32::MAX) + MIB),
            3 => Ok(MIB),
            4 => Ok(256 * KIB),
            5 => Ok(16 * MIB),
            other => Err(WireError::UnknownKind(other)),
        }
    }

    /// As a frame.
    ///
    /// # Errors
    /// It is too long, or cannot be written.
    pub(crate) fn frame(&self, run: u32) -> Result<Vec<u8>, WireError> {
        let kind = self.kind();
        frame(self, kind, run, Self::most_bytes(kind)?)
    }

    /// From what follows a header.
    ///
    /// # Errors
    /// It is no message of the header's kind, and nothing else.
    pub(crate) fn read(header: Header, bytes: &[u8]) -> Result<Self, WireError> {
        match postcard::take_from_bytes::<Self>(bytes) {
            Ok((message, [])) if message.kind() == header.kind => Ok(message),
            Ok(_) | Err(_) => Err(WireError::Unreadable),
        }
    }
}

/// A message behind its header.
pub(super) fn frame<T: Serialize>(message: &T, kind: u8, run: u32, most: u32) -> Result<Vec<u8>, WireError> {
    let frame = postcard::to_extend(message, vec![0; HEADER_BYTES]).map_err(|_| WireError::Unwritable)?;
    let length = u32::try_from(frame.len() - HEADER_BYTES).unwrap_or(u32::MAX);
    if length > most {
        return Err(WireError::TooLong { length, most });
    }
    let mut frame = frame;
    if let Some(head) = frame.first_chunk_mut::<HEADER_BYTES>() {
        *head = Header { length, kind, run }.bytes();
    }
    Ok(frame)
}
