//! What the parent says.

use std::sync::Arc;

use onevent_contract::encoding::shared;
use onevent_contract::{HostAnswer, HostError, ModuleSource};
use onevent_engine::process::{DescribeOrder, RunOrder};
use serde::{Deserialize, Serialize};

use super::error::WireError;
use super::from_child::frame;
use super::header::Header;

/// A child that is told more than this at once does not read on: 512 MiB. A function's modules have at most 32 MiB.
const MOST_BYTES: u32 = 512 * 1024 * 1024;

/// Names a function's modules, which cross once for all their runs in a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct ModulesNumber(pub(crate) u32);

/// A message of the parent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToChild {
    /// Modules, for the orders to come.
    Modules(ModulesNumber, #[serde(with = "shared")] Arc<[Arc<ModuleSource>]>),
    /// A function is to be run. The modules are not in the order.
    Run(ModulesNumber, Box<RunOrder>),
    /// Modules are to be evaluated and described. They are not in the order.
    Describe(ModulesNumber, DescribeOrder),
    /// The answer to a call.
    Answer(u32, Result<HostAnswer, HostError>),
    /// The run is to stop.
    Stop,
}

impl ToChild {
    fn kind(&self) -> u8 {
        match self {
            Self::Modules(..) => 1,
            Self::Run(..) => 2,
            Self::Describe(..) => 3,
            Self::Answer(..) => 4,
            Self::Stop => 5,
        }
    }

    /// As a frame.
    ///
    /// # Errors
    /// It is too long, or cannot be written.
    pub(crate) fn frame(&self, run: u32) -> Result<Vec<u8>, WireError> {
        frame(self, self.kind(), run, MOST_BYTES)
    }

    /// Whether a child reads on after this header.
    pub(crate) fn takes(header: Header) -> bool {
        header.length <= MOST_BYTES
    }

    /// From what follows a header.
    ///
    /// # Errors
    /// It is no message of the header's kind.
    pub(crate) fn read(header: Header, bytes: &[u8]) -> Result<Self, WireError> {
        match postcard::from_bytes::<Self>(bytes) {
            Ok(message) if message.kind() == header.kind => Ok(message),
            Ok(_) | Err(_) => Err(WireError::Unreadable),
        }
    }
}
