//! Values that must not be shown.

use std::borrow::Cow;

use onevent_redaction::Redactor;
use serde_json::Value;

use crate::{JsonObject, Secret};

/// The values that a run's texts must not show, and the search for them.
#[derive(Debug, Clone, Default)]
pub struct HiddenValues(Redactor);

impl HiddenValues {
    /// Hides these as well.
    pub fn hide(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        self.0.add(secrets.into_iter().map(|secret| secret.reveal().into()));
    }

    /// The text with every hidden value replaced by `[redacted]`, in whatever spelling it stands there.
    #[must_use]
    pub fn scrub_text(&self, text: &str) -> String {
        self.0.hide(text).into_owned()
    }

    /// The same in place.
    pub(super) fn scrub_in_place(&self, text: &mut String) {
        if let Cow::Owned(scrubbed) = self.0.hide(text) {
            *text = scrubbed;
        }
    }

    /// Replaces every hidden value in the texts and keys of `value`.
    pub fn scrub(&self, value: &mut Value) {
        self.0.hide_json(value);
    }

    /// The same in an object.
    pub(super) fn scrub_object(&self, object: &mut JsonObject) {
        let mut value = Value::Object(std::mem::take(object));
        self.scrub(&mut value);
        if let Value::Object(scrubbed) = value {
            *object = scrubbed;
        }
    }
}
