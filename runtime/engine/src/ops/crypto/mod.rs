//! The primitives behind `node:crypto` and `crypto.subtle`: bytes in, bytes out, no state.
//!
//! JavaScript cannot be stopped inside an op, so each has a cap that keeps one call well under a run's CPU limit. An RSA
//! key has at most 8,192 bits (`rsa::PublicKey::MAX_SIZE`) and a public exponent of 33, which bounds what it can cost.

use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_error::JsErrorBox;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use subtle::ConstantTimeEq;

/// What one call hashes, encrypts or compares, in bytes.
const MAX_INPUT_BYTES: usize = 32 * 1024 * 1024;
/// What one call fills with random bytes.
const MAX_RANDOM_BYTES: usize = 16 * 1024 * 1024;
/// PBKDF2's iterations, times the digests that the derived key is long: about a second of CPU.
const MAX_PBKDF2_WORK: u64 = 1_000_000;
/// scrypt's table, `128 * N * r` bytes: outside the memory of the run, and only during the call.
const MAX_SCRYPT_BYTES: u64 = 64 * 1024 * 1024;
/// scrypt's `N * r * p`: about a second of CPU.
const MAX_SCRYPT_WORK: u64 = 1 << 21;

/// Calls `$then` with the digest of that name as a type, or answers `None`.
macro_rules! with_digest {
    ($name:expr, $then:ident ( $($argument:expr),* )) => {
        match $name {
            "md5" => Some($then::<md5::Md5>($($argument),*)),
            "sha1" => Some($then::<sha1::Sha1>($($argument),*)),
            "sha224" => Some($then::<sha2::Sha224>($($argument),*)),
            "sha256" => Some($then::<sha2::Sha256>($($argument),*)),
            "sha384" => Some($then::<sha2::Sha384>($($argument),*)),
            "sha512" => Some($then::<sha2::Sha512>($($argument),*)),
            "sha512-224" => Some($then::<sha2::Sha512_224>($($argument),*)),
            "sha512-256" => Some($then::<sha2::Sha512_256>($($argument),*)),
            _ => None,
        }
    };
}

// After the macro that they use.
pub(super) mod ciphers;
pub(super) mod keys;
pub(super) mod signatures;

fn capped(bytes: &[u8]) -> Result<&[u8], JsErrorBox> {
    if bytes.len() > MAX_INPUT_BYTES {
        let message = format!("{} bytes in one call; {MAX_INPUT_BYTES} are the limit", bytes.len());
        return Err(JsErrorBox::range_error(message));
    }
    Ok(bytes)
}

fn unknown_digest() -> JsErrorBox {
    JsErrorBox::type_error("unknown digest")
}

/// The digest of `data`. JavaScript has already turned aliases into the names above.
#[op2]
pub(in crate::ops) fn op_onevent_digest(
    #[string] algorithm: &str,
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    fn digest<D: Digest>(data: &[u8]) -> Vec<u8> {
        D::digest(data).to_vec()
    }
    let data = capped(data)?;
    Ok(with_digest!(algorithm, digest(data)).ok_or_else(unknown_digest)?.into())
}

/// The HMAC of `data` under `key`.
#[op2]
pub(in crate::ops) fn op_onevent_hmac(
    #[string] algorithm: &str,
    #[buffer] key: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let (key, data) = (capped(key)?, capped(data)?);
    let code = match algorithm {
        "md5" => mac::<Hmac<Md5>>(key, data),
        "sha1" => mac::<Hmac<Sha1>>(key, data),
        "sha224" => mac::<Hmac<Sha224>>(key, data),
        "sha256" => mac::<Hmac<Sha256>>(key, data),
        "sha384" => mac::<Hmac<Sha384>>(key, data),
        "sha512" => mac::<Hmac<Sha512>>(key, data),
        "sha512-224" => mac::<Hmac<Sha512_224>>(key, data),
        "sha512-256" => mac::<Hmac<Sha512_256>>(key, data),
        _ => None,
    };
    Ok(code.ok_or_else(unknown_digest)?.into())
}

fn mac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    // An HMAC takes keys of every length.
    let mut code = <M as KeyInit>::new_from_slice(key).ok()?;
    code.update(data);
    Some(code.finalize().into_bytes().to_vec())
}

/// Fills `bytes` from the operating system's generator.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_random(#[buffer] bytes: &mut [u8]) -> Result<(), JsErrorBox> {
    if bytes.len() > MAX_RANDOM_BYTES {
        let message = format!("{} random bytes in one call; {MAX_RANDOM_BYTES} are the limit", bytes.len());
        return Err(JsErrorBox::range_error(message));
    }
    getrandom::fill(bytes).map_err(|error| JsErrorBox::generic(format!("no random bytes: {error}")))
}

/// Whether both are equal, in a time that depends on their length only.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_equal(#[buffer] one: &[u8], #[buffer] other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// PBKDF2 with HMAC, into `key`: memory of JavaScript's own, so that it counts as such.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_pbkdf2(
    #[string] algorithm: &str,
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    #[smi] iterations: u32,
    #[buffer] key: &mut [u8],
) -> Result<(), JsErrorBox> {
    let (password, salt) = (capped(password)?, capped(salt)?);
    let digest_bytes = with_digest!(algorithm, output_bytes()).ok_or_else(unknown_digest)?;
    let blocks = (key.len() as u64).div_ceil(digest_bytes.max(1)).max(1);
    if u64::from(iterations).saturating_mul(blocks) > MAX_PBKDF2_WORK {
        let message = format!(
            "{iterations} PBKDF2 iterations for {blocks} blocks; {MAX_PBKDF2_WORK} in all are the limit"
        );
        return Err(JsErrorBox::range_error(message));
    }
    match algorithm {
        "md5" => pbkdf2::pbkdf2_hmac::<Md5>(password, salt, iterations, key),
        "sha1" => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, iterations, key),
        "sha224" => pbkdf2::pbkdf2_hmac::<Sha224>(password, salt, iterations, key),
        "sha256" => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, key),
        "sha384" => pbkdf2::pbkdf2_hmac::<Sha384>(password, salt, iterations, key),
        "sha512" => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, iterations, key),
        "sha512-224" => pbkdf2::pbkdf2_hmac::<Sha512_224>(password, salt, iterations, key),
        "sha512-256" => pbkdf2::pbkdf2_hmac::<Sha512_256>(password, salt, iterations, key),
        _ => return Err(unknown_digest()),
    }
    Ok(())
}

fn output_bytes<D: Digest>() -> u64 {
    <D as Digest>::output_size() as u64
}

/// scrypt, into `key`: memory of JavaScript's own, so that it counts as such. `cost` is the logarithm of N.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_scrypt(
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    #[smi] cost: u8,
    #[smi] block_size: u32,
    #[smi] parallelization: u32,
    #[buffer] key: &mut [u8],
) -> Result<(), JsErrorBox> {
    let (password, salt) = (capped(password)?, capped(salt)?);
    let blocks = 1_u64.checked_shl(u32::from(cost)).unwrap_or(u64::MAX).saturating_mul(block_size.into());
    let work = blocks.saturating_mul(parallelization.into());
    if blocks.saturating_mul(128) > MAX_SCRYPT_BYTES || work > MAX_SCRYPT_WORK {
        return Err(JsErrorBox::range_error(format!(
            "scrypt with 128 * N * r = {} and N * r * p = {work}; {MAX_SCRYPT_BYTES} and {MAX_SCRYPT_WORK} are the limits",
            blocks.saturating_mul(128),
        )));
    }
    let invalid = || JsErrorBox::range_error("these are no parameters of scrypt");
    let params = scrypt::Params::new(cost, block_size, parallelization).map_err(|_| invalid())?;
    scrypt::scrypt(password, salt, &params, key).map_err(|_| invalid())
}
