//! The mock file, `<integration>/tests/<name>.test.json`: what is read, and what is written.

use serde_json::{Value, json};

use super::row::{Row, Seen};

/// A replay of this file.
fn replayed(body: &str, api: Value) -> Row {
    Row::body(body)
        .with_file("salesforce/tests/check.test.json", json!({"nango": {}, "api": api}).to_string())
        .flags(&["--replay"])
        .asked(&[])
}

const GET: &str = "give((await nango.get({ endpoint: '/x', params: { b: 2, a: [1, 2] }, headers: { 'X-Own': 'yes' } })).data);";

/// SHA-1 of `{"method":"get","endpoint":"x","params":[["a","1,2"],["b","2"]],"headers":[["X-Own","yes"]]}`.
const GET_HASH: &str = "87a35d2e39f042aa788e148ca0347ddae92c6c3a";
/// SHA-1 of `{"method":"post","endpoint":"x","params":[],"headers":[],"data":"{\"n\":1}"}`.
const POST_HASH: &str = "53ee091921ede102e78553083a1e770bac244228";

fn saved(seen: &Seen<'_>) -> Result<Value, String> {
    let path = seen.world.path().join("salesforce/tests/check.test.json");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    if !text.starts_with("{\n  \"") {
        return Err(format!("not indented by two spaces: {text}"));
    }
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// A value of the file that a run with `--save` wrote.
fn writes(row: Row, pointer: &'static str, expected: Value) -> Row {
    row.flags(&["--save"]).sees(move |seen| {
        let file = saved(seen)?;
        let got = file.pointer(pointer).cloned().unwrap_or_default();
        if got == expected { Ok(()) } else { Err(format!("{pointer} of the file is {got}, not {expected}")) }
    })
}

rows! {
    an_answer_is_found_by_its_hash => replayed(GET, json!({"get": {"/x": [
        {"response": "other", "status": 200, "hash": "0000000000000000000000000000000000000000", "request": {"params": {"c": "3"}}},
        {"response": "by hash", "status": 200, "hash": GET_HASH, "request": {"params": {"is": "not looked at"}}},
    ]}})).gives(json!("by hash"));

    an_answer_is_found_by_its_request => replayed(GET, json!({"get": {"/x": [
        {"response": "other", "status": 200, "hash": "0", "request": {"params": {"b": "2"}}},
        {"response": "by request", "status": 200, "hash": "0", "request": {"params": {"b": "2", "a": "1,2"}, "headers": {"x-own": "yes"}}},
    ]}})).gives(json!("by request"));

    an_answer_alone_needs_no_request => replayed("give((await nango.get({ endpoint: '/x' })).data);", json!({"get": {"/x": {"response": {"a": 1}, "status": 200}}}))
        .gives(json!({"a": 1}));

    a_status_outside_2xx_throws => replayed("await nango.get({ endpoint: '/x' });", json!({"get": {"/x": {"response": {"error": "gone"}, "status": 404}}}))
        .exits(1).has("/error/type", json!("script_http_error")).has("/error/status", json!(404));

    a_request_without_an_answer_names_it => replayed("await nango.get({ endpoint: '/y' });", json!({"get": {"/x": {"response": 1}}}))
        .exits(1).says("/error/message", "GET /y");

    connection_and_metadata_are_read => Row::body("give([nango.connectionId, (await nango.getConnection()).connection_config, await nango.getMetadata()]);")
        .with_file("salesforce/tests/check.test.json", json!({
            "nango": {"getConnection": {"connection_config": {"a": 1}, "credentials": {}}, "getMetadata": {"m": 2}}, "api": {}
        }).to_string())
        .flags(&["--replay"]).gives(json!(["acme", {"a": 1}, {"m": 2}]));

    a_get_is_written => writes(Row::body(GET).answer("/x", json!({"a": 1})), "/api/get/~1x/request", json!({
        "params": {"a": "1,2", "b": "2"}, "headers": {"x-own": "yes"},
    })).sees(|seen| {
        let entry = &saved(seen)?["api"]["get"]["/x"];
        let got = json!([entry["response"], entry["status"], entry["headers"]["content-type"], entry["hash"]]);
        if got == json!([{"a": 1}, 200, "application/json", GET_HASH]) { Ok(()) } else { Err(format!("the entry has {got}")) }
    });

    a_post_is_written_with_its_data => writes(
        Row::body("await nango.post({ endpoint: '/x', data: { n: 1 } });").answer("/x", json!({})), "/api/post/~1x/hash", json!(POST_HASH),
    );

    several_of_one_endpoint_are_a_list => Row::body("for (const n of [1, 2, 2]) await nango.get({ endpoint: '/x', params: { n } });").answer("/x", json!({}))
        .flags(&["--save"]).sees(|seen| match saved(seen)?["api"]["get"]["/x"].as_array().map(Vec::len) {
            Some(2) => Ok(()),
            other => Err(format!("{other:?} entries, not two: the same request is recorded once")),
        });

    an_error_is_written_too => writes(Row::body("await nango.get({ endpoint: '/x' }).catch(() => {});").answers("/x", &[(404, &[], json!({"error": "gone"}))]), "/api/get/~1x/status", json!(404));

    metadata_is_written => writes(Row::body("await nango.getMetadata();").metadata(json!({"m": 2})), "/nango/getMetadata", json!({"m": 2}));

    // In Nango it is usually empty.
    the_connection_is_written => writes(Row::body("await nango.getConnection();"), "/nango/getConnection/connection_id", json!("acme"));
}
