//! The bytes of an answer on their way into JavaScript.
//!
//! Memory that Rust gives V8 counts against no budget of the run's, whoever gets hold of it. So an answer only names its bytes, and
//! JavaScript takes them into memory that it has allocated itself, which counts. Until then they count for the root run.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use bytes::Bytes;
use onevent_contract::HeldBytes;
use serde::Serialize;

/// The bytes of answers that nobody has taken yet, of one run.
#[derive(Default)]
pub(crate) struct Untaken {
    bytes: RefCell<HashMap<u32, (Bytes, HeldBytes)>>,
    next: Cell<u32>,
}

/// `WireBytes` of `js-sdk/src/ops.ts`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct WireBytes {
    id: u32,
    length: usize,
}

impl Untaken {
    /// Keeps bytes until they are taken or the run ends.
    pub(crate) fn keep(&self, bytes: Bytes, held: HeldBytes) -> WireBytes {
        let id = self.next.replace(self.next.get().wrapping_add(1));
        let length = bytes.len();
        self.bytes.borrow_mut().insert(id, (bytes, held));
        WireBytes { id, length }
    }

    /// They count for the run no more once they are dropped.
    pub(crate) fn take(&self, id: u32) -> Option<(Bytes, HeldBytes)> {
        self.bytes.borrow_mut().remove(&id)
    }

    /// Lets all of them go.
    pub(crate) fn clear(&self) {
        self.bytes.borrow_mut().clear();
    }
}
