//! Errors that are Nango's own among the answers of its proxy.

use onevent_contract::HostError;
use onevent_proxy::OriginAnswer;
use serde_json::Value;

use super::error::said;

/// Errors of Nango's proxy before or instead of a call: status and code, which together with the body's shape no
/// provider is likely to answer with.
const OWN_ERRORS: [(u16, &[&str]); 7] = [
    (
        400,
        &[
            "server_error",
            "unknown_connection",
            "base_url_override_disabled",
            "base_url_override_not_allowed",
            "missing_api_url",
            "missing_provider",
            "unknown_provider",
            "unsupported_provider",
            "unsupported_auth",
            "invalid_query_params",
            "invalid_certificate_or_key_format",
            "failed_to_get_connection",
            "invalid_headers",
            "proxy_redirect_to_denied_host",
        ],
    ),
    (401, &["missing_auth_header", "malformed_auth_header", "invalid_secret_key_format", "unknown_account"]),
    (402, &["plan_limit"]),
    (403, &["forbidden", "invalid_permissions"]),
    (404, &["unknown_provider_config"]),
    (
        424,
        &[
            "connection_refresh_backoff",
            "connection_refresh_exhausted",
            "invalid_credentials",
            "server_error",
        ],
    ),
    (429, &["too_many_request"]),
];

/// Whether an error is Nango's own.
pub(super) fn is_nangos(answer: &OriginAnswer) -> bool {
    let Some((code, _)) = said(&answer.body) else { return false };
    let known =
        OWN_ERRORS.iter().any(|(status, codes)| *status == answer.status && codes.contains(&code.as_str()));
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let fields = ["code", "message", "payload", "errors", "method", "path"];
    let only = |value: Option<&Value>, allowed: &[&str]| {
        value
            .and_then(Value::as_object)
            .is_some_and(|object| object.keys().all(|key| allowed.contains(&key.as_str())))
    };
    known && only(Some(&body), &["error"]) && only(body.get("error"), &fields)
}

/// Nango's way to say that the provider did not answer: 500 with `{message, code, status, method}`.
pub(super) fn unanswered(answer: &OriginAnswer) -> Option<HostError> {
    if answer.status != 500 {
        return None;
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let object = body.as_object()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let shaped = object.keys().all(|key| matches!(key.as_str(), "message" | "code" | "status" | "method"));
    let (code, message, _method) = (text("code")?, text("message")?, text("method")?);
    let system =
        code.len() > 2 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    (shaped && system).then(|| HostError::Network { code: code.to_owned(), message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use onevent_contract::HeaderLines;

    use super::*;

    fn answer(status: u16, body: &str) -> OriginAnswer {
        let (status_text, headers) = (String::new(), HeaderLines::default());
        OriginAnswer { status, status_text, headers, body: body.to_owned().into() }
    }

    #[test]
    fn nangos_errors_are_told_from_a_providers() {
        for (status, body, nangos) in [
            (404, r#"{"error":{"code":"unknown_provider_config","message":"m"}}"#, true),
            (400, r#"{"error":{"code":"unknown_provider_config","message":"m"}}"#, false),
            (404, r#"{"error":{"code":"not_found","message":"m"}}"#, false),
            (401, r#"{"error":{"code":"unknown_account","message":"m","payload":{}}}"#, true),
            (401, r#"{"error":{"code":"unknown_account","reason":"m"}}"#, false),
            (401, r#"{"error":{"code":"unknown_account"},"id":1}"#, false),
            (429, r#"{"error":{"code":"too_many_request","method":"GET","path":"/proxy/x"}}"#, true),
            (400, r#"{"error":"server_error"}"#, false),
            (400, "server_error", false),
        ] {
            assert_eq!(is_nangos(&answer(status, body)), nangos, "{status} {body}");
        }
    }

    #[test]
    fn a_provider_that_did_not_answer_is_told_from_one_that_answered_500() {
        let code = |status, body| match unanswered(&answer(status, body)) {
            Some(HostError::Network { code, .. }) => code,
            _ => String::new(),
        };
        let told = r#"{"message":"connect ECONNREFUSED 1.2.3.4:443","code":"ECONNREFUSED","method":"GET"}"#;
        assert_eq!(code(500, told), "ECONNREFUSED");
        assert_eq!(code(502, told), "");
        assert_eq!(code(500, r#"{"message":"m","code":"internal","method":"GET"}"#), "");
        assert_eq!(code(500, r#"{"message":"m","code":"INTERNAL"}"#), "");
        assert_eq!(code(500, r#"{"message":"m","code":"INTERNAL","method":"GET","id":1}"#), "");
    }
}
