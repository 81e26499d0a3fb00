//! JSON as columns hold it.

use onevent_contract::{JsonObject, MAX_METADATA_BYTES};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// A value as JSON text.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Internal { action: "encode a value as JSON" })
}

/// Metadata as JSON text, if it is not too large.
pub(crate) fn encode_metadata(metadata: &JsonObject) -> Result<String, StoreError> {
    let text = encode(metadata)?;
    if text.len() > MAX_METADATA_BYTES {
        return Err(StoreError::MetadataTooLarge { bytes: text.len() });
    }
    Ok(text)
}

/// A value from JSON text.
pub(crate) fn decode<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::corrupt(what))
}
