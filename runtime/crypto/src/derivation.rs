//! Keys from passwords. They go into memory of the caller's, who counts it.

use crate::digests::with_digest;
use crate::limits::{MAX_PBKDF2_WORK, MAX_SCRYPT_BYTES, MAX_SCRYPT_WORK, capped};
use crate::{CryptoError, DigestAlgorithm};

/// PBKDF2 with HMAC, into `key`.
///
/// # Errors
/// It would take too long.
pub fn pbkdf2(
    algorithm: DigestAlgorithm,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    key: &mut [u8],
) -> Result<(), CryptoError> {
    let (password, salt) = (capped(password)?, capped(salt)?);
    let digest_bytes = algorithm.output_bytes().max(1) as u64;
    let blocks = (key.len() as u64).div_ceil(digest_bytes).max(1);
    let work = u64::from(iterations).saturating_mul(blocks);
    if work > MAX_PBKDF2_WORK {
        return Err(CryptoError::Pbkdf2Work { iterations: work, limit: MAX_PBKDF2_WORK });
    }
    with_digest!(algorithm, D => ::pbkdf2::pbkdf2_hmac::<D>(password, salt, iterations, key));
    Ok(())
}

/// scrypt, into `key`. `cost` is the logarithm of N.
///
/// # Errors
/// It would take too long or too much memory, or the parameters are none.
pub fn scrypt(
    password: &[u8],
    salt: &[u8],
    cost: u8,
    block_size: u32,
    parallelization: u32,
    key: &mut [u8],
) -> Result<(), CryptoError> {
    let (password, salt) = (capped(password)?, capped(salt)?);
    let blocks = 1_u64.checked_shl(u32::from(cost)).unwrap_or(u64::MAX).saturating_mul(block_size.into());
    let (bytes, work) = (blocks.saturating_mul(128), blocks.saturating_mul(parallelization.into()));
    if bytes > MAX_SCRYPT_BYTES || work > MAX_SCRYPT_WORK {
        let (max_bytes, max_work) = (MAX_SCRYPT_BYTES, MAX_SCRYPT_WORK);
        return Err(CryptoError::ScryptWork { bytes, work, max_bytes, max_work });
    }
    let params = ::scrypt::Params::new(cost, block_size, parallelization)
        .map_err(|_| CryptoError::ScryptParameters)?;
    ::scrypt::scrypt(password, salt, &params, key).map_err(|_| CryptoError::ScryptParameters)
}
