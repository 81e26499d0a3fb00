//! How JavaScript takes the bytes of an answer.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};

use crate::runs::run_of;

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
