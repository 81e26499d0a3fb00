//! Calls of the provider: axios' response and error, and what of the configuration is sent.

use serde_json::{Value, json};

use super::row::Row;

fn request(config: &str) -> Row {
    Row::body(&format!("await nango.proxy({config});")).answer("/", json!({}))
}

/// A call that rejects: what it gives of the error.
fn rejected(config: &str, of: &str) -> Row {
    Row::body(&format!(
        "try {{ await nango.get({config}); give('resolved'); }} catch (e: any) {{ give({of}); }}"
    ))
}

/// A call that cannot be built: a plain error with this code.
fn misconfigured(config: &str, code: &str) -> Row {
    rejected(config, "[e instanceof Error, e.name, e.isAxiosError ?? null, e.code]")
        .gives(json!([true, "Error", null, code]))
        .asked(&[])
}

rows! {
    a_response_has_axios_shape => Row::body(
        "const r = await nango.get({ endpoint: '/x', headers: { 'X-Own': '1' } });\n\
         give([Object.keys(r).sort(), r.data, r.status, r.statusText, r.headers['content-type'], r.headers['x-reply'],\n\
           Object.keys(r.headers).every((name) => name === name.toLowerCase()), r.config.method, r.config.headers['x-own']]);",
    )
    .answers("/x", &[(201, &[("X-Reply", "r")], json!({"a": 1}))])
    .gives(json!([
        ["config", "data", "headers", "request", "status", "statusText"],
        {"a": 1}, 201, "Created", "application/json", "r", true, "get", "1"
    ]));

    a_4xx_rejects_with_axios_error => rejected(
        "{ endpoint: '/x' }",
        "[e instanceof Error, e.name, e.message, e.code, e.isAxiosError, e.status, Object.keys(e.response).sort(), e.response.data, e.response.status, typeof e.toJSON]",
    )
    .answers("/x", &[(404, &[], json!({"error": "gone"}))])
    .gives(json!([
        true, "AxiosError", "Request failed with status code 404", "ERR_BAD_REQUEST", true, 404,
        ["config", "data", "headers", "request", "status", "statusText"], {"error": "gone"}, 404, "function"
    ]));

    a_5xx_has_the_other_code => rejected("{ endpoint: '/x' }", "[e.code, e.message, e.config.url.endsWith('/x')]")
        .answers("/x", &[(503, &[], json!({}))])
        .gives(json!(["ERR_BAD_RESPONSE", "Request failed with status code 503", true]));

    an_error_as_json_has_no_answer => rejected("{ endpoint: '/x' }", "Object.keys(e.toJSON()).includes('response')")
        .answers("/x", &[(404, &[], json!({}))]).gives(json!(false));

    a_3xx_that_is_no_redirect_rejects => rejected("{ endpoint: '/x' }", "[e.isAxiosError, e.response.status]")
        .answers("/x", &[(304, &[], json!(null))]).gives(json!([true, 304]));

    no_answer_is_an_axios_error_without_response => rejected(
        "{ endpoint: '/x', baseUrlOverride: 'http://127.0.0.1:9' }", "[e.name, e.isAxiosError, e.code, 'response' in e]",
    ).gives(json!(["Error", true, "ECONNREFUSED", false]));

    text_that_is_no_json_stays_text => Row::body("give((await nango.get({ endpoint: '/x', responseType: 'text' })).data);")
        .answer("/x", json!({"a": 1})).gives(json!("{\"a\":1}"));

    arraybuffer_gives_bytes => Row::body("const { data } = await nango.get({ endpoint: '/x', responseType: 'arraybuffer' }); give([...data]);")
        .answer("/x", json!(12)).gives(json!([49, 50]));

    leading_slashes_of_an_endpoint_are_dropped => request("{ endpoint: '///x/y' }").asked(&["GET /x/y"]);
    an_endpoint_without_a_slash_gets_one => request("{ endpoint: 'x' }").asked(&["GET /x"]);
    get_is_the_default_and_methods_have_no_case => request("{ endpoint: '/x', method: 'delete' }").asked(&["DELETE /x"]);

    an_absolute_endpoint_below_the_base_is_a_path => Row::body(
        "const r = await nango.get({ endpoint: '/x' });\nawait nango.get({ endpoint: r.config.url.replace('/x', '/y?a=1') });",
    ).answer("/", json!({})).asked(&["GET /x", "GET /y?a=1"]);

    each_method_has_its_member => Row::body(
        "for (const m of ['get', 'post', 'put', 'patch', 'delete']) await nango[m]({ endpoint: `/${m}` });",
    ).answer("/", json!({})).asked(&["GET /get", "POST /post", "PUT /put", "PATCH /patch", "DELETE /delete"]);

    base_url_override_replaces_the_base => Row::body(
        "const r = await nango.get({ endpoint: '/x' });\nawait nango.get({ endpoint: '/y', baseUrlOverride: r.config.url.replace('/x', '/deep/') });",
    ).answer("/", json!({})).asked(&["GET /x", "GET /deep/y"]);

    params_are_set_as_text => request("{ endpoint: '/x?a=1&b=2', params: { b: 3, c: [1, 2], d: true, e: 'ü &' } }")
        .asked(&["GET /x?a=1&b=3&c=1%2C2&d=true&e=%C3%BC+%26"]);
    text_params_are_appended => request("{ endpoint: '/x', params: 'a=1&b=%20' }").asked(&["GET /x?a=1&b=%20"]);
    text_params_beside_a_query_are_an_error => misconfigured("{ endpoint: '/x?a=1', params: 'b=2' }", "invalid_query_params");

    // In Nango it becomes the text `undefined`.
    an_undefined_param_is_left_out => request("{ endpoint: '/x', params: { a: undefined, b: 1 } }").asked(&["GET /x?b=1"]);

    the_connections_token_is_sent => request("{ endpoint: '/x' }")
        .sent_header("authorization", Some("Bearer token-of-the-first-organization"));
    own_headers_win => request("{ endpoint: '/x', headers: { Authorization: 'mine', 'X-Own': 'yes' } }")
        .sent_header("authorization", Some("mine")).sent_header("x-own", Some("yes"));
    basic_credentials => request("{ endpoint: '/x' }").provider("aircall-basic").credentials(json!({"type": "BASIC", "username": "u", "password": "p"}))
        .sent_header("authorization", Some("Basic dTpw"));
    // In Nango it is replaced by the SDK's own.
    the_user_agent_can_be_set => request("{ endpoint: '/x', headers: { 'User-Agent': 'mine' } }").sent_header("user-agent", Some("mine"));

    data_is_sent_as_json => request("{ endpoint: '/x', method: 'POST', data: { a: [1, null] } }")
        .sent_body("{\"a\":[1,null]}").sent_header("content-type", Some("application/json"));
    data_of_a_get_is_not_sent => request("{ endpoint: '/x', data: { a: 1 } }").sent_body("").sent_header("content-type", None);
    data_of_a_delete_is_sent => request("{ endpoint: '/x', method: 'DELETE', data: { a: 1 } }").sent_body("{\"a\":1}");
    falsy_data_is_not_sent => request("{ endpoint: '/x', method: 'POST', data: 0 }").sent_body("");
    a_form_is_sent_as_one => request(
        "{ endpoint: '/x', method: 'POST', data: { a: 'ü', b: 2 }, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }",
    ).sent_body("a=%C3%BC&b=2");
    multipart_form_data => request(
        "{ endpoint: '/x', method: 'POST', data: { a: 'b' }, headers: { 'content-type': 'multipart/form-data' } }",
    ).sees(|seen| {
        let journal = seen.world.provider.journal();
        let body = &journal[0].body;
        let whole = body.contains("name=\"a\"\r\n\r\nb\r\n") && journal[0].header("content-type").is_some_and(|t| t.contains("boundary="));
        if whole { Ok(()) } else { Err(format!("no form: {body}")) }
    });

    no_endpoint => misconfigured("{}", "missing_endpoint");
    another_integration_that_is_not_there => rejected("{ endpoint: '/x', providerConfigKey: 'gone' }", "[e.response.status, e.response.data.error.code]")
        .gives(json!([404, "unknown_provider_config"]));
    another_connection_that_is_not_there => rejected("{ endpoint: '/x', connectionId: 'gone' }", "[e.response.status, e.response.data.error.code]")
        .gives(json!([400, "server_error"]));
    a_provider_without_a_base_url => misconfigured_provider();

    at_most_five_redirects => Row::body("await nango.get({ endpoint: '/x' });")
        .answers("/x", &[(302, &[("location", "/x")], json!({}))])
        .exits(1)
        .sees(|seen| match seen.world.provider.journal().len() {
            6 => Ok(()),
            asked => Err(format!("{asked} requests, not one and five redirects")),
        });
}

fn misconfigured_provider() -> Row {
    misconfigured("{ endpoint: '/x' }", "unsupported_provider")
        .with_file("providers.yaml", "bare:\n  auth_mode: NONE\n")
        .with_file(
            "onevent.toml",
            "providers = \"providers.yaml\"\n[integrations.salesforce]\nprovider = \"bare\"\n",
        )
        .credentials(Value::Object(serde_json::Map::new()))
}
