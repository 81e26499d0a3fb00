//! How what a function throws is named, what its payload becomes, and what the person who connects reads of it.

use serde_json::{Value, json};

use super::row::Row;

const GENERIC: &str = "Connection failed validation";

/// A run that failed: exit code, type, payload, and the message of the verdict.
fn throws(body: &str, exit: i32, kind: &str, payload: Value, message: &str) -> Row {
    Row::body(body)
        .exits(exit)
        .has("/error/type", json!(kind))
        .has("/error/payload", payload)
        .has("/verdict", json!({"accepted": false, "message": message}))
}

/// `new nango.ActionError(<payload>)`.
fn action_error(argument: &str, payload: Value, message: &str) -> Row {
    throws(
        &format!("throw new nango.ActionError({argument});"),
        3,
        "action_script_runtime_error",
        payload,
        message,
    )
    .has("/outcome", json!("rejected"))
    .has("/error/status", json!(500))
}

/// An answer of the provider that nobody catches.
fn http_error(status: u16, body: Value, payload: Value, message: &str) -> Row {
    throws("await nango.get({ endpoint: '/x' });", 1, "script_http_error", payload, message)
        .answers("/x", &[(status, &[("x-rate-left", "7"), ("x-other", "1")], body)])
        .has("/error/status", json!(status))
        .has("/error/additional_properties/upstream_response/status", json!(status))
}

const INTERNAL: &str = "script_internal_error";

rows! {
    action_error_with_a_text => action_error("'x'", json!({"message": "x"}), "x");
    action_error_with_a_number => action_error("7", json!({"message": 7}), GENERIC);
    action_error_with_a_boolean => action_error("true", json!({"message": true}), GENERIC);
    action_error_with_an_array => action_error("[{ id: 1 }]", json!({"message": [{"id": 1}]}), GENERIC);
    action_error_with_an_object => action_error("{ message: 'm', code: 1 }", json!({"message": "m", "code": 1}), "m");
    action_error_with_an_error_text => action_error("{ error: 'e' }", json!({"error": "e"}), "e");
    action_error_with_a_nested_message => action_error("{ error: { message: 'm' } }", json!({"error": {"message": "m"}}), GENERIC);
    action_error_with_nothing => action_error("", json!({}), GENERIC);
    action_error_with_a_falsy_payload => action_error("0", json!({}), GENERIC);

    action_error_is_recognised_by_its_class => Row::body(
        "const error = new nango.ActionError('x');\n\
         give([error instanceof nango.ActionError, error instanceof Error, error.type, 'payload' in new nango.ActionError()]);",
    ).gives(json!([true, true, "action_script_runtime_error", false]));

    // By identity, not by looks.
    what_only_looks_like_an_action_error_is_none =>
        Row::body("throw Object.assign(new Error('x'), { type: 'action_script_runtime_error', payload: {} });")
            .exits(1).has("/error/type", json!(INTERNAL));

    a_thrown_text_keeps_its_quotes => throws("throw 'x';", 1, INTERNAL, json!({"name": "Error", "message": "\"x\""}), "\"x\"")
        .has("/error/message", json!("\"x\""));

    thrown_null => throws("throw null;", 1, INTERNAL, json!({"name": "Error", "message": "null"}), "null");

    a_thrown_error => throws("throw new TypeError('t');", 1, INTERNAL, json!({"name": "TypeError", "message": "t"}), "t")
        .has("/error/status", json!(500));

    a_thrown_error_with_a_code => throws(
        "throw Object.assign(new Error('t'), { code: 'c' });", 1, INTERNAL, json!({"name": "Error", "code": "c", "message": "t"}), "t",
    );

    // In Nango all but `name`, `code` and `message` is lost.
    a_thrown_object_keeps_its_fields => throws("throw { message: 'm', more: [1] };", 1, INTERNAL, json!({"message": "m", "more": [1]}), "m");

    provider_404_with_an_error_text => http_error(404, json!({"error": "Not found"}), json!({"error": "Not found"}), "Not found");
    provider_400_with_a_nested_error => http_error(400, json!({"error": {"message": "no"}}), json!({"error": {"message": "no"}}), GENERIC);
    provider_400_with_a_payload => http_error(400, json!({"payload": {"a": 1}, "x": 2}), json!({"a": 1}), GENERIC);
    provider_500_with_a_text => http_error(500, json!("down"), json!({"message": "down"}), "down");
    provider_422_with_a_list => http_error(422, json!([1]), json!({"message": [1]}), GENERIC);

    upstream_headers_are_the_content_type_and_rates => http_error(400, json!({}), json!({}), GENERIC)
        .has("/error/additional_properties/upstream_response/headers", json!({"content-type": "application/json", "x-rate-left": "7"}))
        .has("/error/additional_properties/upstream_response/body", json!({}));

    an_axios_error_is_recognised_by_its_mark => throws(
        "throw Object.assign(new Error('m'), { isAxiosError: true, response: { status: 418, data: { error: 'tea' }, headers: {} } });",
        1, "script_http_error", json!({"error": "tea"}), "tea",
    );

    // Nango knows its own API by its host, `api.nango.dev` or `localhost`, whatever was asked for there.
    nangos_own_rate_limit => Row::body("await nango.getEnvironmentVariables();")
        .nango(|nango| nango.limit_rate("/environment-variables"))
        .exits(1)
        .has("/error/type", json!("script_api_rate_limit_error"))
        .has("/error/status", json!(429));
    nangos_own_rate_limit_in_a_call => Row::body("await nango.get({ endpoint: '/x' });")
        .nango(|nango| nango.limit_rate("/proxy"))
        .exits(1)
        .has("/error/type", json!("script_api_rate_limit_error"));
    a_providers_rate_limit_is_an_http_error => http_error(429, json!({"error": "slow"}), json!({"error": "slow"}), "slow");
    a_providers_rate_limit_through_nango => Row::body("await nango.get({ endpoint: '/x' });")
        .answers("/x", &[(429, &[], json!({"error": "slow"}))])
        .nango(|_| {})
        .exits(1)
        .has("/error/type", json!("script_http_error"))
        .has("/error/payload", json!({"error": "slow"}));

    connection_refused => throws(
        "await nango.get({ endpoint: '/x', baseUrlOverride: 'http://127.0.0.1:9' });",
        1, "script_network_error",
        json!({"name": "Error", "code": "ECONNREFUSED", "message": "connect ECONNREFUSED 127.0.0.1:9"}),
        "connect ECONNREFUSED 127.0.0.1:9",
    ).has("/error/status", json!(500));
}
