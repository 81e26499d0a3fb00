//! AES. What it makes goes into memory of JavaScript's own, so that it counts as such.

use deno_core::op2;
use deno_error::JsErrorBox;

use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, AeadCore, KeyInit, Nonce, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm};
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, StreamCipher, StreamCipherSeek};

use super::capped;

fn key_length(other: usize) -> JsErrorBox {
    JsErrorBox::range_error(format!("AES keys have 16, 24 or 32 bytes, not {other}"))
}

/// AES-GCM with a nonce of 12 bytes and a tag of 16 at the end of the ciphertext. False where the tag is wrong.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_aes_gcm(
    seal: bool,
    #[buffer] key: &[u8],
    #[buffer] nonce: &[u8],
    #[buffer] data: &[u8],
    #[buffer] associated: &[u8],
    #[buffer] output: &mut [u8],
) -> Result<bool, JsErrorBox> {
    let payload = Payload { msg: capped(data)?, aad: capped(associated)? };
    let answer = match key.len() {
        16 => gcm::<Aes128Gcm>(seal, key, nonce, payload),
        24 => gcm::<AesGcm<Aes192, U12>>(seal, key, nonce, payload),
        32 => gcm::<Aes256Gcm>(seal, key, nonce, payload),
        other => return Err(key_length(other)),
    };
    let Some(answer) = answer else { return Ok(false) };
    if answer.len() != output.len() {
        return Err(JsErrorBox::range_error(format!(
            "{} bytes do not fit into {}",
            answer.len(),
            output.len()
        )));
    }
    output.copy_from_slice(&answer);
    Ok(true)
}

fn gcm<C: Aead + AeadCore + KeyInit>(
    seal: bool,
    key: &[u8],
    nonce: &[u8],
    payload: Payload<'_, '_>,
) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let nonce = <&Nonce<C>>::try_from(nonce).ok()?;
    if seal { cipher.encrypt(nonce, payload).ok() } else { cipher.decrypt(nonce, payload).ok() }
}

/// AES-CBC: how many bytes of `output` were written, or -1 where length or padding is wrong.
#[op2(fast)]
#[smi]
pub(in crate::ops) fn op_onevent_aes_cbc(
    seal: bool,
    padded: bool,
    #[buffer] key: &[u8],
    #[buffer] vector: &[u8],
    #[buffer] data: &[u8],
    #[buffer] output: &mut [u8],
) -> Result<i32, JsErrorBox> {
    let data = capped(data)?;
    let written = match (seal, key.len()) {
        (true, 16) => seal_cbc::<cbc::Encryptor<Aes128>>(padded, key, vector, data, output),
        (true, 24) => seal_cbc::<cbc::Encryptor<Aes192>>(padded, key, vector, data, output),
        (true, 32) => seal_cbc::<cbc::Encryptor<Aes256>>(padded, key, vector, data, output),
        (false, 16) => open_cbc::<cbc::Decryptor<Aes128>>(padded, key, vector, data, output),
        (false, 24) => open_cbc::<cbc::Decryptor<Aes192>>(padded, key, vector, data, output),
        (false, 32) => open_cbc::<cbc::Decryptor<Aes256>>(padded, key, vector, data, output),
        (_, other) => return Err(key_length(other)),
    };
    Ok(written.and_then(|bytes| i32::try_from(bytes).ok()).unwrap_or(-1))
}

fn seal_cbc<C: BlockModeEncrypt + KeyIvInit>(
    padded: bool,
    key: &[u8],
    vector: &[u8],
    data: &[u8],
    output: &mut [u8],
) -> Option<usize> {
    let cipher = C::new_from_slices(key, vector).ok()?;
    let written = if padded {
        cipher.encrypt_padded_b2b::<Pkcs7>(data, output)
    } else {
        cipher.encrypt_padded_b2b::<NoPadding>(data, output)
    };
    written.ok().map(<[u8]>::len)
}

fn open_cbc<C: BlockModeDecrypt + KeyIvInit>(
    padded: bool,
    key: &[u8],
    vector: &[u8],
    data: &[u8],
    output: &mut [u8],
) -> Option<usize> {
    let cipher = C::new_from_slices(key, vector).ok()?;
    let written = if padded {
        cipher.decrypt_padded_b2b::<Pkcs7>(data, output)
    } else {
        cipher.decrypt_padded_b2b::<NoPadding>(data, output)
    };
    written.ok().map(<[u8]>::len)
}

/// AES-CTR of the part of a text that begins at `position`. False where key, counter or length do not fit.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_aes_ctr(
    #[buffer] key: &[u8],
    #[buffer] counter: &[u8],
    #[number] position: u64,
    #[buffer] data: &[u8],
    #[buffer] output: &mut [u8],
) -> Result<bool, JsErrorBox> {
    let data = capped(data)?;
    let done = match key.len() {
        16 => keystream::<ctr::Ctr128BE<Aes128>>(key, counter, position, data, output),
        24 => keystream::<ctr::Ctr128BE<Aes192>>(key, counter, position, data, output),
        32 => keystream::<ctr::Ctr128BE<Aes256>>(key, counter, position, data, output),
        other => return Err(key_length(other)),
    };
    Ok(done.is_some())
}

fn keystream<C: StreamCipher + StreamCipherSeek + KeyIvInit>(
    key: &[u8],
    counter: &[u8],
    position: u64,
    data: &[u8],
    output: &mut [u8],
) -> Option<()> {
    let mut cipher = C::new_from_slices(key, counter).ok()?;
    cipher.try_seek(position).ok()?;
    cipher.try_apply_keystream_b2b(data, output).ok()
}
