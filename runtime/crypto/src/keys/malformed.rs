//! What is wrong with a key that cannot be read.

use rsa::pkcs8::ObjectIdentifier;

use crate::CryptoError;

pub(super) fn read<T, E>(result: Result<T, E>) -> Result<T, CryptoError> {
    result.map_err(|_| CryptoError::MalformedKey)
}

pub(super) fn other_curve(oid: ObjectIdentifier) -> CryptoError {
    CryptoError::Unsupported(format!("a key on the curve {oid}"))
}

pub(super) fn other_kind(oid: ObjectIdentifier) -> CryptoError {
    CryptoError::Unsupported(format!("a key of the kind {oid}"))
}
