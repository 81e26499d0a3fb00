//! Values that must not be shown.

use serde_json::Value;

use crate::Secret;

/// The values that a run's texts must not show, and the search for them.
#[derive(Debug, Clone, Default)]
pub struct HiddenValues(Vec<Secret>);

impl HiddenValues {
    /// Hides these as well.
    pub fn hide(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        for secret in secrets {
            if !self.0.contains(&secret) {
                self.0.push(secret);
            }
        }
        // Longest first: a secret that contains another one must not leave its rest behind.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
    }

    /// The text with every hidden value replaced by `[redacted]`.
    #[must_use]
    pub fn scrub_text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            if text.contains(secret.reveal()) {
                text = text.replace(secret.reveal(), "[redacted]");
            }
        }
        text
    }

    /// Replaces every hidden value in the texts of `value`.
    pub fn scrub(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.scrub_text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub(item)),
            Value::Object(object) => object.values_mut().for_each(|item| self.scrub(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
