//! Public keys: from the encodings in which authors have them, and back.

use p256::elliptic_curve::ALGORITHM_OID as EC_OID;
use p256::elliptic_curve::sec1::ToSec1Point;
use rsa::BoxedUint;
use rsa::pkcs1::{ALGORITHM_OID as RSA_OID, DecodeRsaPublicKey, EncodeRsaPublicKey};
use rsa::pkcs8::der::{Decode, Encode};
use rsa::pkcs8::{AssociatedOid, EncodePublicKey, SubjectPublicKeyInfoRef};
use rsa::traits::PublicKeyParts;
use x509_cert::certificate::{CertificateInner, Raw};

use super::curve::on_curve;
use super::kind::KeyKind;
use super::malformed::{other_curve, other_kind, read};
use super::parts::{bits_of, point, trimmed};
use crate::CryptoError;
use crate::limits::capped_key;

/// A public key, read.
#[derive(Debug)]
pub enum PublicKey {
    /// RSA
    Rsa(rsa::PublicKey),
    /// P-256
    P256(p256::PublicKey),
    /// P-384
    P384(p384::PublicKey),
    /// P-521
    P521(p521::PublicKey),
    /// Ed25519
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// A key in SPKI.
    ///
    /// # Errors
    /// It cannot be read, or is of a kind that is missing here.
    pub fn from_spki(der: &[u8]) -> Result<Self, CryptoError> {
        let info = read(SubjectPublicKeyInfoRef::from_der(capped_key(der)?))?;
        match info.algorithm.oid {
            oid if oid == RSA_OID => Ok(Self::Rsa(read(info.try_into())?)),
            oid if oid == EC_OID => match read(info.algorithm.parameters_oid())? {
                curve if curve == p256::NistP256::OID => Ok(Self::P256(read(info.try_into())?)),
                curve if curve == p384::NistP384::OID => Ok(Self::P384(read(info.try_into())?)),
                curve if curve == p521::NistP521::OID => Ok(Self::P521(read(info.try_into())?)),
                curve => Err(other_curve(curve)),
            },
            oid if oid == ed25519_dalek::pkcs8::ALGORITHM_OID => Ok(Self::Ed25519(read(info.try_into())?)),
            oid => Err(other_kind(oid)),
        }
    }

    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        Ok(Self::Rsa(read(rsa::PublicKey::from_pkcs1_der(capped_key(der)?))?))
    }

    /// The key of an X.509 certificate. Whether anybody should trust it is not looked at.
    pub(super) fn from_certificate(der: &[u8]) -> Result<Self, CryptoError> {
        let certificate = read(CertificateInner::<Raw>::from_der(capped_key(der)?))?;
        let info = certificate.tbs_certificate().subject_public_key_info();
        Self::from_spki(&read(info.to_der())?)
    }

    /// From the parts of a JWK: `n e` of RSA, `x y` of a curve, `x` of Ed25519.
    ///
    /// # Errors
    /// They make no key.
    pub fn from_parts(kind: KeyKind, parts: &[&[u8]]) -> Result<Self, CryptoError> {
        match (kind, parts) {
            (KeyKind::Rsa, [n, e]) => {
                let modulus = read(BoxedUint::from_be_slice(trimmed(n), bits_of(n)?))?;
                let exponent = read(BoxedUint::from_be_slice(trimmed(e), bits_of(e)?))?;
                Ok(Self::Rsa(read(rsa::PublicKey::new(modulus, exponent))?))
            }
            (KeyKind::P256, [x, y]) => {
                Ok(Self::P256(read(p256::PublicKey::from_sec1_bytes(&point(x, y, 32)?))?))
            }
            (KeyKind::P384, [x, y]) => {
                Ok(Self::P384(read(p384::PublicKey::from_sec1_bytes(&point(x, y, 48)?))?))
            }
            (KeyKind::P521, [x, y]) => {
                Ok(Self::P521(read(p521::PublicKey::from_sec1_bytes(&point(x, y, 66)?))?))
            }
            (KeyKind::Ed25519, [x]) => Ok(Self::Ed25519(read(ed25519_dalek::VerifyingKey::try_from(*x))?)),
            _ => Err(CryptoError::MalformedKey),
        }
    }

    /// As SPKI.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_spki(&self) -> Result<Vec<u8>, CryptoError> {
        let document = on_curve!(Self, self, key => key.to_public_key_der(),
            Self::Rsa(key) => key.to_public_key_der(),
            Self::Ed25519(key) => key.to_public_key_der(),
        );
        Ok(read(document)?.as_bytes().to_vec())
    }

    /// PKCS#1 of RSA.
    ///
    /// # Errors
    /// There is no such form of other keys.
    pub fn to_pkcs1(&self) -> Result<Vec<u8>, CryptoError> {
        let Self::Rsa(key) = self else { return Err(CryptoError::MalformedKey) };
        Ok(read(key.to_pkcs1_der())?.as_bytes().to_vec())
    }

    /// As [`from_parts`](Self::from_parts) takes them.
    #[must_use]
    pub fn parts(&self) -> Vec<Vec<u8>> {
        on_curve!(Self, self, key => {
                let point = key.to_sec1_point(false);
                let coordinates = [point.x(), point.y()];
                coordinates.into_iter().flatten().map(|number| number.to_vec()).collect()
            },
            Self::Rsa(key) => vec![key.n_bytes().into_vec(), key.e_bytes().into_vec()],
            Self::Ed25519(key) => vec![key.to_bytes().to_vec()],
        )
    }

    /// What kind of key it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa(_) => KeyKind::Rsa,
            Self::P256(_) => KeyKind::P256,
            Self::P384(_) => KeyKind::P384,
            Self::P521(_) => KeyKind::P521,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }
}
