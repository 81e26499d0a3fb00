//! Asymmetric keys.
//!
//! JavaScript keeps a key as DER in memory of its own, PKCS#8 of a private key and SPKI of a public one. Each op reads
//! it again, so that nothing native outlives a call.

use deno_core::convert::Uint8Array;
use deno_core::{JsBuffer, OpState, ToJsBuffer, op2};
use deno_error::JsErrorBox;
use onevent_crypto::{CryptoError, KeyEncoding, KeyFacts, KeyKind, PrivateKey, PublicKey};
use serde::Serialize;

use super::thrown;
use crate::before_run::note_random;

/// A key as JavaScript keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReadKey {
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

impl From<KeyFacts> for ReadKey {
    fn from(facts: KeyFacts) -> Self {
        Self {
            private_der: facts.private_der.map(Into::into),
            public_der: facts.public_der.into(),
            kind: facts.kind.as_str(),
            modulus_bits: facts.modulus_bits,
            // At most 33 bits, so a float holds it.
            public_exponent: facts.public_exponent.map(|exponent| exponent as f64),
        }
    }
}

fn malformed() -> JsErrorBox {
    thrown(CryptoError::MalformedKey)
}

/// Reads a key from DER in one of the encodings that JavaScript names.
#[op2]
#[serde]
pub(crate) fn op_onevent_read_key(
    #[string] encoding: &str,
    #[buffer] der: &[u8],
) -> Result<ReadKey, JsErrorBox> {
    let encoding = KeyEncoding::named(encoding).ok_or_else(malformed)?;
    Ok(KeyFacts::read(encoding, der).map_err(thrown)?.into())
}

/// Makes a key of the numbers of a JWK.
#[op2]
#[serde]
pub(crate) fn op_onevent_key_from_parts(
    #[string] kind: &str,
    private: bool,
    #[serde] parts: Vec<JsBuffer>,
) -> Result<ReadKey, JsErrorBox> {
    let kind = KeyKind::named(kind).ok_or_else(malformed)?;
    let parts: Vec<&[u8]> = parts.iter().map(|part| &**part).collect();
    let facts = if private {
        PrivateKey::from_parts(kind, &parts).and_then(|key| KeyFacts::of_private(&key))
    } else {
        PublicKey::from_parts(kind, &parts).and_then(|key| KeyFacts::of_public(&key))
    };
    Ok(facts.map_err(thrown)?.into())
}

/// The numbers of a JWK.
#[op2]
#[serde]
pub(crate) fn op_onevent_key_parts(
    private: bool,
    #[buffer] der: &[u8],
) -> Result<Vec<ToJsBuffer>, JsErrorBox> {
    let parts = if private {
        PrivateKey::from_pkcs8(der).and_then(|key| key.parts())
    } else {
        PublicKey::from_spki(der).map(|key| key.parts())
    };
    Ok(parts.map_err(thrown)?.into_iter().map(Into::into).collect())
}

/// The older encodings: PKCS#1 of RSA, SEC1 of a private key on a curve.
#[op2]
pub(crate) fn op_onevent_traditional_key(
    private: bool,
    #[buffer] der: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let written = if private {
        PrivateKey::from_pkcs8(der).and_then(|key| key.to_traditional())
    } else {
        PublicKey::from_spki(der).and_then(|key| key.to_pkcs1())
    };
    Ok(written.map_err(thrown)?.into())
}

/// A new key on a curve.
#[op2]
#[serde]
pub(crate) fn op_onevent_generate_key(state: &OpState, #[string] kind: &str) -> Result<ReadKey, JsErrorBox> {
    note_random(state);
    let kind = KeyKind::named(kind)
        .ok_or_else(|| thrown(CryptoError::Unsupported(format!("generating a key of the kind {kind}"))))?;
    let facts = PrivateKey::generate(kind).and_then(|key| KeyFacts::of_private(&key));
    Ok(facts.map_err(thrown)?.into())
}
