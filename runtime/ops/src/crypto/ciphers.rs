//! AES. What it makes goes into memory of JavaScript's own, so that it counts as such.

use deno_core::op2;
use deno_error::JsErrorBox;
use onevent_crypto::{Direction, Padding};

use super::thrown;

fn direction(seal: bool) -> Direction {
    if seal { Direction::Encrypt } else { Direction::Decrypt }
}

/// AES-GCM with a nonce of 12 bytes and a tag of 16 at the end of the ciphertext. False where the tag is wrong.
#[op2(fast)]
pub(crate) fn op_onevent_aes_gcm(
    seal: bool,
    #[buffer] key: &[u8],
    #[buffer] nonce: &[u8],
    #[buffer] data: &[u8],
    #[buffer] associated: &[u8],
    #[buffer] output: &mut [u8],
) -> Result<bool, JsErrorBox> {
    onevent_crypto::aes_gcm(direction(seal), key, nonce, data, associated, output).map_err(thrown)
}

/// AES-CBC: how many bytes of `output` were written, or -1 where length or padding is wrong.
#[op2(fast)]
#[smi]
pub(crate) fn op_onevent_aes_cbc(
    seal: bool,
    padded: bool,
    #[buffer] key: &[u8],
    #[buffer] vector: &[u8],
    #[buffer] data: &[u8],
    #[buffer] output: &mut [u8],
) -> Result<i32, JsErrorBox> {
    let padding = if padded { Padding::Pkcs7 } else { Padding::None };
    let written =
        onevent_crypto::aes_cbc(direction(seal), padding, key, vector, data, output).map_err(thrown)?;
    Ok(written.and_then(|bytes| i32::try_from(bytes).ok()).unwrap_or(-1))
}

/// AES-CTR of the part of a text that begins at `position`. False where counter or length do not fit.
#[op2(fast)]
pub(crate) fn op_onevent_aes_ctr(
    #[buffer] key: &[u8],
    #[buffer] counter: &[u8],
    #[number] position: u64,
    #[buffer] data: &[u8],
    #[buffer] output: &mut [u8],
) -> Result<bool, JsErrorBox> {
    onevent_crypto::aes_ctr(key, counter, position, data, output).map_err(thrown)
}
