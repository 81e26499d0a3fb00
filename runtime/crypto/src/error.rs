//! Why a primitive refuses.

use onevent_contract::limit_met;
use thiserror::Error;

/// Why a primitive refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// There is no digest of that name here.
    #[error("unknown digest")]
    UnknownDigest,
    /// The key is none, or none in this encoding.
    #[error("the key cannot be read")]
    MalformedKey,
    /// A key of one kind and a scheme for another.
    #[error("the key is of another kind than the signature")]
    KeyMismatch,
    /// More input than one call takes.
    #[error("too many bytes in one call ({})", limit_met("crypto_input_bytes", limit, bytes))]
    InputTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// More random bytes than one call gives.
    #[error("too many random bytes in one call ({})", limit_met("crypto_random_bytes", limit, bytes))]
    TooManyRandomBytes {
        /// How many were asked for.
        bytes: usize,
        /// How many there are.
        limit: usize,
    },
    /// A key that is longer than any real one.
    #[error("the key is too long ({})", limit_met("crypto_key_bytes", limit, bytes))]
    KeyTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// No key of AES has that length.
    #[error("AES keys have 16, 24 or 32 bytes, not {0}")]
    AesKeyLength(usize),
    /// The output is not as long as what has to go there.
    #[error("{bytes} bytes do not fit into {room}")]
    OutputLength {
        /// How long the result is.
        bytes: usize,
        /// How long the output is.
        room: usize,
    },
    /// PBKDF2 that would take too long.
    #[error("too many iterations of PBKDF2 ({})", limit_met("pbkdf2_iterations", limit, iterations))]
    Pbkdf2Work {
        /// Iterations of all blocks of the derived key.
        iterations: u64,
        /// The most.
        limit: u64,
    },
    /// scrypt that would take too long, or too much memory.
    #[error(
        "scrypt would take too much ({}; {})",
        limit_met("scrypt_bytes", max_bytes, bytes),
        limit_met("scrypt_work", max_work, work)
    )]
    ScryptWork {
        /// Its table.
        bytes: u64,
        /// What it takes.
        work: u64,
        /// The largest table.
        max_bytes: u64,
        /// The most that it may take.
        max_work: u64,
    },
    /// No parameters of scrypt.
    #[error("these are no parameters of scrypt")]
    ScryptParameters,
    /// A salt of PSS that is too long, or of no length.
    #[error("the salt's length does not fit the key and the digest")]
    SaltLength,
    /// Something that other implementations have.
    #[error("{0} is not available in onevent")]
    Unsupported(String),
    /// The operating system has none.
    #[error("no random bytes: {0}")]
    NoRandomBytes(String),
    /// A digest that is too long for the key.
    #[error("the signature could not be made: the digest does not fit the key")]
    DigestDoesNotFit,
    /// A text that is too long for the key, or was encrypted for another one.
    #[error("the text does not fit the key")]
    TextDoesNotFit,
}
