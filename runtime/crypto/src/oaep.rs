//! Encryption with RSA: OAEP, with one digest for label and mask.
//!
//! The older padding of PKCS#1 v1.5 is missing: who decrypts it tells an attacker too much.

use rsa::Oaep;

use crate::digests::with_digest;
use crate::limits::capped;
use crate::{CryptoError, DigestAlgorithm, PrivateKey, PublicKey};

/// Encrypts with a key in SPKI.
///
/// # Errors
/// The key cannot be read, is not of RSA, or is too short for the text.
pub fn rsa_oaep_encrypt(
    digest: DigestAlgorithm,
    key: &[u8],
    label: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (label, text) = (capped(label)?, capped(text)?);
    let PublicKey::Rsa(key) = PublicKey::from_spki(key)? else { return Err(CryptoError::KeyMismatch) };
    let encrypted = with_digest!(digest, D => {
        key.encrypt(&mut getrandom::SysRng, Oaep::<D>::new_with_label(label), text)
    });
    encrypted.map_err(|_| CryptoError::TextDoesNotFit)
}

/// Decrypts with a key in PKCS#8.
///
/// # Errors
/// The key cannot be read, is not of RSA, or is not the one that the text was encrypted for.
pub fn rsa_oaep_decrypt(
    digest: DigestAlgorithm,
    key: &[u8],
    label: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (label, text) = (capped(label)?, capped(text)?);
    let PrivateKey::Rsa(key) = PrivateKey::from_pkcs8(key)? else { return Err(CryptoError::KeyMismatch) };
    let decrypted = with_digest!(digest, D => key.decrypt(Oaep::<D>::new_with_label(label), text));
    decrypted.map_err(|_| CryptoError::TextDoesNotFit)
}
