//! Metadata: replaced by `setMetadata`, merged by `updateMetadata`, and what both answer.

use serde_json::json;

use super::row::Row;

fn starting(body: &str) -> Row {
    Row::body(body).metadata(json!({"a": {"x": 1}, "b": 2}))
}

fn after(body: &str, after: serde_json::Value) -> Row {
    starting(body).has("/metadata/before", json!({"a": {"x": 1}, "b": 2})).has("/metadata/after", after)
}

rows! {
    set_replaces_the_whole_object => after("await nango.setMetadata({ a: { y: 2 } });", json!({"a": {"y": 2}}));
    update_merges_the_first_level => after("await nango.updateMetadata({ a: { y: 2 } });", json!({"a": {"y": 2}, "b": 2}));
    update_with_null_keeps_the_key => after("await nango.updateMetadata({ b: null });", json!({"a": {"x": 1}, "b": null}));

    set_answers_201_with_the_request_echoed => starting(
        "const r = await nango.setMetadata({ c: 3 });\ngive([r.status, r.data, Object.keys(r).sort()]);",
    ).gives(json!([
        201,
        {"connection_id": "acme", "provider_config_key": "salesforce", "metadata": {"c": 3}},
        ["config", "data", "headers", "request", "status", "statusText"]
    ]));

    update_answers_200_with_the_request_echoed => starting("const r = await nango.updateMetadata({ c: 3 });\ngive([r.status, r.data]);")
        .gives(json!([200, {"connection_id": "acme", "provider_config_key": "salesforce", "metadata": {"c": 3}}]));

    // The same against Nango itself: its own statuses and bodies, by its own routes.
    nango_is_asked_by_its_own_routes => starting("await nango.setMetadata({ c: 3 });\nawait nango.updateMetadata({ d: 4 });")
        .flags(&["--allow-writes"])
        .nango(|_| {})
        .sees(|seen| {
            let journal = seen.nango.map(onevent_tests::NangoServer::journal).unwrap_or_default();
            let writes: Vec<_> =
                journal.iter().filter(|asked| asked.path == "/connections/metadata").map(|a| a.summary()).collect();
            let expected = ["POST /connections/metadata → 201", "PATCH /connections/metadata → 200"];
            if writes == expected { Ok(()) } else { Err(format!("Nango was asked {writes:?}")) }
        })
        .sees(|seen| {
            let stored = seen.nango.map(|nango| nango.metadata("salesforce", "acme"));
            if stored == Some(json!({"c": 3, "d": 4})) { Ok(()) } else { Err(format!("Nango has {stored:?}")) }
        });

    a_falsy_argument_is_a_plain_error => starting(
        "const of = async (f: any) => { try { await f(); } catch (e: any) { return [e.constructor.name, /metadata is required/i.test(e.message)]; } };\n\
         give([await of(() => nango.setMetadata(null)), await of(() => nango.updateMetadata(undefined))]);",
    ).gives(json!([["Error", true], ["Error", true]])).has("/metadata/writes", json!([]));

    no_metadata_is_null => Row::body("give([await nango.getMetadata(), (await nango.getConnection()).metadata]);").gives(json!([null, null]));
    get_reads_what_was_written => starting("await nango.setMetadata({ c: 3 });\ngive([await nango.getMetadata(), (await nango.getConnection()).metadata]);")
        .gives(json!([{"c": 3}, {"c": 3}]));

    set_field_mapping_is_set_metadata => after("await nango.setFieldMapping({ c: 3 });", json!({"c": 3}));
    get_field_mapping_looks_for_its_key => Row::body("give(await nango.getFieldMapping());").metadata(json!({"fieldMapping": {"f": 1}})).gives(json!({"f": 1}));
    get_field_mapping_without_one_is_empty => starting("give(await nango.getFieldMapping());").gives(json!({}));
}
