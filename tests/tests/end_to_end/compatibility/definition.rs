//! `createOnEvent` and its siblings: their shape and tag.

use serde_json::json;

use super::row::Row;

/// A file whose `exec` is not `async (nango) => …`.
fn exec(exec: &str) -> Row {
    Row::file(format!(
        "import {{ createOnEvent }} from 'nango';\n\
         export default createOnEvent({{ description: 'test', event: 'validate-connection', exec: {exec} }} as any);\n"
    ))
}

rows! {
    create_on_event_is_its_argument_with_a_tag => Row::body(
        "const props = { event: 'validate-connection', description: 'd', version: '1.0.0', exec: async () => {} } as const;\n\
         const made: any = createOnEvent(props);\n\
         give([made.type, made.exec === props.exec, made.event, made.version, Object.keys(made)]);",
    )
    .gives(json!(["onEvent", true, "validate-connection", "1.0.0", ["type", "event", "description", "version", "exec"]]));

    create_on_event_checks_nothing_when_it_is_called =>
        Row::body("give(createOnEvent({ event: 'no such event' } as any));")
            .gives(json!({"type": "onEvent", "event": "no such event"}));

    create_action_is_its_argument_with_a_tag =>
        Row::body("give((createAction({ description: 'd', exec: async () => 1 } as any) as any).type);").gives(json!("action"));

    create_sync_is_its_argument_with_a_tag =>
        Row::body("give((createSync({ description: 'd' } as any) as any).type);").gives(json!("sync"));

    // In Nango it gets `nango` alone.
    exec_gets_nango_and_what_it_may_know_of_its_run =>
        exec("async (...args: any[]) => { args[0].log('given', { value: [args.length, args[1].attempt] }); }")
            .gives(json!([2, 1]));

    exec_need_not_be_async => exec("(nango: any) => { nango.log('given', { value: 1 }); }").gives(json!(1));

    what_exec_returns_is_ignored => Row::body("return { never: 'seen' };")
        .has("/outcome", json!("succeeded")).has("/output", json!(null));

    // In Nango this hangs until the run expires.
    a_result_without_a_json_form_is_ignored_too => Row::body("return await nango.get({ endpoint: '/x' });")
        .answer("/x", json!({})).has("/outcome", json!("succeeded"));

    metadata_may_be_void => Row::file(
        "import { createOnEvent } from 'nango';\nimport * as z from 'zod';\n\
         export default createOnEvent({ description: 'd', event: 'validate-connection', metadata: z.void(), exec: async () => {} });\n",
    ).has("/outcome", json!("succeeded"));

    a_definition_may_be_a_variable => Row::file(
        "import { createOnEvent } from 'nango';\n\
         const definition = createOnEvent({ description: 'd', event: 'validate-connection', exec: async () => {} });\n\
         export default definition;\n",
    ).has("/outcome", json!("succeeded"));

    // In Nango such a function is dropped without a word.
    an_unknown_event_is_an_error => Row::file(
        "import { createOnEvent } from 'nango';\n\
         export default createOnEvent({ description: 'd', event: 'on-birthday' as any, exec: async () => {} });\n",
    ).exits(10).says("/error/message", "on-birthday");

    a_file_without_a_default_export_is_an_error =>
        Row::file("export const x = 1;\n").exits(10).says("/error/message", "salesforce/on-events/check.ts: the file has no default export");

    a_default_export_without_exec_is_an_error => Row::file(
        "import { createOnEvent } from 'nango';\nexport default createOnEvent({ description: 'd', event: 'validate-connection' } as any);\n",
    ).exits(10).says("/error/message", "exec");
}
