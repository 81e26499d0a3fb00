//! The errors that Nango's API answers with, and the store's own failures.

use onevent_contract::{ApiErrorCode, ConnectionId, HostError, IntegrationId};
use onevent_store::{AuthError, StoreError};

/// What was asked for. They answer with different statuses and codes for the same problem, as Nango's
/// `GET /connections/:id`, its proxy and its trigger of actions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NangoEndpoint {
    /// The connection itself.
    Connection,
    /// A call with its credentials.
    Proxy,
    /// A run of an action for it: `POST /action/trigger`.
    Action,
}

pub(crate) fn unknown_integration(endpoint: NangoEndpoint, integration: &IntegrationId) -> HostError {
    let (status, code) = match endpoint {
        NangoEndpoint::Connection => (400, ApiErrorCode::UnknownProviderConfig),
        NangoEndpoint::Proxy => (404, ApiErrorCode::UnknownProviderConfig),
        NangoEndpoint::Action => (400, ApiErrorCode::UnknownProvider),
    };
    api(status, code, format!("there is no integration `{integration}`"))
}

pub(crate) fn unknown_connection(
    endpoint: NangoEndpoint,
    integration: &IntegrationId,
    connection: &ConnectionId,
) -> HostError {
    let message = format!("integration `{integration}` has no connection `{connection}`");
    match endpoint {
        NangoEndpoint::Connection => api(404, ApiErrorCode::NotFound, message),
        NangoEndpoint::Proxy => api(400, ApiErrorCode::ServerError, message),
        NangoEndpoint::Action => api(400, ApiErrorCode::UnknownConnection, message),
    }
}

pub(crate) fn needs_reconnect(
    endpoint: NangoEndpoint,
    connection: &ConnectionId,
    error: &AuthError,
) -> HostError {
    let code = match endpoint {
        NangoEndpoint::Connection => ApiErrorCode::InvalidCredentials,
        NangoEndpoint::Proxy | NangoEndpoint::Action => ApiErrorCode::ServerError,
    };
    let why = &error.message;
    api(424, code, format!("connection `{connection}` has to be connected again: {why}"))
}

pub(crate) fn api(status: u16, code: ApiErrorCode, message: String) -> HostError {
    HostError::Api { status, code: code.as_str().into(), message }
}

/// The store's failure is nobody's but ours.
pub(crate) fn internal(error: &StoreError) -> HostError {
    HostError::Internal { message: error.to_string() }
}

/// The store's answer to a run's lock: too many of them are the function's mistake.
pub(crate) fn lock_failure(error: &StoreError) -> HostError {
    match error {
        StoreError::TooManyLocks => {
            HostError::Configuration { code: error.code().into(), message: error.to_string() }
        }
        other => internal(other),
    }
}
