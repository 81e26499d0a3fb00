//! The bytes of an answer on their way into JavaScript.
//!
//! Memory that Rust gives V8 counts against no budget of the run's, whoever gets hold of it. So an answer only names its bytes, and
//! JavaScript takes them into memory that it has allocated itself, which counts. Until then they count for the root run.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use deno_core::{OpState, op2, v8};
use onevent_contract::HeldBytes;
use serde::Serialize;

use crate::runs::run_of;

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

    fn take(&self, id: u32) -> Option<(Bytes, HeldBytes)> {
        self.bytes.borrow_mut().remove(&id)
    }

    /// Lets all of them go.
    pub(crate) fn clear(&self) {
        self.bytes.borrow_mut().clear();
    }
}

/// Takes the bytes of an answer, once. `into` is as long as they are.
#[op2(fast)]
pub(crate) fn op_onevent_take_bytes(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    id: u32,
    #[buffer] into: &mut [u8],
) {
    let taken = run_of(scope, &state).and_then(|run| run.untaken.take(id));
    if let Some((bytes, _held)) = taken {
        let length = into.len().min(bytes.len());
        into[..length].copy_from_slice(&bytes[..length]);
    }
}
