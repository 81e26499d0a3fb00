//! What a provider answered, in the form that the standard has for it.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use oauth2::HttpResponse;
use onevent_contract::{HostError, JsonObject, limit_met};
use serde_json::Value;
use thiserror::Error;
use url::form_urlencoded;

use super::template::TokenTemplate;
use crate::limits::MAX_TOKEN_ANSWER_BYTES;
use crate::transport::{Answer as _, HopAnswer};

/// What a token endpoint says no with (RFC 6749, section 5.2).
const GRANT_ERRORS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];
/// Where HubSpot has its codes, and how they begin.
const HUBSPOT_FIELD: &str = "status";
const HUBSPOT_CODES: &str = "BAD_";

/// Codes that say nothing about the token (RFC 6749, sections 4.1.2.1 and 5.2).
const FOR_A_WHILE: [&str; 3] = ["server_error", "slow_down", "temporarily_unavailable"];

/// Why an answer says neither yes nor no.
#[derive(Debug, Clone, PartialEq, Error)]
pub(super) enum NoAnswer {
    #[error(transparent)]
    NotSent(HostError),
    #[error("the token endpoint answered {status}")]
    Status { status: u16 },
    #[error("the token endpoint answered {status} ({code})")]
    ForAWhile { status: u16, code: &'static str },
    #[error("the token endpoint answered {status}: it gets the client's secret, so no redirect is followed")]
    Redirect { status: u16 },
    #[error("the token endpoint's answer was cut short, or cannot be unpacked")]
    Broken,
    #[error(
        "the token endpoint's answer is too large ({})",
        limit_met("token_answer_bytes", MAX_TOKEN_ANSWER_BYTES, "more")
    )]
    TooLarge,
    #[error("the token endpoint answered {status} with what is neither JSON nor a form")]
    Unreadable { status: u16 },
    #[error("the token endpoint answered {status} without an `access_token`")]
    NoToken { status: u16 },
}

/// The answer as the standard has it: 200 with a token, or 400 with an error.
pub(super) fn standard(answer: &HopAnswer, template: TokenTemplate<'_>) -> Result<HttpResponse, NoAnswer> {
    let status = answer.status.as_u16();
    if answer.status.is_redirection() {
        return Err(NoAnswer::Redirect { status });
    }
    if answer.status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS]
            .contains(&answer.status)
    {
        return Err(NoAnswer::Status { status });
    }
    let body = answer.body.as_ref().map_err(|_| NoAnswer::Broken)?;
    if body.len() > MAX_TOKEN_ANSWER_BYTES {
        return Err(NoAnswer::TooLarge);
    }
    let fields = fields(answer, body);
    if !answer.status.is_success() {
        let fields = fields.unwrap_or_default();
        return match is_refusal(answer.status, &code_of(&fields)) {
            true => refusal(fields, status),
            false => Err(NoAnswer::Status { status }),
        };
    }
    let fields = fields.ok_or(NoAnswer::Unreadable { status })?;
    let fields = with_token_at_the_top(fields, template);
    match fields.get("access_token").and_then(Value::as_str) {
        Some(token) if !token.is_empty() => Ok(response(StatusCode::OK, fields)),
        _ if fields.get("error").is_some_and(|error| !error.is_null()) => refusal(fields, status),
        _ => Err(NoAnswer::NoToken { status }),
    }
}

fn fields(answer: &HopAnswer, body: &[u8]) -> Option<JsonObject> {
    if let Ok(fields) = serde_json::from_slice(body) {
        return Some(fields);
    }
    // Some answer in the form of requests.
    let content_type = answer.header(CONTENT_TYPE.as_str())?;
    content_type.starts_with("application/x-www-form-urlencoded").then(|| {
        let pairs = form_urlencoded::parse(body).into_owned();
        pairs.map(|(name, value)| (name, Value::String(value))).collect()
    })
}

/// An answer whose token stands where its provider's template says.
fn with_token_at_the_top(fields: JsonObject, template: TokenTemplate<'_>) -> JsonObject {
    let has_token = fields.get("access_token").and_then(Value::as_str).is_some_and(|token| !token.is_empty());
    let Some(path) = template.other_token_path().filter(|_| !has_token) else { return fields };
    let found = path.split('.').try_fold(None, |at: Option<&Value>, key| match at {
        None => fields.get(key).map(Some),
        Some(value) => value.get(key).map(Some),
    });
    match found.flatten() {
        Some(Value::Object(inner)) => inner.clone(),
        Some(Value::String(token)) => {
            let token = token.clone();
            let mut fields = fields;
            fields.insert("access_token".into(), token.into());
            fields
        }
        _ => fields,
    }
}

/// An error as the standard has it, whatever it looked like.
fn refusal(fields: JsonObject, status: u16) -> Result<HttpResponse, NoAnswer> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let code = code_of(&fields);
    if let Some(code) = FOR_A_WHILE.iter().find(|known| **known == code) {
        return Err(NoAnswer::ForAWhile { status, code });
    }
    let described =
        ["error_description", "message", "error_message"].iter().find_map(|name| text(fields.get(*name)));
    let inner = fields.get("error").and_then(|error| error.get("message"));
    let described = described.or_else(|| text(inner));
    let mut standard = JsonObject::new();
    standard.insert("error".into(), code.into());
    standard.extend(described.map(|text| ("error_description".to_owned(), Value::String(text))));
    Ok(response(StatusCode::BAD_REQUEST, standard))
}

/// The code of an error, in one of the places where providers have it; empty where there is none.
fn code_of(fields: &JsonObject) -> String {
    let error = fields.get("error");
    let inner = |name: &str| error.and_then(|error| error.get(name));
    let places = [error, inner("code"), inner("type")];
    let code = places.into_iter().flatten().find_map(Value::as_str);
    let hubspots = fields.get(HUBSPOT_FIELD).and_then(Value::as_str);
    code.or(hubspots.filter(|code| code.starts_with(HUBSPOT_CODES))).unwrap_or_default().to_owned()
}

/// Whether a status that is no success, with this code, speaks of the token or the client. A URL that leads nowhere is answered with
/// 404 and a page, or with an error that only repeats the status: that speaks of the URL.
fn is_refusal(status: StatusCode, code: &str) -> bool {
    if GRANT_ERRORS.contains(&code) || FOR_A_WHILE.contains(&code) {
        return true;
    }
    let is_of_the_standard = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED].contains(&status);
    let words = code.replace(['_', '-'], " ");
    let repeats = status.canonical_reason().is_some_and(|reason| words.eq_ignore_ascii_case(reason));
    is_of_the_standard && !code.is_empty() && !repeats
}

fn response(status: StatusCode, fields: JsonObject) -> HttpResponse {
    let mut response = HttpResponse::new(Value::Object(fields).to_string().into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
