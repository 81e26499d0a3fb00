//! Digests, HMAC, random bytes, and a comparison that tells nothing by its time.

use ::hmac::{Hmac, KeyInit, Mac};
use sha2::Digest;
use subtle::ConstantTimeEq;

use crate::CryptoError;
use crate::limits::{MAX_RANDOM_BYTES, capped};

/// A digest that functions can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// `md5`
    Md5,
    /// `sha1`
    Sha1,
    /// `sha224`
    Sha224,
    /// `sha256`
    Sha256,
    /// `sha384`
    Sha384,
    /// `sha512`
    Sha512,
    /// `sha512-224`
    Sha512_224,
    /// `sha512-256`
    Sha512_256,
}

impl DigestAlgorithm {
    /// The digest of that name: OpenSSL's, in small letters.
    ///
    /// # Errors
    /// [`CryptoError::UnknownDigest`]
    pub fn named(name: &str) -> Result<Self, CryptoError> {
        match name {
            "md5" => Ok(Self::Md5),
            "sha1" => Ok(Self::Sha1),
            "sha224" => Ok(Self::Sha224),
            "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            "sha512-224" => Ok(Self::Sha512_224),
            "sha512-256" => Ok(Self::Sha512_256),
            _ => Err(CryptoError::UnknownDigest),
        }
    }

    /// How long its digests are.
    pub(crate) fn output_bytes(self) -> usize {
        with_digest!(self, D => <D as Digest>::output_size())
    }
}

/// Evaluates `$then` with the type of a digest as `$digest`.
macro_rules! with_digest {
    ($algorithm:expr, $digest:ident => $then:expr) => {
        match $algorithm {
            $crate::DigestAlgorithm::Md5 => {
                type $digest = md5::Md5;
                $then
            }
            $crate::DigestAlgorithm::Sha1 => {
                type $digest = sha1::Sha1;
                $then
            }
            $crate::DigestAlgorithm::Sha224 => {
                type $digest = sha2::Sha224;
                $then
            }
            $crate::DigestAlgorithm::Sha256 => {
                type $digest = sha2::Sha256;
                $then
            }
            $crate::DigestAlgorithm::Sha384 => {
                type $digest = sha2::Sha384;
                $then
            }
            $crate::DigestAlgorithm::Sha512 => {
                type $digest = sha2::Sha512;
                $then
            }
            $crate::DigestAlgorithm::Sha512_224 => {
                type $digest = sha2::Sha512_224;
                $then
            }
            $crate::DigestAlgorithm::Sha512_256 => {
                type $digest = sha2::Sha512_256;
                $then
            }
        }
    };
}
pub(crate) use with_digest;

/// The digest of `data`.
///
/// # Errors
/// It is too long.
pub fn digest(algorithm: DigestAlgorithm, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let data = capped(data)?;
    Ok(with_digest!(algorithm, D => D::digest(data).to_vec()))
}

/// The HMAC of `data` under `key`.
///
/// # Errors
/// One of them is too long.
pub fn hmac(algorithm: DigestAlgorithm, key: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let (key, data) = (capped(key)?, capped(data)?);
    // An HMAC takes keys of every length.
    with_digest!(algorithm, D => mac::<Hmac<D>>(key, data)).ok_or(CryptoError::MalformedKey)
}

fn mac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut code = <M as KeyInit>::new_from_slice(key).ok()?;
    code.update(data);
    Some(code.finalize().into_bytes().to_vec())
}

/// Fills `bytes` from the operating system's generator.
///
/// # Errors
/// There are too many, or the system has none.
pub fn fill_random(bytes: &mut [u8]) -> Result<(), CryptoError> {
    if bytes.len() > MAX_RANDOM_BYTES {
        return Err(CryptoError::TooManyRandomBytes { bytes: bytes.len(), limit: MAX_RANDOM_BYTES });
    }
    getrandom::fill(bytes).map_err(|error| CryptoError::NoRandomBytes(error.to_string()))
}

/// Whether both are equal, in a time that depends on their length only.
#[must_use]
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}
