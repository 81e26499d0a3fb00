//! Private keys: from the encodings in which authors have them, and back.

use ed25519_dalek::pkcs8::KeypairBytes;
use p256::elliptic_curve::{ALGORITHM_OID as EC_OID, Generate};
use rsa::BoxedUint;
use rsa::pkcs1::{ALGORITHM_OID as RSA_OID, DecodeRsaPrivateKey, EncodeRsaPrivateKey, RsaPrivateKeyRef};
use rsa::pkcs8::der::Decode;
use rsa::pkcs8::{AssociatedOid, EncodePrivateKey, PrivateKeyInfoRef};

use super::curve::on_curve;
use super::kind::KeyKind;
use super::malformed::{other_curve, other_kind, read};
use super::parts::{bits_of, trimmed};
use crate::limits::capped_key;
use crate::{CryptoError, PublicKey};

/// A private key, read.
pub enum PrivateKey {
    /// RSA
    Rsa(Box<rsa::PrivateKey>),
    /// P-256
    P256(p256::SecretKey),
    /// P-384
    P384(p384::SecretKey),
    /// P-521
    P521(p521::SecretKey),
    /// Ed25519
    Ed25519(ed25519_dalek::SigningKey),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({})", self.public().kind().as_str())
    }
}

impl PrivateKey {
    /// A key in PKCS#8.
    ///
    /// # Errors
    /// It cannot be read, or is of a kind that is missing here.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let info = read(PrivateKeyInfoRef::from_der(capped_key(der)?))?;
        match info.algorithm.oid {
            oid if oid == RSA_OID => Ok(Self::Rsa(Box::new(read(rsa::PrivateKey::try_from(info))?))),
            oid if oid == EC_OID => match read(info.algorithm.parameters_oid())? {
                curve if curve == p256::NistP256::OID => Ok(Self::P256(read(info.try_into())?)),
                curve if curve == p384::NistP384::OID => Ok(Self::P384(read(info.try_into())?)),
                curve if curve == p521::NistP521::OID => Ok(Self::P521(read(info.try_into())?)),
                curve => Err(other_curve(curve)),
            },
            oid if oid == ed25519_dalek::pkcs8::ALGORITHM_OID => {
                let pair = read(KeypairBytes::try_from(info))?;
                Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&pair.secret_key)))
            }
            oid => Err(other_kind(oid)),
        }
    }

    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        Ok(Self::Rsa(Box::new(read(rsa::PrivateKey::from_pkcs1_der(capped_key(der)?))?)))
    }

    pub(super) fn from_sec1(der: &[u8]) -> Result<Self, CryptoError> {
        let der = capped_key(der)?;
        let key = read(sec1::EcPrivateKey::from_der(der))?;
        match key
            .parameters
            .and_then(|parameters| parameters.named_curve())
            .ok_or(CryptoError::MalformedKey)?
        {
            curve if curve == p256::NistP256::OID => Ok(Self::P256(read(key.try_into())?)),
            curve if curve == p384::NistP384::OID => Ok(Self::P384(read(key.try_into())?)),
            curve if curve == p521::NistP521::OID => Ok(Self::P521(read(key.try_into())?)),
            curve => Err(other_curve(curve)),
        }
    }

    /// From the parts of a JWK: `n e d p q` of RSA, `x y d` of a curve, `x d` of Ed25519.
    ///
    /// # Errors
    /// They make no key, or its public half belongs to another one.
    pub fn from_parts(kind: KeyKind, parts: &[&[u8]]) -> Result<Self, CryptoError> {
        let key = match (kind, parts) {
            (KeyKind::Rsa, [n, e, d, p, q]) => {
                let precision = bits_of(n)?;
                let number = |bytes: &[u8]| read(BoxedUint::from_be_slice(trimmed(bytes), precision));
                let exponent = read(BoxedUint::from_be_slice(trimmed(e), bits_of(e)?))?;
                let primes = vec![number(p)?, number(q)?];
                let key = rsa::PrivateKey::from_components(number(n)?, exponent, number(d)?, primes);
                Self::Rsa(Box::new(read(key)?))
            }
            (KeyKind::P256, [_, _, d]) => Self::P256(read(p256::SecretKey::from_slice(d))?),
            (KeyKind::P384, [_, _, d]) => Self::P384(read(p384::SecretKey::from_slice(d))?),
            (KeyKind::P521, [_, _, d]) => Self::P521(read(p521::SecretKey::from_slice(d))?),
            (KeyKind::Ed25519, [_, d]) => {
                let secret = read(<[u8; 32]>::try_from(*d))?;
                Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret))
            }
            _ => return Err(CryptoError::MalformedKey),
        };
        // The public half must be the one that belongs to it. (Of RSA that has been checked.)
        let public = key.public();
        if !matches!(key, Self::Rsa(_)) {
            let given = PublicKey::from_parts(kind, parts.get(..parts.len() - 1).unwrap_or_default())?;
            if public.to_spki()? != given.to_spki()? {
                return Err(CryptoError::MalformedKey);
            }
        }
        Ok(key)
    }

    /// A new key. RSA is missing: how long the search for its primes takes is a matter of luck, and nothing can stop
    /// it.
    ///
    /// # Errors
    /// The kind is RSA, or the system has no random bytes.
    pub fn generate(kind: KeyKind) -> Result<Self, CryptoError> {
        let failed = |error: getrandom::Error| CryptoError::NoRandomBytes(error.to_string());
        let mut system = getrandom::SysRng;
        match kind {
            KeyKind::P256 => {
                Ok(Self::P256(p256::SecretKey::try_generate_from_rng(&mut system).map_err(failed)?))
            }
            KeyKind::P384 => {
                Ok(Self::P384(p384::SecretKey::try_generate_from_rng(&mut system).map_err(failed)?))
            }
            KeyKind::P521 => {
                Ok(Self::P521(p521::SecretKey::try_generate_from_rng(&mut system).map_err(failed)?))
            }
            KeyKind::Ed25519 => {
                let mut secret = [0; 32];
                getrandom::fill(&mut secret).map_err(failed)?;
                Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)))
            }
            KeyKind::Rsa => Err(CryptoError::Unsupported("generating a key of the kind rsa".to_owned())),
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Rsa(key) => PublicKey::Rsa(key.to_public_key()),
            Self::P256(key) => PublicKey::P256(key.public_key()),
            Self::P384(key) => PublicKey::P384(key.public_key()),
            Self::P521(key) => PublicKey::P521(key.public_key()),
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key()),
        }
    }

    /// As PKCS#8.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, CryptoError> {
        let document = on_curve!(Self, self, key => key.to_pkcs8_der(),
            Self::Rsa(key) => key.to_pkcs8_der(),
            // As OpenSSL writes it: without the public half.
            Self::Ed25519(key) => KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_der(),
        );
        Ok(read(document)?.as_bytes().to_vec())
    }

    /// PKCS#1 of RSA, SEC1 of a curve.
    ///
    /// # Errors
    /// There is no such form of an Ed25519 key.
    pub fn to_traditional(&self) -> Result<Vec<u8>, CryptoError> {
        on_curve!(Self, self, key => Ok(read(key.to_sec1_der())?.to_vec()),
            Self::Rsa(key) => Ok(read(key.to_pkcs1_der())?.as_bytes().to_vec()),
            Self::Ed25519(_) => Err(CryptoError::MalformedKey),
        )
    }

    /// As [`from_parts`](Self::from_parts) takes them; of RSA also `dp dq qi`.
    ///
    /// # Errors
    /// None that is known.
    pub fn parts(&self) -> Result<Vec<Vec<u8>>, CryptoError> {
        let with_secret = |secret: Vec<u8>| {
            let mut parts = self.public().parts();
            parts.push(secret);
            Ok(parts)
        };
        on_curve!(Self, self, key => with_secret(key.to_bytes().to_vec()),
            Self::Ed25519(key) => with_secret(key.to_bytes().to_vec()),
            Self::Rsa(key) => {
                let der = read(key.to_pkcs1_der())?;
                let fields = read(RsaPrivateKeyRef::from_der(der.as_bytes()))?;
                let numbers = [
                    fields.modulus,
                    fields.public_exponent,
                    fields.private_exponent,
                    fields.prime1,
                    fields.prime2,
                    fields.exponent1,
                    fields.exponent2,
                    fields.coefficient,
                ];
                Ok(numbers.iter().map(|number| number.as_bytes().to_vec()).collect())
            }
        )
    }
}
