//! Asymmetric keys: from the encodings in which authors have them, and back.
//!
//! JavaScript keeps a key as DER in memory of its own, PKCS#8 of a private key and SPKI of a public one. Each op reads
//! it again, so that nothing native outlives a call.

use deno_core::convert::Uint8Array;
use deno_core::{JsBuffer, ToJsBuffer, op2};
use deno_error::JsErrorBox;
use ed25519_dalek::pkcs8::KeypairBytes;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::elliptic_curve::{ALGORITHM_OID as EC_OID, Generate};
use rsa::BoxedUint;
use rsa::pkcs1::{
    ALGORITHM_OID as RSA_OID, DecodeRsaPrivateKey, DecodeRsaPublicKey, EncodeRsaPrivateKey,
    EncodeRsaPublicKey, RsaPrivateKeyRef,
};
use rsa::pkcs8::der::asn1::AnyRef;
use rsa::pkcs8::der::{Decode, Encode, SliceReader, Tagged};
use rsa::pkcs8::{
    AssociatedOid, EncodePrivateKey, EncodePublicKey, ObjectIdentifier, PrivateKeyInfoRef,
    SubjectPublicKeyInfoRef,
};
use rsa::traits::PublicKeyParts;
use serde::Serialize;

/// A key, or a certificate that holds one, is no longer than this.
const MAX_KEY_BYTES: usize = 64 * 1024;

/// A private key, read.
pub(super) enum Private {
    Rsa(Box<rsa::PrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
    Ed25519(ed25519_dalek::SigningKey),
}

/// A public key, read.
pub(super) enum Public {
    Rsa(rsa::PublicKey),
    P256(p256::PublicKey),
    P384(p384::PublicKey),
    P521(p521::PublicKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

pub(super) fn malformed() -> JsErrorBox {
    JsErrorBox::type_error("the key cannot be read")
}

pub(super) fn unsupported(what: &str) -> JsErrorBox {
    JsErrorBox::generic(format!("{what} is not available in onevent"))
}

fn read<T, E>(result: Result<T, E>) -> Result<T, JsErrorBox> {
    result.map_err(|_| malformed())
}

fn capped(der: &[u8]) -> Result<&[u8], JsErrorBox> {
    if der.len() > MAX_KEY_BYTES {
        let message = format!("a key of {} bytes; {MAX_KEY_BYTES} are the limit", der.len());
        return Err(JsErrorBox::range_error(message));
    }
    Ok(der)
}

/// Evaluates `$then` with the crate of the key's curve as `curve`; keys of other kinds take the arms behind it.
macro_rules! on_curve {
    ($owner:ident, $value:expr, $key:ident => $then:expr, $($pattern:pat => $other:expr),+ $(,)?) => {
        match $value {
            $owner::P256($key) => {
                #[allow(unused_imports, reason = "not every use names the curve")]
                use p256 as curve;
                $then
            }
            $owner::P384($key) => {
                #[allow(unused_imports, reason = "not every use names the curve")]
                use p384 as curve;
                $then
            }
            $owner::P521($key) => {
                #[allow(unused_imports, reason = "not every use names the curve")]
                use p521 as curve;
                $then
            }
            $($pattern => $other,)+
        }
    };
}
pub(super) use on_curve;

impl Private {
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, JsErrorBox> {
        let info = read(PrivateKeyInfoRef::from_der(capped(der)?))?;
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

    fn from_pkcs1(der: &[u8]) -> Result<Self, JsErrorBox> {
        Ok(Self::Rsa(Box::new(read(rsa::PrivateKey::from_pkcs1_der(capped(der)?))?)))
    }

    fn from_sec1(der: &[u8]) -> Result<Self, JsErrorBox> {
        let der = capped(der)?;
        let key = read(sec1::EcPrivateKey::from_der(der))?;
        match key.parameters.and_then(|parameters| parameters.named_curve()).ok_or_else(malformed)? {
            curve if curve == p256::NistP256::OID => Ok(Self::P256(read(key.try_into())?)),
            curve if curve == p384::NistP384::OID => Ok(Self::P384(read(key.try_into())?)),
            curve if curve == p521::NistP521::OID => Ok(Self::P521(read(key.try_into())?)),
            curve => Err(other_curve(curve)),
        }
    }

    /// The parts of a JWK: `n e d p q` of RSA, `x y d` of a curve, `x d` of Ed25519.
    fn from_parts(kind: &str, parts: &[JsBuffer]) -> Result<Self, JsErrorBox> {
        let key = match (kind, parts) {
            ("rsa", [n, e, d, p, q]) => {
                let precision = bits_of(n)?;
                let number = |bytes: &JsBuffer| read(BoxedUint::from_be_slice(trimmed(bytes), precision));
                let exponent = read(BoxedUint::from_be_slice(trimmed(e), bits_of(e)?))?;
                let primes = vec![number(p)?, number(q)?];
                let key = rsa::PrivateKey::from_components(number(n)?, exponent, number(d)?, primes);
                Self::Rsa(Box::new(read(key)?))
            }
            ("P-256", [_, _, d]) => Self::P256(read(p256::SecretKey::from_slice(d))?),
            ("P-384", [_, _, d]) => Self::P384(read(p384::SecretKey::from_slice(d))?),
            ("P-521", [_, _, d]) => Self::P521(read(p521::SecretKey::from_slice(d))?),
            ("ed25519", [_, d]) => {
                let secret = read(<[u8; 32]>::try_from(&**d))?;
                Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret))
            }
            _ => return Err(malformed()),
        };
        // The public half must be the one that belongs to it. (Of RSA that has been checked.)
        let public = key.public();
        if !matches!(key, Self::Rsa(_)) {
            let given = Public::from_parts(kind, parts.get(..parts.len() - 1).unwrap_or_default())?;
            if public.to_spki()? != given.to_spki()? {
                return Err(malformed());
            }
        }
        Ok(key)
    }

    fn generate(kind: &str) -> Result<Self, JsErrorBox> {
        let failed = |error| JsErrorBox::generic(format!("no random bytes: {error}"));
        let mut system = getrandom::SysRng;
        match kind {
            "P-256" => Ok(Self::P256(p256::SecretKey::try_generate_from_rng(&mut system).map_err(failed)?)),
            "P-384" => Ok(Self::P384(p384::SecretKey::try_generate_from_rng(&mut system).map_err(failed)?)),
            "P-521" => Ok(Self::P521(p521::SecretKey::try_generate_from_rng(&mut system).map_err(failed)?)),
            "ed25519" => {
                let mut secret = [0; 32];
                getrandom::fill(&mut secret).map_err(failed)?;
                Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)))
            }
            other => Err(unsupported(&format!("generating a key of the kind {other}"))),
        }
    }

    fn public(&self) -> Public {
        match self {
            Self::Rsa(key) => Public::Rsa(key.to_public_key()),
            Self::P256(key) => Public::P256(key.public_key()),
            Self::P384(key) => Public::P384(key.public_key()),
            Self::P521(key) => Public::P521(key.public_key()),
            Self::Ed25519(key) => Public::Ed25519(key.verifying_key()),
        }
    }

    fn to_pkcs8(&self) -> Result<Vec<u8>, JsErrorBox> {
        let document = on_curve!(Self, self, key => key.to_pkcs8_der(),
            Self::Rsa(key) => key.to_pkcs8_der(),
            // As OpenSSL writes it: without the public half.
            Self::Ed25519(key) => KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_der(),
        );
        Ok(read(document)?.as_bytes().to_vec())
    }

    /// PKCS#1 of RSA, SEC1 of a curve.
    fn to_traditional(&self) -> Result<Vec<u8>, JsErrorBox> {
        on_curve!(Self, self, key => Ok(read(key.to_sec1_der())?.to_vec()),
            Self::Rsa(key) => Ok(read(key.to_pkcs1_der())?.as_bytes().to_vec()),
            Self::Ed25519(_) => Err(malformed()),
        )
    }

    /// As `from_parts` takes them; of RSA also `dp dq qi`.
    fn parts(&self) -> Result<Vec<Vec<u8>>, JsErrorBox> {
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

impl Public {
    pub(super) fn from_spki(der: &[u8]) -> Result<Self, JsErrorBox> {
        let info = read(SubjectPublicKeyInfoRef::from_der(capped(der)?))?;
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

    fn from_pkcs1(der: &[u8]) -> Result<Self, JsErrorBox> {
        Ok(Self::Rsa(read(rsa::PublicKey::from_pkcs1_der(capped(der)?))?))
    }

    /// The key of an X.509 certificate. Nothing else in it is looked at.
    fn from_certificate(der: &[u8]) -> Result<Self, JsErrorBox> {
        let certificate = read(AnyRef::from_der(capped(der)?))?;
        let signed = read(AnyRef::decode(&mut read(SliceReader::new(certificate.value()))?))?;
        let mut fields = read(SliceReader::new(signed.value()))?;
        let mut next = || read(AnyRef::decode(&mut fields));
        // The version may be missing; then come serial number, algorithm, issuer, validity and subject.
        let first = next()?;
        let before_key = if first.tag().is_context_specific() { 5 } else { 4 };
        for _ in 0..before_key {
            next()?;
        }
        Self::from_spki(&read(next()?.to_der())?)
    }

    /// The parts of a JWK: `n e` of RSA, `x y` of a curve, `x` of Ed25519.
    fn from_parts(kind: &str, parts: &[JsBuffer]) -> Result<Self, JsErrorBox> {
        match (kind, parts) {
            ("rsa", [n, e]) => {
                let modulus = read(BoxedUint::from_be_slice(trimmed(n), bits_of(n)?))?;
                let exponent = read(BoxedUint::from_be_slice(trimmed(e), bits_of(e)?))?;
                Ok(Self::Rsa(read(rsa::PublicKey::new(modulus, exponent))?))
            }
            ("P-256", [x, y]) => Ok(Self::P256(read(p256::PublicKey::from_sec1_bytes(&point(x, y, 32)?))?)),
            ("P-384", [x, y]) => Ok(Self::P384(read(p384::PublicKey::from_sec1_bytes(&point(x, y, 48)?))?)),
            ("P-521", [x, y]) => Ok(Self::P521(read(p521::PublicKey::from_sec1_bytes(&point(x, y, 66)?))?)),
            ("ed25519", [x]) => Ok(Self::Ed25519(read(ed25519_dalek::VerifyingKey::try_from(&**x))?)),
            _ => Err(malformed()),
        }
    }

    fn to_spki(&self) -> Result<Vec<u8>, JsErrorBox> {
        let document = on_curve!(Self, self, key => key.to_public_key_der(),
            Self::Rsa(key) => key.to_public_key_der(),
            Self::Ed25519(key) => key.to_public_key_der(),
        );
        Ok(read(document)?.as_bytes().to_vec())
    }

    fn to_pkcs1(&self) -> Result<Vec<u8>, JsErrorBox> {
        let Self::Rsa(key) = self else { return Err(malformed()) };
        Ok(read(key.to_pkcs1_der())?.as_bytes().to_vec())
    }

    fn parts(&self) -> Vec<Vec<u8>> {
        on_curve!(Self, self, key => {
                let point = key.to_sec1_point(false);
                let coordinates = [point.x(), point.y()];
                coordinates.into_iter().flatten().map(|number| number.to_vec()).collect()
            },
            Self::Rsa(key) => vec![key.n_bytes().into_vec(), key.e_bytes().into_vec()],
            Self::Ed25519(key) => vec![key.to_bytes().to_vec()],
        )
    }
}

fn other_curve(oid: ObjectIdentifier) -> JsErrorBox {
    unsupported(&format!("a key on the curve {oid}"))
}

fn other_kind(oid: ObjectIdentifier) -> JsErrorBox {
    unsupported(&format!("a key of the kind {oid}"))
}

fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// How many bits a number of a JWK needs, in whole bytes.
fn bits_of(number: &[u8]) -> Result<u32, JsErrorBox> {
    let bytes = trimmed(capped(number)?).len();
    u32::try_from(bytes * 8).map_err(|_| malformed())
}

fn point(x: &[u8], y: &[u8], size: usize) -> Result<Vec<u8>, JsErrorBox> {
    if x.len() != size || y.len() != size {
        return Err(malformed());
    }
    Ok([&[4], x, y].concat())
}

/// A key as JavaScript keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadKey {
    /// PKCS#8; null of a public key.
    private_der: Option<ToJsBuffer>,
    /// SPKI.
    public_der: ToJsBuffer,
    /// `rsa`, `P-256`, `P-384`, `P-521` or `ed25519`.
    kind: &'static str,
    /// Of RSA.
    modulus_bits: Option<u32>,
    public_exponent: Option<f64>,
}

impl ReadKey {
    fn new(private: Option<&Private>, public: &Public) -> Result<Self, JsErrorBox> {
        let kind = match public {
            Public::Rsa(_) => "rsa",
            Public::P256(_) => "P-256",
            Public::P384(_) => "P-384",
            Public::P521(_) => "P-521",
            Public::Ed25519(_) => "ed25519",
        };
        let (modulus_bits, public_exponent) = match public {
            // An exponent has at most 33 bits, so a float holds it.
            Public::Rsa(key) => {
                let exponent = key.e_bytes().iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte));
                (Some(key.n().bit_width_vartime()), Some(exponent))
            }
            _ => (None, None),
        };
        Ok(Self {
            private_der: private.map(Private::to_pkcs8).transpose()?.map(Into::into),
            public_der: public.to_spki()?.into(),
            kind,
            modulus_bits,
            public_exponent,
        })
    }

    fn of_private(key: &Private) -> Result<Self, JsErrorBox> {
        Self::new(Some(key), &key.public())
    }
}

/// Reads a key from DER in one of the encodings that JavaScript names.
#[op2]
#[serde]
pub(in crate::ops) fn op_onevent_read_key(
    #[string] encoding: &str,
    #[buffer] der: &[u8],
) -> Result<ReadKey, JsErrorBox> {
    match encoding {
        "pkcs8" => ReadKey::of_private(&Private::from_pkcs8(der)?),
        "pkcs1-private" => ReadKey::of_private(&Private::from_pkcs1(der)?),
        "sec1" => ReadKey::of_private(&Private::from_sec1(der)?),
        "spki" => ReadKey::new(None, &Public::from_spki(der)?),
        "pkcs1-public" => ReadKey::new(None, &Public::from_pkcs1(der)?),
        "certificate" => ReadKey::new(None, &Public::from_certificate(der)?),
        _ => Err(malformed()),
    }
}

/// Makes a key of the numbers of a JWK.
#[op2]
#[serde]
pub(in crate::ops) fn op_onevent_key_from_parts(
    #[string] kind: &str,
    private: bool,
    #[serde] parts: Vec<JsBuffer>,
) -> Result<ReadKey, JsErrorBox> {
    if private {
        return ReadKey::of_private(&Private::from_parts(kind, &parts)?);
    }
    ReadKey::new(None, &Public::from_parts(kind, &parts)?)
}

/// The numbers of a JWK.
#[op2]
#[serde]
pub(in crate::ops) fn op_onevent_key_parts(
    private: bool,
    #[buffer] der: &[u8],
) -> Result<Vec<ToJsBuffer>, JsErrorBox> {
    let parts = if private { Private::from_pkcs8(der)?.parts()? } else { Public::from_spki(der)?.parts() };
    Ok(parts.into_iter().map(Into::into).collect())
}

/// The older encodings: PKCS#1 of RSA, SEC1 of a private key on a curve.
#[op2]
pub(in crate::ops) fn op_onevent_traditional_key(
    private: bool,
    #[buffer] der: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let written = if private {
        Private::from_pkcs8(der)?.to_traditional()?
    } else {
        Public::from_spki(der)?.to_pkcs1()?
    };
    Ok(written.into())
}

/// A new key on a curve. RSA is missing: how long the search for its primes takes is a matter of luck, and nothing can
/// stop it.
#[op2]
#[serde]
pub(in crate::ops) fn op_onevent_generate_key(#[string] kind: &str) -> Result<ReadKey, JsErrorBox> {
    ReadKey::of_private(&Private::generate(kind)?)
}
