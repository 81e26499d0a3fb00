//! A connection as Nango's API shows it.

use jiff::Timestamp;
use onevent_contract::Connection;
use onevent_hosts::without_refresh_tokens;
use onevent_store::ConnectionSummary;
use serde_json::{Value, json};

/// Nango's `Simple`: an entry of the list.
pub(super) fn simple(connection: &ConnectionSummary) -> Value {
    let error = connection.auth_error.iter();
    json!({
        "id": connection.id,
        "connection_id": connection.key.connection_id,
        "provider_config_key": connection.key.integration,
        "provider": connection.provider,
        "errors": error.map(|error| error.as_connection_error()).collect::<Vec<_>>(),
        "end_user": connection.details.end_user,
        "tags": connection.details.tags,
        "metadata": connection.metadata,
        "created": connection.created_at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string(),
    })
}

/// What of a connection's secrets an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    /// None: `credentials` is empty.
    None,
    /// The credentials, without what they are renewed with.
    WithoutRefreshTokens,
    /// All of them.
    All,
}

/// Nango's `Full`.
pub(super) fn full(connection: &Connection, secrets: Secrets) -> Value {
    let mut shown = connection.reveal();
    if secrets == Secrets::None {
        shown["credentials"] = json!({});
    }
    if secrets != Secrets::All {
        without_refresh_tokens(&mut shown["credentials"]);
        without_refresh_tokens(&mut shown["connection_config"]);
    }
    shown
}

/// The same as the answer to an import, which has its times in another spelling.
pub(super) fn imported(connection: &Connection) -> Value {
    let mut shown = full(connection, Secrets::WithoutRefreshTokens);
    shown["created_at"] = json!(zulu(connection.created_at));
    shown["updated_at"] = json!(zulu(connection.updated_at));
    shown
}

fn zulu(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
