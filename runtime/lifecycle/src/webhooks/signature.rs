//! How webhooks are signed, so that the app knows who sent them: Nango's headers.

use hmac::{Hmac, KeyInit, Mac};
use onevent_contract::Secret;
use sha2::{Digest, Sha256};

/// The header of the signature: HMAC-SHA256 of the body with the signing key, in hexadecimal.
pub const HMAC_HEADER: &str = "X-Nango-Hmac-Sha256";
/// The header of the older one: SHA-256 of the signing key and the body, in hexadecimal. It can be extended by whoever
/// sees it, so new code should not rely on it; it is sent because older code does.
pub const LEGACY_SIGNATURE_HEADER: &str = "X-Nango-Signature";

/// The signatures of one body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// The value of [`HMAC_HEADER`].
    pub hmac: String,
    /// The value of [`LEGACY_SIGNATURE_HEADER`].
    pub legacy: String,
}

impl Signatures {
    /// Signs a body. `None` only if no key of this length could be used, and every length can.
    #[must_use]
    pub fn of(body: &[u8], key: &Secret) -> Option<Self> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).ok()?;
        mac.update(body);
        let legacy = Sha256::new().chain_update(key.reveal().as_bytes()).chain_update(body).finalize();
        Some(Self { hmac: hex::encode(mac.finalize().into_bytes()), legacy: hex::encode(legacy) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn the_hmac_is_that_of_the_standard() {
        let signed = Signatures::of(b"what do ya want for nothing?", &Secret::new("Jefe")).unwrap();
        assert_eq!(signed.hmac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        // printf 'keybody' | sha256sum
        let legacy = Signatures::of(b"body", &Secret::new("key")).unwrap().legacy;
        assert_eq!(legacy.len(), 64);
        assert_eq!(legacy, hex::encode(Sha256::digest(b"keybody")));
    }
}
