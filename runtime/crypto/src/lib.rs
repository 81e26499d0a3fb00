//! The primitives behind `node:crypto` and `crypto.subtle`: bytes in, bytes out, no state.
//!
//! JavaScript cannot be stopped inside a call, so each has a cap that keeps it well under a run's CPU limit
//! (`limits.rs`). An RSA key has at most 8,192 bits (`rsa::PublicKey::MAX_SIZE`) and a public exponent of 33, which
//! bounds what it can cost.
#![forbid(unsafe_code)]

mod ciphers;
mod derivation;
mod digests;
mod error;
mod keys;
pub mod limits;
mod oaep;
mod signatures;

pub use ciphers::{Direction, Padding, aes_cbc, aes_ctr, aes_gcm};
pub use derivation::{pbkdf2, scrypt};
pub use digests::{DigestAlgorithm, digest, equal, fill_random, hmac};
pub use error::CryptoError;
pub use keys::{KeyEncoding, KeyFacts, KeyKind, PrivateKey, PublicKey};
pub use oaep::{rsa_oaep_decrypt, rsa_oaep_encrypt};
pub use signatures::{SaltLength, SignatureScheme, sign, verify};
