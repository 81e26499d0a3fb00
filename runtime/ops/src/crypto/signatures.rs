//! Signatures, and encryption with RSA.

use deno_core::convert::Uint8Array;
use deno_core::{OpState, op2};
use deno_error::JsErrorBox;
use onevent_crypto::{CryptoError, SaltLength, SignatureScheme};

use super::{digest_named, thrown};
use crate::before_run::note_random;

/// A scheme by its name in JavaScript. The salt's length is that of PSS, with OpenSSL's numbers for the special ones.
fn scheme_named(name: &str, salt: i32) -> Result<SignatureScheme, JsErrorBox> {
    match name {
        "pkcs1" => Ok(SignatureScheme::Pkcs1),
        "pss" => Ok(SignatureScheme::Pss(match salt {
            -2 => SaltLength::Longest,
            -1 => SaltLength::AsDigest,
            bytes => SaltLength::Bytes(usize::try_from(bytes).map_err(|_| thrown(CryptoError::SaltLength))?),
        })),
        "ecdsa-der" => Ok(SignatureScheme::EcdsaDer),
        "ecdsa-fixed" => Ok(SignatureScheme::EcdsaFixed),
        "ed25519" => Ok(SignatureScheme::Ed25519),
        other => Err(thrown(CryptoError::Unsupported(format!("the signature scheme {other}")))),
    }
}

/// Signs `data` with a key in PKCS#8.
#[op2]
pub(crate) fn op_onevent_sign(
    state: &OpState,
    #[string] scheme: &str,
    #[string] digest: &str,
    #[smi] salt: i32,
    #[buffer] key: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    note_random(state);
    let scheme = scheme_named(scheme, salt)?;
    Ok(onevent_crypto::sign(scheme, digest, key, data).map_err(thrown)?.into())
}

/// Whether `signature` is one of `data`, by a key in SPKI. A signature that cannot even be read is none.
#[op2(fast)]
pub(crate) fn op_onevent_verify(
    #[string] scheme: &str,
    #[string] digest: &str,
    #[smi] salt: i32,
    #[buffer] key: &[u8],
    #[buffer] data: &[u8],
    #[buffer] signature: &[u8],
) -> Result<bool, JsErrorBox> {
    let scheme = scheme_named(scheme, salt)?;
    onevent_crypto::verify(scheme, digest, key, data, signature).map_err(thrown)
}

/// RSA-OAEP: encrypts with a key in SPKI, decrypts with one in PKCS#8.
#[op2]
pub(crate) fn op_onevent_rsa_oaep(
    state: &OpState,
    encrypt: bool,
    #[string] digest: &str,
    #[buffer] key: &[u8],
    #[buffer] label: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    note_random(state);
    let digest = digest_named(digest)?;
    let answer = if encrypt {
        onevent_crypto::rsa_oaep_encrypt(digest, key, label, data)
    } else {
        onevent_crypto::rsa_oaep_decrypt(digest, key, label, data)
    };
    Ok(answer.map_err(thrown)?.into())
}
