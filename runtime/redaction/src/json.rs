//! Hiding in JSON: in texts, in keys, and in numbers that are secrets.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::Redactor;
use crate::redactor::REDACTED;

impl Redactor {
    /// Replaces every secret in the texts and the keys of a value, and every number that is one.
    pub fn hide_json(&self, value: &mut Value) {
        // No recursion: a value may be deep.
        let mut rest = vec![value];
        while let Some(value) = rest.pop() {
            match value {
                Value::Null | Value::Bool(_) => {}
                Value::Number(number) => {
                    if self.is_secret_number(&number.to_string()) {
                        *value = REDACTED.into();
                    }
                }
                Value::String(text) => {
                    if let Cow::Owned(shown) = self.hide(text) {
                        *text = shown;
                    }
                }
                Value::Array(items) => rest.extend(items),
                Value::Object(object) => {
                    self.hide_keys(object);
                    rest.extend(object.values_mut());
                }
            }
        }
    }

    fn hide_keys(&self, object: &mut Map<String, Value>) {
        if !object.keys().any(|key| self.finds(key)) {
            return;
        }
        for (key, value) in std::mem::take(object) {
            let shown = self.hide(&key).into_owned();
            let mut free = shown.clone();
            // Two keys that look alike now must not become one.
            while object.contains_key(&free) {
                free = format!("{shown} ({})", object.len() + free.len());
            }
            object.insert(free, value);
        }
    }
}
