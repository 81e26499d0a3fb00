//! Asymmetric keys: from the encodings in which authors have them, and back.

mod curve;
mod kind;
mod malformed;
mod parts;
mod private;
mod public;
#[cfg(test)]
mod tests;

use rsa::traits::PublicKeyParts;

pub(crate) use self::curve::on_curve;
pub use self::kind::KeyKind;
pub use self::private::PrivateKey;
pub use self::public::PublicKey;
use crate::CryptoError;

/// How a key is written, in DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEncoding {
    /// A private key of any kind.
    Pkcs8,
    /// A private key of RSA.
    Pkcs1Private,
    /// A private key on a curve.
    Sec1,
    /// A public key of any kind.
    Spki,
    /// A public key of RSA.
    Pkcs1Public,
    /// The public key inside an X.509 certificate.
    Certificate,
}

impl KeyEncoding {
    /// The encoding of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "pkcs8" => Some(Self::Pkcs8),
            "pkcs1-private" => Some(Self::Pkcs1Private),
            "sec1" => Some(Self::Sec1),
            "spki" => Some(Self::Spki),
            "pkcs1-public" => Some(Self::Pkcs1Public),
            "certificate" => Some(Self::Certificate),
            _ => None,
        }
    }
}

/// A key as its holder keeps it: in one encoding of each half, and with what can be asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// PKCS#8; `None` of a public key.
    pub private_der: Option<Vec<u8>>,
    /// SPKI.
    pub public_der: Vec<u8>,
    /// What kind of key it is.
    pub kind: KeyKind,
    /// Of RSA.
    pub modulus_bits: Option<u32>,
    /// Of RSA; it has at most 33 bits.
    pub public_exponent: Option<u64>,
}

impl KeyFacts {
    /// Reads a key from DER.
    ///
    /// # Errors
    /// It cannot be read, or is of a kind that is missing here.
    pub fn read(encoding: KeyEncoding, der: &[u8]) -> Result<Self, CryptoError> {
        match encoding {
            KeyEncoding::Pkcs8 => Self::of_private(&PrivateKey::from_pkcs8(der)?),
            KeyEncoding::Pkcs1Private => Self::of_private(&PrivateKey::from_pkcs1(der)?),
            KeyEncoding::Sec1 => Self::of_private(&PrivateKey::from_sec1(der)?),
            KeyEncoding::Spki => Self::of_public(&PublicKey::from_spki(der)?),
            KeyEncoding::Pkcs1Public => Self::of_public(&PublicKey::from_pkcs1(der)?),
            KeyEncoding::Certificate => Self::of_public(&PublicKey::from_certificate(der)?),
        }
    }

    /// Of a private key.
    ///
    /// # Errors
    /// None that is known.
    pub fn of_private(key: &PrivateKey) -> Result<Self, CryptoError> {
        Ok(Self { private_der: Some(key.to_pkcs8()?), ..Self::of_public(&key.public())? })
    }

    /// Of a public key.
    ///
    /// # Errors
    /// None that is known.
    pub fn of_public(key: &PublicKey) -> Result<Self, CryptoError> {
        let (modulus_bits, public_exponent) = match key {
            PublicKey::Rsa(key) => {
                let exponent = key.e_bytes().iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
                (Some(key.n().bit_width_vartime()), Some(exponent))
            }
            PublicKey::P256(_) | PublicKey::P384(_) | PublicKey::P521(_) | PublicKey::Ed25519(_) => {
                (None, None)
            }
        };
        let public_der = key.to_spki()?;
        Ok(Self { private_der: None, public_der, kind: key.kind(), modulus_bits, public_exponent })
    }
}
