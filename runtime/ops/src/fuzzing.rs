//! What ops make of a function's arguments, as the fuzzing targets need it. Nothing else uses it.

use onevent_contract::{FetchRequest, HostError, ProxyRequest};
use serde_json::Value;

use crate::fetch::WireFetch;
use crate::settle::Settlement;
use crate::wire::WireRequest;

/// The argument of `op_onevent_proxy`; `None` where it is none.
#[must_use]
pub fn request(argument: Value) -> Option<Result<ProxyRequest, HostError>> {
    serde_json::from_value::<WireRequest>(argument).ok().map(|request| request.into_request(None))
}

/// The argument of `op_onevent_fetch`; `None` where it is none.
#[must_use]
pub fn fetch(argument: Value) -> Option<Result<FetchRequest, HostError>> {
    serde_json::from_value::<WireFetch>(argument).ok().map(WireFetch::into_request)
}

/// Whether the argument of `op_onevent_settled` says how a run ended.
#[must_use]
pub fn settlement(argument: &str) -> bool {
    serde_json::from_str::<Settlement>(argument).is_ok()
}
