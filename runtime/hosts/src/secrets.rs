//! The texts of credentials that are known as JSON only.

use onevent_contract::{Credentials, Secret};
use serde_json::Value;

/// The texts of credentials that are long enough to be told from other texts; `type` and times are none.
pub(crate) fn credential_texts(value: &Value) -> Vec<Secret> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found.retain(long_enough);
    found
}

fn collect(value: &Value, found: &mut Vec<Secret>) {
    match value {
        Value::String(text) => found.push(Secret::new(text.as_str())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(object) => {
            let secret = object.iter().filter(|(key, _)| !matches!(key.as_str(), "type" | "expires_at"));
            secret.for_each(|(_, item)| collect(item, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Shorter texts are no secrets: replacing them everywhere would destroy a report and hide nothing.
pub(crate) fn long_enough(secret: &Secret) -> bool {
    secret.reveal().len() >= Credentials::SHORTEST_SECRET
}
