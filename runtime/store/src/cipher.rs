//! Sealing: authenticated encryption of what must not be readable in the database file.
//!
//! XChaCha20-Poly1305: its 24-byte nonces can be drawn at random for any number of values under one key.
//! A sealed value is `version (1 byte) | nonce (24 bytes) | ciphertext and tag`.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use onevent_contract::{EnvironmentName, IntegrationId};
use zeroize::Zeroizing;

use crate::{ConnectionKey, EncryptionKey, EventId, StoreError};

/// What the canary says: the known text that tells a right key from a wrong one.
pub(crate) const CANARY: &[u8] = b"onevent";
const ENVELOPE_VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// What a sealed value is for. It is authenticated with the value, so that a value which was moved to
/// another row or column does not open.
pub(crate) enum Purpose<'a> {
    /// The known text that tells a right key from a wrong one.
    Canary,
    /// A connection's credentials.
    Credentials(&'a ConnectionKey),
    /// What an override of this connection replaced.
    Previous(&'a ConnectionKey),
    /// What was accepted last of this connection, where its credentials were refused.
    Accepted(&'a ConnectionKey),
    /// What the webhooks of this environment are signed with.
    WebhookSigningKey(&'a EnvironmentName),
    /// The credentials of this integration's app at its provider.
    IntegrationCredentials(&'a EnvironmentName, &'a IntegrationId),
    /// What there is to know of this event.
    EventPayload(EventId),
    /// What this event gave.
    EventResult(EventId),
}

impl Purpose<'_> {
    /// Every part with its length before it: no two different purposes give the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let of = |key: &ConnectionKey| {
            vec![key.environment.to_string(), key.integration.to_string(), key.connection_id.to_string()]
        };
        let (purpose, names) = match self {
            Self::Canary => ("canary", Vec::new()),
            Self::Credentials(key) => ("credentials", of(key)),
            Self::Previous(key) => ("previous", of(key)),
            Self::Accepted(key) => ("accepted", of(key)),
            Self::WebhookSigningKey(environment) => ("webhook_signing_key", vec![environment.to_string()]),
            Self::IntegrationCredentials(environment, integration) => {
                ("integration_credentials", vec![environment.to_string(), integration.to_string()])
            }
            Self::EventPayload(id) => ("event_payload", vec![id.to_string()]),
            Self::EventResult(id) => ("event_result", vec![id.to_string()]),
        };
        let mut data = vec![ENVELOPE_VERSION];
        for part in std::iter::once(purpose).chain(names.iter().map(String::as_str)) {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// Seals and opens values under one key.
pub(crate) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(crate) fn new(key: &EncryptionKey) -> Self {
        Self(XChaCha20Poly1305::new(key.bytes().into()))
    }

    /// Seals `plain` for `purpose`.
    pub(crate) fn seal(&self, purpose: &Purpose<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)
            .map_err(|_| StoreError::Internal { action: "draw a nonce: the system gives no randomness" })?;
        let associated = purpose.associated_data();
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &associated })
            .map_err(|_| StoreError::Internal { action: "encrypt a value: it is too long" })?;
        let mut envelope = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        envelope.push(ENVELOPE_VERSION);
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&sealed);
        Ok(envelope)
    }

    /// Opens what [`Cipher::seal`] gave for the same purpose; `None` for anything else.
    pub(crate) fn open(&self, purpose: &Purpose<'_>, envelope: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&version, rest) = envelope.split_first()?;
        if version != ENVELOPE_VERSION {
            return None;
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let associated = purpose.associated_data();
        let payload = Payload { msg: sealed, aad: &associated };
        self.0.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(connection_id: &str) -> ConnectionKey {
        ConnectionKey::new(
            "dev".parse().unwrap(),
            "salesforce".parse().unwrap(),
            connection_id.parse().unwrap(),
        )
    }

    #[test]
    fn a_value_opens_only_for_its_purpose_and_only_unchanged() {
        let cipher = Cipher::new(&EncryptionKey::generate().unwrap());
        let (acme, globex) = (key("acme"), key("globex"));
        let sealed = cipher.seal(&Purpose::Credentials(&acme), b"tok-123").unwrap();
        assert_eq!(cipher.open(&Purpose::Credentials(&acme), &sealed).unwrap().as_slice(), b"tok-123");
        assert!(cipher.open(&Purpose::Credentials(&globex), &sealed).is_none());
        assert!(cipher.open(&Purpose::Previous(&acme), &sealed).is_none());
        assert!(cipher.open(&Purpose::Accepted(&acme), &sealed).is_none());
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(cipher.open(&Purpose::Credentials(&acme), &damaged).is_none(), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(cipher.open(&Purpose::Credentials(&acme), &sealed[..length]).is_none());
        }
        let other = Cipher::new(&EncryptionKey::generate().unwrap());
        assert!(other.open(&Purpose::Credentials(&acme), &sealed).is_none());
    }

    #[test]
    fn names_that_run_together_make_different_purposes() {
        let one = ConnectionKey::new("dev".parse().unwrap(), "ab".parse().unwrap(), "c".parse().unwrap());
        let two = ConnectionKey::new("dev".parse().unwrap(), "a".parse().unwrap(), "bc".parse().unwrap());
        assert_ne!(
            Purpose::Credentials(&one).associated_data(),
            Purpose::Credentials(&two).associated_data()
        );
    }

    #[test]
    fn the_same_value_never_looks_the_same_twice() {
        let cipher = Cipher::new(&EncryptionKey::generate().unwrap());
        let seal = || cipher.seal(&Purpose::Canary, b"x").unwrap();
        assert_ne!(seal(), seal());
    }
}
