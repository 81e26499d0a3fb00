//! What one call may take, in one place. Each keeps a call well under a run's CPU limit.

use crate::CryptoError;

/// What one call hashes, encrypts or compares, in bytes.
pub const MAX_INPUT_BYTES: usize = 32 * 1024 * 1024;
/// What one call fills with random bytes.
pub const MAX_RANDOM_BYTES: usize = 16 * 1024 * 1024;
/// A key, or a certificate that holds one, is no longer than this.
pub const MAX_KEY_BYTES: usize = 64 * 1024;
/// A key that WebCrypto derives is no longer than this: its JavaScript checks it.
pub const MAX_DERIVED_KEY_BYTES: usize = 1024 * 1024;
/// PBKDF2's iterations, times the digests that the derived key is long: about a second of CPU.
pub const MAX_PBKDF2_WORK: u64 = 1_000_000;
/// scrypt's table, `128 * N * r` bytes: outside the memory of the run, and only during the call.
pub const MAX_SCRYPT_BYTES: u64 = 64 * 1024 * 1024;
/// scrypt's `N * r * p`: about a second of CPU.
pub const MAX_SCRYPT_WORK: u64 = 1 << 21;

/// The input of one call, if it is not too long.
pub(crate) fn capped(bytes: &[u8]) -> Result<&[u8], CryptoError> {
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(CryptoError::InputTooLong { bytes: bytes.len(), limit: MAX_INPUT_BYTES });
    }
    Ok(bytes)
}

/// A key, or a part of one, if it is not too long.
pub(crate) fn capped_key(der: &[u8]) -> Result<&[u8], CryptoError> {
    if der.len() > MAX_KEY_BYTES {
        return Err(CryptoError::KeyTooLong { bytes: der.len(), limit: MAX_KEY_BYTES });
    }
    Ok(der)
}
