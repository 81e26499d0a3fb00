//! What of a connection is shown only to whoever asks for it.

use serde_json::Value;

/// Takes away every field that is named like a refresh token, at any depth: who has one can take the connection over.
pub fn without_refresh_tokens(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_refresh_token(name));
            fields.values_mut().for_each(without_refresh_tokens);
        }
        Value::Array(items) => items.iter_mut().for_each(without_refresh_tokens),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_refresh_token(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.to_ascii_lowercase().contains("refreshtoken")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn refresh_tokens_go_at_any_depth_and_nothing_else() {
        let mut value = json!({
            "access_token": "a", "refresh_token": "r", "refreshToken": "r",
            "raw": { "Refresh-Token": "r", "list": [{ "x_refresh_token_2": "r", "token": "t" }] },
        });
        without_refresh_tokens(&mut value);
        assert_eq!(value, json!({ "access_token": "a", "raw": { "list": [{ "token": "t" }] } }));
    }
}
