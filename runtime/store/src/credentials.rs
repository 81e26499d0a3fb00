//! Credentials between the contract's form and their sealed form.

use onevent_contract::{AuthMode, Credentials};
use zeroize::Zeroizing;

use crate::cipher::{Cipher, Purpose};
use crate::{ConnectionKey, StoreError};

pub(crate) fn seal(
    cipher: &Cipher,
    key: &ConnectionKey,
    credentials: &Credentials,
) -> Result<Vec<u8>, StoreError> {
    cipher.seal(&Purpose::Credentials(key), &encode(credentials)?)
}

pub(crate) fn open(cipher: &Cipher, key: &ConnectionKey, sealed: &[u8]) -> Result<Credentials, StoreError> {
    let damaged = || StoreError::corrupt(format!("set of credentials of connection {key}"));
    let plain = cipher.open(&Purpose::Credentials(key), sealed).ok_or_else(damaged)?;
    let value = serde_json::from_slice(&plain).map_err(|_| damaged())?;
    // `Credentials::reveal` leaves `type` out for credentials of type NONE only.
    Credentials::from_json(value, Some(AuthMode::None)).map_err(|_| damaged())
}

fn encode(credentials: &Credentials) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(&credentials.reveal())
        .map(Zeroizing::new)
        .map_err(|_| StoreError::Internal { action: "encode credentials" })
}
