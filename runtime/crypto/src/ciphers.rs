//! AES. What it makes goes into memory of the caller's, who counts it.

use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, AeadCore, KeyInit, Nonce, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm};
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, StreamCipher, StreamCipherSeek};

use crate::CryptoError;
use crate::limits::capped;

/// In which direction a cipher works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a text to what hides it.
    Encrypt,
    /// Back.
    Decrypt,
}

/// What fills the last block of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// PKCS#7.
    Pkcs7,
    /// Nothing: the text's length is a multiple of a block's.
    None,
}

/// AES-GCM with a nonce of 12 bytes and a tag of 16 at the end of the ciphertext. False where the tag is wrong.
///
/// # Errors
/// The key's length, the input's or the output's.
pub fn aes_gcm(
    direction: Direction,
    key: &[u8],
    nonce: &[u8],
    data: &[u8],
    associated: &[u8],
    output: &mut [u8],
) -> Result<bool, CryptoError> {
    let payload = Payload { msg: capped(data)?, aad: capped(associated)? };
    let answer = match key.len() {
        16 => gcm::<Aes128Gcm>(direction, key, nonce, payload),
        24 => gcm::<AesGcm<Aes192, U12>>(direction, key, nonce, payload),
        32 => gcm::<Aes256Gcm>(direction, key, nonce, payload),
        other => return Err(CryptoError::AesKeyLength(other)),
    };
    let Some(answer) = answer else { return Ok(false) };
    if answer.len() != output.len() {
        return Err(CryptoError::OutputLength { bytes: answer.len(), room: output.len() });
    }
    output.copy_from_slice(&answer);
    Ok(true)
}

fn gcm<C: Aead + AeadCore + KeyInit>(
    direction: Direction,
    key: &[u8],
    nonce: &[u8],
    payload: Payload<'_, '_>,
) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let nonce = <&Nonce<C>>::try_from(nonce).ok()?;
    match direction {
        Direction::Encrypt => cipher.encrypt(nonce, payload).ok(),
        Direction::Decrypt => cipher.decrypt(nonce, payload).ok(),
    }
}

/// AES-CBC: how many bytes of `output` were written, or `None` where length or padding is wrong.
///
/// # Errors
/// The key's length, or the input's.
pub fn aes_cbc(
    direction: Direction,
    padding: Padding,
    key: &[u8],
    vector: &[u8],
    data: &[u8],
    output: &mut [u8],
) -> Result<Option<usize>, CryptoError> {
    let data = capped(data)?;
    Ok(match (direction, key.len()) {
        (Direction::Encrypt, 16) => seal_cbc::<cbc::Encryptor<Aes128>>(padding, key, vector, data, output),
        (Direction::Encrypt, 24) => seal_cbc::<cbc::Encryptor<Aes192>>(padding, key, vector, data, output),
        (Direction::Encrypt, 32) => seal_cbc::<cbc::Encryptor<Aes256>>(padding, key, vector, data, output),
        (Direction::Decrypt, 16) => open_cbc::<cbc::Decryptor<Aes128>>(padding, key, vector, data, output),
        (Direction::Decrypt, 24) => open_cbc::<cbc::Decryptor<Aes192>>(padding, key, vector, data, output),
        (Direction::Decrypt, 32) => open_cbc::<cbc::Decryptor<Aes256>>(padding, key, vector, data, output),
        (_, other) => return Err(CryptoError::AesKeyLength(other)),
    })
}

fn seal_cbc<C: BlockModeEncrypt + KeyIvInit>(
    padding: Padding,
    key: &[u8],
    vector: &[u8],
    data: &[u8],
    output: &mut [u8],
) -> Option<usize> {
    let cipher = C::new_from_slices(key, vector).ok()?;
    let written = match padding {
        Padding::Pkcs7 => cipher.encrypt_padded_b2b::<Pkcs7>(data, output),
        Padding::None => cipher.encrypt_padded_b2b::<NoPadding>(data, output),
    };
    written.ok().map(<[u8]>::len)
}

fn open_cbc<C: BlockModeDecrypt + KeyIvInit>(
    padding: Padding,
    key: &[u8],
    vector: &[u8],
    data: &[u8],
    output: &mut [u8],
) -> Option<usize> {
    let cipher = C::new_from_slices(key, vector).ok()?;
    let written = match padding {
        Padding::Pkcs7 => cipher.decrypt_padded_b2b::<Pkcs7>(data, output),
        Padding::None => cipher.decrypt_padded_b2b::<NoPadding>(data, output),
    };
    written.ok().map(<[u8]>::len)
}

/// AES-CTR of the part of a text that begins at `position`. False where counter or length do not fit.
///
/// # Errors
/// The key's length, or the input's.
pub fn aes_ctr(
    key: &[u8],
    counter: &[u8],
    position: u64,
    data: &[u8],
    output: &mut [u8],
) -> Result<bool, CryptoError> {
    let data = capped(data)?;
    let done = match key.len() {
        16 => keystream::<ctr::Ctr128BE<Aes128>>(key, counter, position, data, output),
        24 => keystream::<ctr::Ctr128BE<Aes192>>(key, counter, position, data, output),
        32 => keystream::<ctr::Ctr128BE<Aes256>>(key, counter, position, data, output),
        other => return Err(CryptoError::AesKeyLength(other)),
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
