//! Credentials, and accounts that hold some, between their form in memory and their sealed form.

use onevent_contract::{AuthMode, Credentials, JsonObject};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::cipher::Purpose;
use crate::keyring::Keyring;
use crate::{Account, ConnectionKey, StoreError};

pub(crate) fn seal(
    keyring: &Keyring,
    key: &ConnectionKey,
    credentials: &Credentials,
) -> Result<Vec<u8>, StoreError> {
    keyring.seal(&Purpose::Credentials(key), &encode(&credentials.reveal())?)
}

pub(crate) fn open(keyring: &Keyring, key: &ConnectionKey, sealed: &[u8]) -> Result<Credentials, StoreError> {
    let damaged = || StoreError::corrupt(format!("set of credentials of connection {key}"));
    let plain = keyring.open(&Purpose::Credentials(key), sealed).ok_or_else(damaged)?;
    read(serde_json::from_slice(&plain).map_err(|_| damaged())?).ok_or_else(damaged)
}

/// Credentials as they were stored.
pub(crate) fn read(value: Value) -> Option<Credentials> {
    // `Credentials::reveal` leaves `type` out for credentials of type NONE only.
    Credentials::from_json(value, Some(AuthMode::None)).ok()
}

#[derive(Serialize, Deserialize)]
struct SealedAccount {
    provider: String,
    credentials: Value,
    connection_config: JsonObject,
}

/// Seals what was accepted last.
pub(crate) fn seal_accepted(
    keyring: &Keyring,
    key: &ConnectionKey,
    account: Account,
) -> Result<Vec<u8>, StoreError> {
    let Account { provider, credentials, connection_config } = account;
    let account = SealedAccount { provider, credentials: credentials.reveal(), connection_config };
    keyring.seal(&Purpose::Accepted(key), &encode(&account)?)
}

/// Opens what was accepted last.
pub(crate) fn open_accepted(
    keyring: &Keyring,
    key: &ConnectionKey,
    sealed: &[u8],
) -> Result<Account, StoreError> {
    let damaged = || StoreError::corrupt(format!("earlier set of credentials of connection {key}"));
    let plain = keyring.open(&Purpose::Accepted(key), sealed).ok_or_else(damaged)?;
    let account: SealedAccount = serde_json::from_slice(&plain).map_err(|_| damaged())?;
    let SealedAccount { provider, credentials, connection_config } = account;
    Ok(Account { provider, credentials: read(credentials).ok_or_else(damaged)?, connection_config })
}

fn encode(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(value)
        .map(Zeroizing::new)
        .map_err(|_| StoreError::Internal { action: "encode credentials" })
}
