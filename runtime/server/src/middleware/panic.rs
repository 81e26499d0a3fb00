//! A route that panics: a mistake in onevent, which costs its caller a 500 and nobody else anything.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// The answer to a request whose route has panicked.
pub(crate) fn answer_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    ApiError::internal(&format_args!("a route panicked: {text}")).into_response()
}
