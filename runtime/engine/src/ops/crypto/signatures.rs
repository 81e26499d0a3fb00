//! Signatures, and encryption with RSA.

use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_error::JsErrorBox;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::signature::{Signer, Verifier};
use rsa::pkcs8::AssociatedOid;
use rsa::traits::PublicKeyParts;
use rsa::{Oaep, Pkcs1v15Sign, Pss};
use sha2::Digest;
use sha2::digest::FixedOutputReset;

use super::keys::{Private, Public, on_curve, unsupported};
use super::{capped, unknown_digest};

/// How a signature is made of a digest, and written.
#[derive(Clone, Copy)]
enum Scheme {
    Pkcs1,
    /// The salt's length: `None` is the longest for signing, and any for verifying.
    Pss(Option<Salt>),
    EcdsaDer,
    /// Two numbers of fixed length, as in a JWT.
    EcdsaFixed,
    Ed25519,
}

#[derive(Clone, Copy)]
enum Salt {
    AsDigest,
    Bytes(usize),
}

impl Scheme {
    fn named(name: &str, salt: i32) -> Result<Self, JsErrorBox> {
        match name {
            "pkcs1" => Ok(Self::Pkcs1),
            "pss" => Ok(Self::Pss(match salt {
                -2 => None,
                -1 => Some(Salt::AsDigest),
                bytes => Some(Salt::Bytes(usize::try_from(bytes).map_err(|_| bad_salt())?)),
            })),
            "ecdsa-der" => Ok(Self::EcdsaDer),
            "ecdsa-fixed" => Ok(Self::EcdsaFixed),
            "ed25519" => Ok(Self::Ed25519),
            other => Err(unsupported(&format!("the signature scheme {other}"))),
        }
    }
}

fn bad_salt() -> JsErrorBox {
    JsErrorBox::range_error("the salt's length does not fit the key and the digest")
}

fn mismatch() -> JsErrorBox {
    JsErrorBox::type_error("the key is of another kind than the signature")
}

fn failed() -> JsErrorBox {
    JsErrorBox::generic("the signature could not be made: the digest does not fit the key")
}

/// Every digest of this module, by the traits that RSA needs.
trait SignedDigest: Digest + FixedOutputReset + AssociatedOid {}
impl<D: Digest + FixedOutputReset + AssociatedOid> SignedDigest for D {}

/// Signs `data` with a key in PKCS#8.
#[op2]
pub(in crate::ops) fn op_onevent_sign(
    #[string] scheme: &str,
    #[string] digest: &str,
    #[smi] salt: i32,
    #[buffer] key: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let (scheme, data) = (Scheme::named(scheme, salt)?, capped(data)?);
    let key = Private::from_pkcs8(key)?;
    if let (Private::Ed25519(key), Scheme::Ed25519) = (&key, scheme) {
        return Ok(key.sign(data).to_bytes().to_vec().into());
    }
    Ok(with_digest!(digest, sign(&key, scheme, data)).ok_or_else(unknown_digest)??.into())
}

fn sign<D: SignedDigest>(key: &Private, scheme: Scheme, data: &[u8]) -> Result<Vec<u8>, JsErrorBox> {
    let hashed = D::digest(data);
    on_curve!(Private, key, key => {
            let key = curve::ecdsa::SigningKey::from(key);
            let signature: curve::ecdsa::Signature = key.sign_prehash(&hashed).map_err(|_| failed())?;
            match scheme {
                Scheme::EcdsaDer => Ok(signature.to_der().as_bytes().to_vec()),
                Scheme::EcdsaFixed => Ok(signature.to_bytes().to_vec()),
                _ => Err(mismatch()),
            }
        },
        Private::Rsa(key) => match scheme {
            Scheme::Pkcs1 => key.sign(Pkcs1v15Sign::new::<D>(), &hashed).map_err(|_| failed()),
            Scheme::Pss(salt) => {
                let most = pss_salt_limit::<D>(key.n().bit_width_vartime())?;
                let bytes = match salt {
                    None => most,
                    Some(Salt::AsDigest) => <D as Digest>::output_size(),
                    Some(Salt::Bytes(bytes)) => bytes,
                };
                if bytes > most {
                    return Err(bad_salt());
                }
                key.sign(Pss::<D>::new_with_salt(bytes), &hashed).map_err(|_| failed())
            }
            _ => Err(mismatch()),
        },
        Private::Ed25519(_) => Err(mismatch()),
    )
}

/// The longest salt that fits beside the digest (RFC 8017, 9.1.1).
fn pss_salt_limit<D: Digest>(modulus_bits: u32) -> Result<usize, JsErrorBox> {
    let encoded = (modulus_bits as usize).saturating_sub(1).div_ceil(8);
    encoded.checked_sub(<D as Digest>::output_size() + 2).ok_or_else(bad_salt)
}

/// Whether `signature` is one of `data`, by a key in SPKI. A signature that cannot even be read is none.
#[op2(fast)]
pub(in crate::ops) fn op_onevent_verify(
    #[string] scheme: &str,
    #[string] digest: &str,
    #[smi] salt: i32,
    #[buffer] key: &[u8],
    #[buffer] data: &[u8],
    #[buffer] signature: &[u8],
) -> Result<bool, JsErrorBox> {
    let (scheme, data) = (Scheme::named(scheme, salt)?, capped(data)?);
    let key = Public::from_spki(key)?;
    if let (Public::Ed25519(key), Scheme::Ed25519) = (&key, scheme) {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        return Ok(signature.is_ok_and(|signature| key.verify(data, &signature).is_ok()));
    }
    with_digest!(digest, verify(&key, scheme, data, signature)).ok_or_else(unknown_digest)?
}

fn verify<D: SignedDigest>(
    key: &Public,
    scheme: Scheme,
    data: &[u8],
    signature: &[u8],
) -> Result<bool, JsErrorBox> {
    let hashed = D::digest(data);
    on_curve!(Public, key, key => {
            let key = curve::ecdsa::VerifyingKey::from(key);
            let signature = match scheme {
                Scheme::EcdsaDer => curve::ecdsa::Signature::from_der(signature),
                Scheme::EcdsaFixed => curve::ecdsa::Signature::from_slice(signature),
                _ => return Err(mismatch()),
            };
            Ok(signature.is_ok_and(|signature| key.verify_prehash(&hashed, &signature).is_ok()))
        },
        Public::Rsa(key) => match scheme {
            Scheme::Pkcs1 => Ok(key.verify(Pkcs1v15Sign::new::<D>(), &hashed, signature).is_ok()),
            Scheme::Pss(salt) => {
                let salt_len = salt.map(|salt| match salt {
                    Salt::AsDigest => <D as Digest>::output_size(),
                    Salt::Bytes(bytes) => bytes,
                });
                let padding = Pss::<D> { blinded: true, digest: D::new(), salt_len };
                Ok(key.verify(padding, &hashed, signature).is_ok())
            }
            _ => Err(mismatch()),
        },
        Public::Ed25519(_) => Err(mismatch()),
    )
}

/// RSA-OAEP, one digest for label and mask: encrypts with a key in SPKI, decrypts with one in PKCS#8.
///
/// The older padding of PKCS#1 v1.5 is missing: who decrypts it tells an attacker too much.
#[op2]
pub(in crate::ops) fn op_onevent_rsa_oaep(
    encrypt: bool,
    #[string] digest: &str,
    #[buffer] key: &[u8],
    #[buffer] label: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let (label, data) = (capped(label)?, capped(data)?);
    let answer = if encrypt {
        let Public::Rsa(key) = Public::from_spki(key)? else { return Err(mismatch()) };
        with_digest!(digest, oaep_encrypt(&key, label, data))
    } else {
        let Private::Rsa(key) = Private::from_pkcs8(key)? else { return Err(mismatch()) };
        with_digest!(digest, oaep_decrypt(&key, label, data))
    };
    let answer = answer.ok_or_else(unknown_digest)?;
    Ok(answer.map_err(|_| JsErrorBox::generic("the text does not fit the key"))?.into())
}

fn oaep_encrypt<D: SignedDigest>(key: &rsa::PublicKey, label: &[u8], data: &[u8]) -> rsa::Result<Vec<u8>> {
    key.encrypt(&mut getrandom::SysRng, Oaep::<D>::new_with_label(label), data)
}

fn oaep_decrypt<D: SignedDigest>(key: &rsa::PrivateKey, label: &[u8], data: &[u8]) -> rsa::Result<Vec<u8>> {
    key.decrypt(Oaep::<D>::new_with_label(label), data)
}
