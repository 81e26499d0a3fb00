//! What a child may ask for. In an honest child the ops have checked this, so who asks for more is not honest any more.

use onevent_contract::{
    HostCall, JsonObject, MAX_METADATA_BYTES, Params, ProxyBody, ProxyRequest, sendable_method, tree_bytes,
};
use onevent_ops::{LONGEST_LOCK, MAX_CHECKPOINT_BYTES, MAX_FETCH_HEADERS, MAX_LOCK_KEY_CHARS, MAX_PAIRS};

/// Whether the ops of an honest child would have let this call through. What metadata has to be like is another question.
pub(super) fn is_allowed(call: &HostCall) -> bool {
    match call {
        HostCall::Proxy(request) => {
            sendable_method(request.method.as_str()).is_ok() && pairs(request) <= MAX_PAIRS
        }
        HostCall::Fetch(request) => {
            sendable_method(request.method.as_str()).is_ok() && request.headers.len() <= MAX_FETCH_HEADERS
        }
        HostCall::WriteMetadata(write) => bytes(&write.value) <= MAX_METADATA_BYTES,
        HostCall::AcquireLock { key, time_to_live } => {
            is_lock_key(key) && !time_to_live.is_zero() && *time_to_live <= LONGEST_LOCK
        }
        HostCall::ReleaseLock { key } => is_lock_key(key),
        HostCall::WriteCheckpoint { value, .. } => value.as_ref().is_none_or(is_checkpoint),
        HostCall::Integration(include) => include.len() <= MAX_PAIRS,
        HostCall::Connection(_)
        | HostCall::Metadata
        | HostCall::Pagination(_)
        | HostCall::EnvironmentVariables
        | HostCall::TriggerAction(_)
        | HostCall::ReleaseAllLocks
        | HostCall::Checkpoint => true,
    }
}

/// What a call takes in memory beside its frame, where it has JSON that was read, as the ops of an honest child count it.
pub(super) fn read_bytes(call: &HostCall) -> usize {
    match call {
        HostCall::WriteMetadata(write) => {
            2 * serde_json::to_string(&write.value).map_or(usize::MAX / 2, |text| tree_bytes(&text))
        }
        HostCall::TriggerAction(action) => tree_bytes(&action.input.to_string()),
        _ => 0,
    }
}

fn pairs(request: &ProxyRequest) -> usize {
    let params = match &request.params {
        Some(Params::Pairs(pairs)) => pairs.len(),
        Some(Params::Text(_)) | None => 0,
    };
    let body = match &request.body {
        Some(ProxyBody::Form(pairs) | ProxyBody::Multipart(pairs)) => pairs.len(),
        Some(ProxyBody::Json(_) | ProxyBody::Text(_) | ProxyBody::Bytes(_)) | None => 0,
    };
    request.headers.len() + params + body + request.retry_on.len()
}

fn is_lock_key(key: &str) -> bool {
    (1..=MAX_LOCK_KEY_CHARS).contains(&key.chars().count())
}

fn is_checkpoint(value: &JsonObject) -> bool {
    bytes(value) <= MAX_CHECKPOINT_BYTES
        && value.values().all(|value| value.is_string() || value.is_number() || value.is_boolean())
}

fn bytes(object: &JsonObject) -> usize {
    serde_json::to_string(object).map_or(usize::MAX, |text| text.len())
}
