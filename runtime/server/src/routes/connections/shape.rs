//! A connection as Nango's API shows it.

use jiff::Timestamp;
use onevent_contract::Connection;
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
        strip_refresh_tokens(&mut shown["credentials"]);
        strip_refresh_tokens(&mut shown["connection_config"]);
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

/// Takes away every field that is named like a refresh token, at any depth.
fn strip_refresh_tokens(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_refresh_token(name));
            fields.values_mut().for_each(strip_refresh_tokens);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_refresh_tokens),
        _ => {}
    }
}

fn is_refresh_token(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.to_ascii_lowercase().contains("refreshtoken")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_tokens_go_at_any_depth_and_nothing_else() {
        let mut value = json!({
            "access_token": "a", "refresh_token": "r", "refreshToken": "r",
            "raw": { "Refresh-Token": "r", "list": [{ "x_refresh_token_2": "r", "token": "t" }] },
        });
        strip_refresh_tokens(&mut value);
        assert_eq!(value, json!({ "access_token": "a", "raw": { "list": [{ "token": "t" }] } }));
    }
}
