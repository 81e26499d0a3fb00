//! The shape of an error, as the description of the API tells it.

use utoipa::ToSchema;

use super::field::FieldError;

/// An answer that is an error.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: errors are built field by field")]
pub(crate) struct ErrorBody {
    error: ErrorFields,
}

/// What went wrong.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: errors are built field by field")]
struct ErrorFields {
    /// A stable code.
    code: String,
    /// In words.
    message: Option<String>,
    /// What is wrong with which field.
    errors: Option<Vec<FieldError>>,
    /// What else there is to know; of an action, what it threw.
    payload: Option<serde_json::Value>,
    /// Of 429: the request.
    #[schema(nullable = false)]
    method: Option<String>,
    /// Of 429: the request.
    #[schema(nullable = false)]
    path: Option<String>,
    /// Of an action: what its error holds beside its payload.
    #[schema(value_type = Option<Object>)]
    additional_properties: Option<serde_json::Value>,
    /// Of an action: the provider's answer that it failed with.
    #[schema(value_type = Option<Object>)]
    upstream: Option<serde_json::Value>,
}
