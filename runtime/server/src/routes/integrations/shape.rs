//! An integration as Nango's API shows it.

use jiff::Timestamp;
use onevent_app::FoundIntegration;
use onevent_contract::{EnvironmentName, IntegrationInclude, JsonObject};
use onevent_hosts::shown_integration;
use onevent_store::{ForwardWebhooks, StoredIntegration};
use serde_json::{Value, json};

/// The inner `data`.
pub(super) fn shown(
    found: &FoundIntegration,
    environment: &EnvironmentName,
    include: &[IntegrationInclude],
) -> JsonObject {
    let mut shown = shown_integration(&found.integration, environment, include);
    if let Some(stored) = &found.stored {
        add_stored(&mut shown, stored, include);
    }
    shown
}

/// What the database knows better.
fn add_stored(shown: &mut JsonObject, stored: &StoredIntegration, include: &[IntegrationInclude]) {
    let made = &stored.integration;
    let mut set = |field: &str, value: Value| shown.insert(field.to_owned(), value);
    if let Some(name) = &made.display_name {
        set("display_name", json!(name));
    }
    set("forward_webhooks", json!(made.forward_webhooks == ForwardWebhooks::Yes));
    set("created_at", json!(zulu(stored.created_at)));
    set("updated_at", json!(zulu(stored.updated_at)));
    if include.contains(&IntegrationInclude::Credentials) {
        let credentials = made.credentials.as_ref().map(|credentials| with_all_fields(credentials.reveal()));
        set("credentials", json!(credentials));
    }
}

/// Nango shows an optional field that is not set as `null`.
fn with_all_fields(credentials: &JsonObject) -> JsonObject {
    let mut shown = credentials.clone();
    if shown.contains_key("client_id") && !shown.contains_key("app_id") {
        for field in ["scopes", "webhook_secret"] {
            shown.entry(field).or_insert(Value::Null);
        }
    }
    shown
}

fn zulu(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
