//! The members of `nango`: which there are, and what each does.

use serde_json::json;

use super::row::Row;

const FUNCTIONS: &str = "'get', 'post', 'put', 'patch', 'delete', 'proxy', 'paginate', 'uncontrolledFetch', 'getConnection', 'getToken', \
    'getIntegration', 'getWebhookURL', 'getMetadata', 'setMetadata', 'updateMetadata', 'setFieldMapping', 'getFieldMapping', \
    'getEnvironmentVariables', 'triggerAction', 'triggerSync', 'startSync', 'log', 'setLogger', 'tryAcquireLock', 'releaseLock', \
    'releaseAllLocks', 'getCheckpoint', 'saveCheckpoint', 'clearCheckpoint', 'zodValidateInput', 'getFlowAttributes', 'ActionError'";

/// Lines of the log by the function: level, message, meta.
fn logs(body: &str, expected: serde_json::Value) -> Row {
    Row::body(body).sees(move |seen| {
        let lines = seen.answer.document["logs"].as_array().cloned().unwrap_or_default();
        let got = serde_json::Value::Array(
            lines.iter().map(|line| json!([line["level"], line["message"], line["meta"]])).collect(),
        );
        if got == expected { Ok(()) } else { Err(format!("the log is {got}, not {expected}")) }
    })
}

rows! {
    every_member_is_there => Row::body(&format!("give([{FUNCTIONS}].filter((name) => typeof nango[name] !== 'function'));")).gives(json!([]));

    members_give_promises => Row::body(
        "const calls = [nango.getMetadata(), nango.getConnection(), nango.getToken(), nango.getEnvironmentVariables(), nango.log('x'),\n\
           nango.tryAcquireLock({ key: 'k', ttlMs: 1000 }), nango.releaseLock({ key: 'k' }), nango.releaseAllLocks(), nango.getCheckpoint()];\n\
         const promises = calls.every((call) => typeof call.then === 'function');\nawait Promise.all(calls);\ngive(promises);",
    ).gives(json!(true));

    data_properties => Row::body(
        "give([nango.connectionId, nango.providerConfigKey, nango.provider, nango.environmentName, nango.scriptType, nango.isCLI,\n\
           typeof nango.environmentId, typeof nango.accountId, typeof nango.activityLogId, nango.syncId === undefined, nango.syncJobId === undefined]);",
    ).gives(json!(["acme", "salesforce", "salesforce", "dev", "on-event", true, "number", "number", "string", true, true]));

    the_synthetic_sync_config => Row::body(
        "const { id, sync_name, type, models, nango_config_id, track_deletes, enabled, models_json_schema, input, features, metadata, source } = nango.syncConfig;\n\
         give({ id, sync_name, type, models, nango_config_id, track_deletes, enabled, models_json_schema, input, features, metadata, source });",
    ).gives(json!({
        "id": -1, "sync_name": "check", "type": "sync", "models": [], "nango_config_id": -1, "track_deletes": false, "enabled": true,
        "models_json_schema": null, "input": null, "features": [], "metadata": {}, "source": "repo"
    }));

    get_connection_has_nangos_shape => Row::body("give(Object.keys(await nango.getConnection()).sort());").gives(json!([
        "connection_config", "connection_id", "created_at", "credentials", "end_user", "errors", "id", "last_fetched_at", "metadata",
        "provider", "provider_config_key", "tags", "updated_at", "webhook_url_override"
    ]));

    // Nango's API is asked once for the run, and then as often as the function's cache lets through.
    get_connection_twice_is_one_call => Row::body("await nango.getConnection();\nawait nango.getConnection();")
        .nango(|_| {}).asked_nango("/connections/acme", 2);
    get_connection_after_set_metadata_is_another => Row::body("await nango.getConnection();\nawait nango.setMetadata({});\nawait nango.getConnection();")
        .nango(|_| {}).asked_nango("/connections/acme", 3);
    get_connection_with_force_refresh_is_another => Row::body("await nango.getConnection();\nawait nango.getConnection(undefined, undefined, { forceRefresh: true });")
        .nango(|_| {}).asked_nango("/connections/acme", 3);
    get_token_is_never_remembered => Row::body("await nango.getToken();\nawait nango.getToken();").nango(|_| {}).asked_nango("/connections/acme", 3);
    get_integration_is_remembered_by_its_include => Row::body(
        "await nango.getIntegration();\nawait nango.getIntegration();\nawait nango.getIntegration({ include: ['webhook'] });\nawait nango.getWebhookURL();",
    ).nango(|_| {}).asked_nango("/integrations/salesforce", 2);
    // In Nango only the last of several is sent.
    get_integration_sends_every_include => Row::body("await nango.getIntegration({ include: ['webhook', 'credentials'] });")
        .nango(|_| {}).asked_nango("/integrations/salesforce?include=webhook&include=credentials", 1);
    environment_variables_are_not_remembered => Row::body(
        "give([await nango.getEnvironmentVariables(), await nango.getEnvironmentVariables()]);",
    ).nango(|nango| nango.variable("REGION", "eu"))
        .gives(json!([[{"name": "REGION", "value": "eu"}], [{"name": "REGION", "value": "eu"}]]))
        .asked_nango("/environment-variables", 2);
    no_environment_variables_are_an_empty_list => Row::body("give(await nango.getEnvironmentVariables());").gives(json!([]));

    the_token_of_oauth2_is_its_text => Row::body("give(typeof await nango.getToken());").gives(json!("string"));
    the_token_of_oauth1_is_a_pair => Row::body("give(Object.keys(await nango.getToken()));").nango(|_| {})
        .credentials(json!({"type": "OAUTH1", "oauth_token": "t", "oauth_token_secret": "s"}))
        .gives(json!(["oAuthToken", "oAuthTokenSecret"]));
    any_other_token_is_the_credentials => Row::body("give(Object.keys(await nango.getToken()));").provider("openai").credentials(json!({"type": "API_KEY", "apiKey": "key-1"}))
        .gives(json!(["type", "apiKey"]));

    webhook_url_is_nangos => Row::body("give((await nango.getWebhookURL()).endsWith('/salesforce'));").nango(|_| {}).gives(json!(true));

    trigger_action_gives_the_output => Row::body("give(await nango.triggerAction('salesforce', 'acme', 'double', 21));")
        .with_file("salesforce/actions/double.ts", "import { createAction } from 'nango';\nexport default createAction({ description: 'd', version: '1', exec: async (_: any, n: any) => n * 2 } as any);\n")
        .with_file("index.ts", "import './salesforce/on-events/check';\nimport './salesforce/actions/double';\n")
        .gives(json!(42));

    log_levels => logs(
        "nango.log('a');\nnango.log('b', { level: 'warn' });\nnango.log('c', { x: 1 }, { level: 'error' });\nnango.log('d', { level: 'verbose' });\nnango.log('e', { level: 'http' });",
        json!([["info", "a", null], ["warn", "b", null], ["error", "c", {"x": 1}], ["debug", "d", null], ["info", "e", null]]),
    );
    log_messages_of_other_kinds => logs(
        "nango.log({ b: 1, a: 2 });\nnango.log(null);\nnango.log(undefined);\nnango.log(7);",
        json!([["info", "{\"a\":2,\"b\":1}", null], ["info", "null", null], ["info", "undefined", null], ["info", "7", null]]),
    );
    // In Nango these lines are lost.
    log_with_an_unknown_level_keeps_it_as_data => logs("nango.log('a', { level: 'loud' });\nnango.log('b', 'c');", json!([["info", "a", {"level": "loud"}], ["info", "b", {"value": "c"}]]));
    set_logger_drops_lines_below => logs("nango.setLogger({ level: 'warn' });\nnango.log('a');\nnango.log('b', { level: 'warn' });", json!([["warn", "b", null]]));

    a_lock_is_its_owners_again_and_nobody_elses => Row::body(
        "const own = () => nango.tryAcquireLock({ key: 'k', ttlMs: 60000 });\n\
         const first = [await own(), await own(), await nango.triggerAction('salesforce', 'acme', 'other')];\n\
         give([...first, await nango.releaseLock({ key: 'k' }), await nango.releaseLock({ key: 'k' })]);",
    )
    .with_file("salesforce/actions/other.ts", "import { createAction } from 'nango';\nexport default createAction({ description: 'd', version: '1', exec: async (nango: any) => nango.tryAcquireLock({ key: 'k', ttlMs: 1 }) } as any);\n")
    .with_file("index.ts", "import './salesforce/on-events/check';\nimport './salesforce/actions/other';\n")
    .gives(json!([true, true, false, true, false]));

    a_lock_needs_a_key_and_a_time => Row::body(
        "const fails = async (o: any) => { try { await nango.tryAcquireLock(o); return false; } catch { return true; } };\n\
         give([await fails({ key: '', ttlMs: 1 }), await fails({ key: 'k'.repeat(256), ttlMs: 1 }), await fails({ key: 'k', ttlMs: 0 })]);",
    ).gives(json!([true, true, true]));

    a_checkpoint_is_read_back_and_cleared => Row::body(
        "const seen: any[] = [await nango.getCheckpoint()];\nawait nango.saveCheckpoint({ page: 2, id: 'x', done: false });\nseen.push(await nango.getCheckpoint());\n\
         await nango.clearCheckpoint();\nseen.push(await nango.getCheckpoint());\ngive(seen);",
    ).gives(json!([null, {"page": 2, "id": "x", "done": false}, null]));
    a_checkpoint_is_flat => Row::body("try { await nango.saveCheckpoint({ a: {} }); } catch (e: any) { give(e.message); }")
        .sees(|seen| {
            let message = seen.answer.document["logs"][0]["meta"]["value"].to_string();
            if message.contains("invalid checkpoint") { Ok(()) } else { Err(format!("the message is {message}")) }
        });

    zod_validate_input_gives_the_result => Row::body("give(await nango.zodValidateInput({ zodSchema: z.object({ n: z.coerce.number() }), input: { n: '7' } }));")
        .gives(json!({"success": true, "data": {"n": 7}}));
    zod_validate_input_logs_each_issue_and_throws => Row::body("await nango.zodValidateInput({ zodSchema: z.object({ a: z.object({ b: z.string() }), c: z.number() }), input: { a: { b: 1 } } });")
        .exits(3).has("/error/type", json!("action_script_runtime_error"))
        .sees(|seen| {
            let logs = seen.answer.document["logs"].as_array().cloned().unwrap_or_default();
            let whole = logs.len() == 2 && logs[0]["level"] == "error" && logs[0]["message"].to_string().contains("a.b");
            if whole { Ok(()) } else { Err(format!("the log is {logs:?}")) }
        });

    flow_attributes_are_for_syncs => Row::body("try { nango.getFlowAttributes(); } catch (e: any) { give(e instanceof Error); }").gives(json!(true));
    // In Nango they start syncs, of which onevent has none.
    sync_members_say_so => Row::body("try { await nango.triggerSync('salesforce', 'acme', 's'); } catch (e: any) { give(/triggerSync.*syncs/.test(e.message)); }").gives(json!(true));
}
