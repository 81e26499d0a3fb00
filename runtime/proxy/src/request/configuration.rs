//! Requests that cannot be built.

use onevent_contract::HostError;

/// Something is missing, or does not fit.
pub(super) fn configuration(code: &str, message: impl Into<String>) -> HostError {
    HostError::Configuration { code: code.into(), message: message.into() }
}
