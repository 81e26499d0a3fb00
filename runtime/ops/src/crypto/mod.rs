//! `node:crypto` and `crypto.subtle`: each op hands bytes to [`onevent_crypto`], and its answer to JavaScript.

pub(crate) mod ciphers;
pub(crate) mod keys;
pub(crate) mod signatures;

use deno_core::convert::Uint8Array;
use deno_core::{OpState, op2};
use deno_error::JsErrorBox;
use onevent_crypto::{CryptoError, DigestAlgorithm};

use crate::before_run::note_random;

/// The error that JavaScript gets.
fn thrown(error: CryptoError) -> JsErrorBox {
    let message = error.to_string();
    match error {
        CryptoError::UnknownDigest | CryptoError::MalformedKey | CryptoError::KeyMismatch => {
            JsErrorBox::type_error(message)
        }
        CryptoError::InputTooLong { .. }
        | CryptoError::TooManyRandomBytes { .. }
        | CryptoError::KeyTooLong { .. }
        | CryptoError::AesKeyLength(_)
        | CryptoError::OutputLength { .. }
        | CryptoError::Pbkdf2Work { .. }
        | CryptoError::ScryptWork { .. }
        | CryptoError::ScryptParameters
        | CryptoError::SaltLength => JsErrorBox::range_error(message),
        CryptoError::Unsupported(_)
        | CryptoError::NoRandomBytes(_)
        | CryptoError::DigestDoesNotFit
        | CryptoError::TextDoesNotFit => JsErrorBox::generic(message),
    }
}

/// The digest of that name. JavaScript has already turned aliases into ours.
fn digest_named(name: &str) -> Result<DigestAlgorithm, JsErrorBox> {
    DigestAlgorithm::named(name).map_err(thrown)
}

/// The digest of `data`.
#[op2]
pub(crate) fn op_onevent_digest(
    #[string] algorithm: &str,
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    Ok(onevent_crypto::digest(digest_named(algorithm)?, data).map_err(thrown)?.into())
}

/// The HMAC of `data` under `key`.
#[op2]
pub(crate) fn op_onevent_hmac(
    #[string] algorithm: &str,
    #[buffer] key: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    Ok(onevent_crypto::hmac(digest_named(algorithm)?, key, data).map_err(thrown)?.into())
}

/// Fills `bytes` from the operating system's generator.
#[op2(fast)]
pub(crate) fn op_onevent_random(state: &OpState, #[buffer] bytes: &mut [u8]) -> Result<(), JsErrorBox> {
    note_random(state);
    onevent_crypto::fill_random(bytes).map_err(thrown)
}

/// Whether both are equal, in a time that depends on their length only.
#[op2(fast)]
pub(crate) fn op_onevent_equal(#[buffer] one: &[u8], #[buffer] other: &[u8]) -> bool {
    onevent_crypto::equal(one, other)
}

/// PBKDF2 with HMAC, into `key`: memory of JavaScript's own, so that it counts as such.
#[op2(fast)]
pub(crate) fn op_onevent_pbkdf2(
    #[string] algorithm: &str,
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    #[smi] iterations: u32,
    #[buffer] key: &mut [u8],
) -> Result<(), JsErrorBox> {
    onevent_crypto::pbkdf2(digest_named(algorithm)?, password, salt, iterations, key).map_err(thrown)
}

/// scrypt, into `key`: memory of JavaScript's own, so that it counts as such. `cost` is the logarithm of N.
#[op2(fast)]
pub(crate) fn op_onevent_scrypt(
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    #[smi] cost: u8,
    #[smi] block_size: u32,
    #[smi] parallelization: u32,
    #[buffer] key: &mut [u8],
) -> Result<(), JsErrorBox> {
    onevent_crypto::scrypt(password, salt, cost, block_size, parallelization, key).map_err(thrown)
}
