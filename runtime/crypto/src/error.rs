//! Why a primitive refuses.

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
    #[error("{bytes} bytes in one call; {limit} are the limit")]
    InputTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// More random bytes than one call gives.
    #[error("{bytes} random bytes in one call; {limit} are the limit")]
    TooManyRandomBytes {
        /// How many were asked for.
        bytes: usize,
        /// How many there are.
        limit: usize,
    },
    /// A key that is longer than any real one.
    #[error("a key of {bytes} bytes; {limit} are the limit")]
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
    #[error("{iterations} PBKDF2 iterations for {blocks} blocks; {limit} in all are the limit")]
    Pbkdf2Work {
        /// Iterations of each block.
        iterations: u32,
        /// Blocks of the derived key.
        blocks: u64,
        /// The most iterations of all blocks.
        limit: u64,
    },
    /// scrypt that would take too long, or too much memory.
    #[error(
        "scrypt with 128 * N * r = {bytes} and N * r * p = {work}; {max_bytes} and {max_work} are the limits"
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
