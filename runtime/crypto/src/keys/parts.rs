//! The numbers of a JWK.

use crate::CryptoError;
use crate::limits::capped_key;

pub(super) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// How many bits a number needs, in whole bytes.
pub(super) fn bits_of(number: &[u8]) -> Result<u32, CryptoError> {
    let bytes = trimmed(capped_key(number)?).len();
    u32::try_from(bytes * 8).map_err(|_| CryptoError::MalformedKey)
}

/// An uncompressed point in SEC1's form.
pub(super) fn point(x: &[u8], y: &[u8], size: usize) -> Result<Vec<u8>, CryptoError> {
    if x.len() != size || y.len() != size {
        return Err(CryptoError::MalformedKey);
    }
    Ok([&[4], x, y].concat())
}
