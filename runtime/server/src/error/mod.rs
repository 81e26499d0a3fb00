//! Errors, in the shapes that Nango's clients know.

mod body;
mod convert;
mod field;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use onevent_contract::{ApiErrorCode, ApiScope, JsonObject};
use serde_json::{Value, json};

pub(crate) use self::body::ErrorBody;
pub(crate) use self::field::FieldError;

/// After how long a place for a run may be free: most runs take less.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// An answer that is an error.
///
/// Nango has two families. The newer one is `{error: {code, message?, errors?, payload?}}`; the older one always has a
/// `payload`, and its message first.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    /// The fields of `error`.
    fields: JsonObject,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiError {
    /// An error of the newer family.
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self::bare(status, code).with("message", message.into())
    }

    /// The same without a message.
    pub(crate) fn bare(status: StatusCode, code: impl Into<Cow<'static, str>>) -> Self {
        let fields = JsonObject::from_iter([("code".to_owned(), json!(code.into()))]);
        Self { status, fields, headers: Vec::new() }
    }

    /// An error of the older family.
    pub(crate) fn older(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let fields = [
            ("message".to_owned(), Value::String(message.into())),
            ("code".to_owned(), json!(code)),
            ("payload".to_owned(), json!({})),
        ];
        Self { status, fields: JsonObject::from_iter(fields), headers: Vec::new() }
    }

    /// An error whose fields are known.
    pub(crate) fn of_body(status: StatusCode, fields: JsonObject) -> Self {
        Self { status, fields, headers: Vec::new() }
    }

    /// 404 `not_found`.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 403: the key has none of these scopes.
    pub(crate) fn forbidden(needed: &[ApiScope]) -> Self {
        let needed: Vec<&str> = needed.iter().map(|scope| scope.as_str()).collect();
        let message = format!("the secret key does not have the scope {}", needed.join(" or "));
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 400, with what is wrong with which field.
    pub(crate) fn invalid(code: &'static str, errors: Vec<FieldError>) -> Self {
        Self::bare(StatusCode::BAD_REQUEST, code).with("errors", json!(errors))
    }

    /// onevent's own failure. What it was is logged, under the request's id; the caller learns that it happened.
    pub(crate) fn internal(error: &dyn fmt::Display) -> Self {
        tracing::error!(error = %error, "a request failed");
        let message = "onevent failed; its log has the reason, under the id of this request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", message)
    }

    /// 503: there was no place for a run. It did not start, so the same request may be made again.
    pub(crate) fn no_place(code: ApiErrorCode, message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code.as_str(), message)
            .header(RETRY_AFTER, HeaderValue::from(TRY_AGAIN_AFTER.as_secs()))
    }

    /// The same with one more field of `error`, or another value of one.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// The same with one more header.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.fields }))).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}
