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
    /// What else there is to know.
    #[schema(value_type = Option<Object>)]
    payload: Option<serde_json::Value>,
}
