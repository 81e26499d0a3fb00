//! What is wrong with one field of a request, in the words that Nango's clients get from zod.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// zod's code: `invalid_type`, `unrecognized_keys`, …
    pub(crate) code: &'static str,
    /// In words. No value of a body stands in it: it may be a secret.
    pub(crate) message: String,
    /// Where: keys and indices, outermost first.
    #[schema(value_type = Vec<Value>)]
    pub(crate) path: Vec<Value>,
}

impl FieldError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, path: Vec<Value>) -> Self {
        Self { code, message: message.into(), path }
    }

    /// Of a field at the top.
    pub(crate) fn of(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, message, vec![field.into()])
    }
}
