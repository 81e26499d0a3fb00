//! Sealing: authenticated encryption of what must not be readable in the database file.
//!
//! XChaCha20-Poly1305: its 24-byte nonces can be drawn at random for any number of values under one key.
//! A sealed value is `2 (1 byte) | key id (8 bytes) | nonce (24 bytes) | ciphertext and tag`. Values that were sealed before keys
//! had ids are `1 (1 byte) | nonce (24 bytes) | ciphertext and tag`.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use onevent_contract::{EnvironmentName, IntegrationId};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{ConnectionKey, EncryptionKey, EventId, StoreError};

/// What the canary says: the known text that tells a right key from a wrong one.
pub(crate) const CANARY: &[u8] = b"onevent";
const VERSION: u8 = 2;
const VERSION_WITHOUT_KEY_ID: u8 = 1;
const NONCE_BYTES: usize = 24;
const KEY_ID_BYTES: usize = 8;
/// What the hash of a key begins with: it is a hash for this alone.
const KEY_ID_DOMAIN: &[u8] = b"onevent encryption key id\0";

/// Names a key, and says nothing of it: the beginning of a hash of 32 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID_BYTES]);

impl KeyId {
    fn of(key: &EncryptionKey) -> Self {
        let hash = Sha256::new().chain_update(KEY_ID_DOMAIN).chain_update(key.bytes()).finalize();
        let mut id = [0; KEY_ID_BYTES];
        id.iter_mut().zip(hash.iter()).for_each(|(to, from)| *to = *from);
        Self(id)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a sealed value is for. It is authenticated with the value, so that a value which was moved to
/// another row or column does not open.
pub(crate) enum Purpose<'a> {
    /// The known text that tells a right key from a wrong one.
    Canary,
    /// The key of this id, while it and another one are in use.
    EncryptionKey(KeyId),
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
    /// What there is to know of this event of this connection.
    EventPayload(&'a ConnectionKey, EventId),
    /// What this event of this connection gave.
    EventResult(&'a ConnectionKey, EventId),
}

impl Purpose<'_> {
    /// Every part with its length before it: no two different purposes give the same bytes.
    fn associated_data(&self, version: u8, key: Option<KeyId>) -> Vec<u8> {
        let of = |key: &ConnectionKey| {
            vec![key.environment.to_string(), key.integration.to_string(), key.connection_id.to_string()]
        };
        // Of events, the first version said the id alone.
        let of_event = |key: &ConnectionKey, id: &EventId| match version {
            VERSION_WITHOUT_KEY_ID => vec![id.to_string()],
            _ => of(key).into_iter().chain([id.to_string()]).collect(),
        };
        let (purpose, names) = match self {
            Self::Canary => ("canary", Vec::new()),
            Self::EncryptionKey(id) => ("encryption_key", vec![id.to_string()]),
            Self::Credentials(key) => ("credentials", of(key)),
            Self::Previous(key) => ("previous", of(key)),
            Self::Accepted(key) => ("accepted", of(key)),
            Self::WebhookSigningKey(environment) => ("webhook_signing_key", vec![environment.to_string()]),
            Self::IntegrationCredentials(environment, integration) => {
                ("integration_credentials", vec![environment.to_string(), integration.to_string()])
            }
            Self::EventPayload(key, id) => ("event_payload", of_event(key, id)),
            Self::EventResult(key, id) => ("event_result", of_event(key, id)),
        };
        let mut data = vec![version];
        data.extend_from_slice(key.as_ref().map(KeyId::bytes).unwrap_or_default());
        for part in std::iter::once(purpose).chain(names.iter().map(String::as_str)) {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// A sealed value, taken apart.
enum Envelope<'v> {
    Of { key: KeyId, nonce: [u8; NONCE_BYTES], sealed: &'v [u8] },
    WithoutKeyId { nonce: [u8; NONCE_BYTES], sealed: &'v [u8] },
}

impl<'v> Envelope<'v> {
    fn parse(value: &'v [u8]) -> Option<Self> {
        let (&version, rest) = value.split_first()?;
        let (key, rest) = match version {
            VERSION => {
                rest.split_first_chunk::<KEY_ID_BYTES>().map(|(key, rest)| (Some(KeyId(*key)), rest))?
            }
            VERSION_WITHOUT_KEY_ID => (None, rest),
            _ => return None,
        };
        let (&nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        Some(match key {
            Some(key) => Self::Of { key, nonce, sealed },
            None => Self::WithoutKeyId { nonce, sealed },
        })
    }
}

/// The key that a sealed value names; `None` for one that names none, and for what is no sealed value.
pub(crate) fn key_of(value: &[u8]) -> Option<KeyId> {
    match Envelope::parse(value)? {
        Envelope::Of { key, .. } => Some(key),
        Envelope::WithoutKeyId { .. } => None,
    }
}

/// Seals and opens values under one key.
pub(crate) struct Cipher {
    id: KeyId,
    key: EncryptionKey,
    aead: XChaCha20Poly1305,
}

impl Cipher {
    pub(crate) fn new(key: &EncryptionKey) -> Self {
        Self { id: KeyId::of(key), key: key.clone(), aead: XChaCha20Poly1305::new(key.bytes().into()) }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn key(&self) -> &EncryptionKey {
        &self.key
    }

    /// What every value begins with that this key has sealed.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        std::iter::once(VERSION).chain(self.id.0).collect()
    }

    /// Seals `plain` for `purpose`.
    pub(crate) fn seal(&self, purpose: &Purpose<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)
            .map_err(|_| StoreError::Internal { action: "draw a nonce: the system gives no randomness" })?;
        let associated = purpose.associated_data(VERSION, Some(self.id));
        let sealed = self
            .aead
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &associated })
            .map_err(|_| StoreError::Internal { action: "encrypt a value: it is too long" })?;
        Ok([&self.beginning(), nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Cipher::seal`] gave for the same purpose; `None` for anything else.
    pub(crate) fn open(&self, purpose: &Purpose<'_>, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed, associated) = match Envelope::parse(value)? {
            Envelope::Of { key, .. } if key != self.id => return None,
            Envelope::Of { key, nonce, sealed } => {
                (nonce, sealed, purpose.associated_data(VERSION, Some(key)))
            }
            Envelope::WithoutKeyId { nonce, sealed } => {
                (nonce, sealed, purpose.associated_data(VERSION_WITHOUT_KEY_ID, None))
            }
        };
        let payload = Payload { msg: sealed, aad: &associated };
        self.aead.decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
    }

    /// Whether this key has sealed the known text.
    pub(crate) fn opens_canary(&self, canary: &[u8]) -> bool {
        self.open(&Purpose::Canary, canary).is_some_and(|plain| plain.as_slice() == CANARY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(environment: &str, connection_id: &str) -> ConnectionKey {
        let integration = "salesforce".parse().unwrap();
        ConnectionKey::new(environment.parse().unwrap(), integration, connection_id.parse().unwrap())
    }

    fn cipher() -> Cipher {
        Cipher::new(&EncryptionKey::generate().unwrap())
    }

    /// As values were sealed before keys had ids.
    fn without_key_id(cipher: &Cipher, purpose: &Purpose<'_>, plain: &[u8]) -> Vec<u8> {
        let (nonce, associated) = ([7; NONCE_BYTES], purpose.associated_data(VERSION_WITHOUT_KEY_ID, None));
        let sealed = cipher.aead.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &associated });
        [&[VERSION_WITHOUT_KEY_ID], nonce.as_slice(), &sealed.unwrap()].concat()
    }

    #[test]
    fn a_value_opens_only_for_its_purpose_and_only_unchanged() {
        let cipher = cipher();
        let (acme, globex, elsewhere) = (key("dev", "acme"), key("dev", "globex"), key("prod", "acme"));
        let sealed = cipher.seal(&Purpose::Credentials(&acme), b"tok-123").unwrap();
        let early = without_key_id(&cipher, &Purpose::Credentials(&acme), b"tok-123");
        for sealed in [sealed, early] {
            assert_eq!(cipher.open(&Purpose::Credentials(&acme), &sealed).unwrap().as_slice(), b"tok-123");
            for other in [
                Purpose::Credentials(&globex),
                Purpose::Credentials(&elsewhere),
                Purpose::Previous(&acme),
                Purpose::Accepted(&acme),
                Purpose::EventPayload(&acme, EventId::generate()),
            ] {
                assert!(cipher.open(&other, &sealed).is_none());
            }
            for at in 0..sealed.len() {
                let mut damaged = sealed.clone();
                damaged[at] ^= 1;
                assert!(cipher.open(&Purpose::Credentials(&acme), &damaged).is_none(), "byte {at}");
            }
            for length in 0..sealed.len() {
                assert!(cipher.open(&Purpose::Credentials(&acme), &sealed[..length]).is_none());
            }
            let other = self::cipher();
            assert!(other.open(&Purpose::Credentials(&acme), &sealed).is_none());
        }
    }

    #[test]
    fn what_an_event_carries_is_bound_to_its_connection_too() {
        let (cipher, id) = (cipher(), EventId::generate());
        let (acme, globex) = (key("dev", "acme"), key("dev", "globex"));
        let sealed = cipher.seal(&Purpose::EventPayload(&acme, id), b"{}").unwrap();
        assert!(cipher.open(&Purpose::EventPayload(&acme, id), &sealed).is_some());
        assert!(cipher.open(&Purpose::EventPayload(&globex, id), &sealed).is_none());
        assert!(cipher.open(&Purpose::EventPayload(&acme, EventId::generate()), &sealed).is_none());
        assert!(cipher.open(&Purpose::EventResult(&acme, id), &sealed).is_none());
        let early = without_key_id(&cipher, &Purpose::EventPayload(&acme, id), b"{}");
        assert!(cipher.open(&Purpose::EventPayload(&acme, id), &early).is_some());
        assert!(cipher.open(&Purpose::EventResult(&acme, id), &early).is_none());
    }

    #[test]
    fn a_value_names_its_key_and_the_name_tells_nothing_else() {
        let cipher = cipher();
        let sealed = cipher.seal(&Purpose::Canary, CANARY).unwrap();
        assert_eq!(key_of(&sealed), Some(cipher.id()));
        assert!(sealed.starts_with(&cipher.beginning()));
        assert_eq!(key_of(&without_key_id(&cipher, &Purpose::Canary, CANARY)), None);
        assert_eq!(key_of(b""), None);
        let held = hex::encode(cipher.key().bytes());
        assert!(!held.contains(&cipher.id().to_string()));
    }

    #[test]
    fn names_that_run_together_make_different_purposes() {
        let one = ConnectionKey::new("dev".parse().unwrap(), "ab".parse().unwrap(), "c".parse().unwrap());
        let two = ConnectionKey::new("dev".parse().unwrap(), "a".parse().unwrap(), "bc".parse().unwrap());
        assert_ne!(
            Purpose::Credentials(&one).associated_data(VERSION, None),
            Purpose::Credentials(&two).associated_data(VERSION, None)
        );
    }

    #[test]
    fn the_same_value_never_looks_the_same_twice() {
        let cipher = cipher();
        let seal = || cipher.seal(&Purpose::Canary, b"x").unwrap();
        assert_ne!(seal(), seal());
    }
}
