//! Signatures.

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::signature::{Signer, Verifier};
use rsa::pkcs8::AssociatedOid;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss};
use sha2::Digest;
use sha2::digest::FixedOutputReset;

use crate::digests::with_digest;
use crate::keys::on_curve;
use crate::limits::capped;
use crate::{CryptoError, DigestAlgorithm, PrivateKey, PublicKey};

/// How a signature is made of a digest, and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureScheme {
    /// RSA with the padding of PKCS#1 v1.5.
    Pkcs1,
    /// RSA with PSS.
    Pss(SaltLength),
    /// ECDSA in DER.
    EcdsaDer,
    /// ECDSA as two numbers of fixed length, as in a JWT.
    EcdsaFixed,
    /// Ed25519
    Ed25519,
}

/// The length of PSS's salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaltLength {
    /// The longest for signing, and any for verifying.
    Longest,
    /// The digest's.
    AsDigest,
    /// So many bytes.
    Bytes(usize),
}

/// Every digest, by the traits that RSA needs.
pub(crate) trait SignedDigest: Digest + FixedOutputReset + AssociatedOid {}
impl<D: Digest + FixedOutputReset + AssociatedOid> SignedDigest for D {}

/// Signs `data` with a key in PKCS#8. `digest` is a name of [`DigestAlgorithm`]; Ed25519 needs none.
///
/// # Errors
/// The key cannot be read or does not fit, or there is no such digest.
pub fn sign(scheme: SignatureScheme, digest: &str, key: &[u8], data: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let data = capped(data)?;
    let key = PrivateKey::from_pkcs8(key)?;
    if let (PrivateKey::Ed25519(key), SignatureScheme::Ed25519) = (&key, scheme) {
        return Ok(key.sign(data).to_bytes().to_vec());
    }
    with_digest!(DigestAlgorithm::named(digest)?, D => sign_digest::<D>(&key, scheme, data))
}

fn sign_digest<D: SignedDigest>(
    key: &PrivateKey,
    scheme: SignatureScheme,
    data: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let hashed = D::digest(data);
    on_curve!(PrivateKey, key, key => {
            let key = curve::ecdsa::SigningKey::from(key);
            let signature: curve::ecdsa::Signature = key.sign_prehash(&hashed).map_err(|_| CryptoError::DigestDoesNotFit)?;
            match scheme {
                SignatureScheme::EcdsaDer => Ok(signature.to_der().as_bytes().to_vec()),
                SignatureScheme::EcdsaFixed => Ok(signature.to_bytes().to_vec()),
                _ => Err(CryptoError::KeyMismatch),
            }
        },
        PrivateKey::Rsa(key) => match scheme {
            SignatureScheme::Pkcs1 => key.sign(Pkcs1v15Sign::new::<D>(), &hashed).map_err(|_| CryptoError::DigestDoesNotFit),
            SignatureScheme::Pss(salt) => {
                let most = pss_salt_limit::<D>(key.n().bit_width_vartime())?;
                let bytes = match salt {
                    SaltLength::Longest => most,
                    SaltLength::AsDigest => <D as Digest>::output_size(),
                    SaltLength::Bytes(bytes) => bytes,
                };
                if bytes > most {
                    return Err(CryptoError::SaltLength);
                }
                key.sign(Pss::<D>::new_with_salt(bytes), &hashed).map_err(|_| CryptoError::DigestDoesNotFit)
            }
            _ => Err(CryptoError::KeyMismatch),
        },
        PrivateKey::Ed25519(_) => Err(CryptoError::KeyMismatch),
    )
}

/// The longest salt that fits beside the digest (RFC 8017, 9.1.1).
fn pss_salt_limit<D: Digest>(modulus_bits: u32) -> Result<usize, CryptoError> {
    let encoded = (modulus_bits as usize).saturating_sub(1).div_ceil(8);
    encoded.checked_sub(<D as Digest>::output_size() + 2).ok_or(CryptoError::SaltLength)
}

/// Whether `signature` is one of `data`, by a key in SPKI. A signature that cannot even be read is none.
///
/// # Errors
/// The key cannot be read or does not fit, or there is no such digest.
pub fn verify(
    scheme: SignatureScheme,
    digest: &str,
    key: &[u8],
    data: &[u8],
    signature: &[u8],
) -> Result<bool, CryptoError> {
    let data = capped(data)?;
    let key = PublicKey::from_spki(key)?;
    if let (PublicKey::Ed25519(key), SignatureScheme::Ed25519) = (&key, scheme) {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        return Ok(signature.is_ok_and(|signature| key.verify(data, &signature).is_ok()));
    }
    with_digest!(DigestAlgorithm::named(digest)?, D => verify_digest::<D>(&key, scheme, data, signature))
}

fn verify_digest<D: SignedDigest>(
    key: &PublicKey,
    scheme: SignatureScheme,
    data: &[u8],
    signature: &[u8],
) -> Result<bool, CryptoError> {
    let hashed = D::digest(data);
    on_curve!(PublicKey, key, key => {
            let key = curve::ecdsa::VerifyingKey::from(key);
            let signature = match scheme {
                SignatureScheme::EcdsaDer => curve::ecdsa::Signature::from_der(signature),
                SignatureScheme::EcdsaFixed => curve::ecdsa::Signature::from_slice(signature),
                _ => return Err(CryptoError::KeyMismatch),
            };
            Ok(signature.is_ok_and(|signature| key.verify_prehash(&hashed, &signature).is_ok()))
        },
        PublicKey::Rsa(key) => match scheme {
            SignatureScheme::Pkcs1 => Ok(key.verify(Pkcs1v15Sign::new::<D>(), &hashed, signature).is_ok()),
            SignatureScheme::Pss(salt) => {
                let salt_len = match salt {
                    SaltLength::Longest => None,
                    SaltLength::AsDigest => Some(<D as Digest>::output_size()),
                    SaltLength::Bytes(bytes) => Some(bytes),
                };
                let padding = Pss::<D> { blinded: true, digest: D::new(), salt_len };
                Ok(key.verify(padding, &hashed, signature).is_ok())
            }
            _ => Err(CryptoError::KeyMismatch),
        },
        PublicKey::Ed25519(_) => Err(CryptoError::KeyMismatch),
    )
}
