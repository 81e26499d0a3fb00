//! Folders, names, and what `index.ts` says.

use serde_json::json;

use super::row::Row;

const BODY: &str = "exec: async (nango: any) => { await nango.log('given', { value: [nango.providerConfigKey, nango.syncConfig.sync_name] }); }";

fn on_event() -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\nexport default createOnEvent({{ description: 'd', event: 'validate-connection', {BODY} }});\n"
    )
}

/// A project whose `index.ts` is this.
fn index(text: &str) -> Row {
    Row::file(on_event()).with_file("index.ts", text)
}

fn runs(text: &str) -> Row {
    index(text).gives(json!(["salesforce", "check"]))
}

rows! {
    single_quotes => runs("import './salesforce/on-events/check';\n");
    double_quotes => runs("import \"./salesforce/on-events/check\";\n");
    no_semicolon => runs("import './salesforce/on-events/check'\n");
    the_js_ending => runs("import './salesforce/on-events/check.js';\n");
    // In Nango this one breaks.
    the_ts_ending => runs("import './salesforce/on-events/check.ts';\n");
    comments_are_none => runs("// import './salesforce/on-events/gone';\nimport './salesforce/on-events/check';\n");
    twice_is_once => runs("import './salesforce/on-events/check';\nimport './salesforce/on-events/check.js';\n");

    a_named_import_is_refused => index("import check from './salesforce/on-events/check';\n").exits(10).has("/error/file", json!("index.ts"));
    a_missing_file_is_an_error => index("import './salesforce/on-events/gone';\n").flags(&["--integration-id", "salesforce"]).exits(1);
    a_path_out_of_the_project_is_refused => index("import './salesforce/on-events/check';\nimport '../outside/on-events/check';\n").flags(&[]).gives(json!(["salesforce", "check"]));

    the_integration_is_the_first_folder => index("import './crm/on-events/check';\n").with_file("crm/on-events/check.ts", on_event())
        .with_file("onevent.toml", "[integrations.crm]\nprovider = \"salesforce\"\nbase_url = \"http://127.0.0.1:9\"\n").gives(json!(["crm", "check"]));

    the_name_is_the_files => index("import './salesforce/on-events/check';\n").has("/function", json!("check")).has("/integration", json!("salesforce"));

    // The kind is decided by what made it; the folder has to be that kind's.
    an_action_in_the_folder_of_events_is_an_error => Row::file(
        "import { createAction } from 'nango';\nexport default createAction({ description: 'd', version: '1', exec: async () => 1 } as any);\n",
    ).exits(10).has("/error/code", json!("wrong_folder")).says("/error/message", "salesforce/on-events/check.ts");

    // In Nango a same-named one overwrites the other's file.
    an_action_may_have_the_events_name => index("import './salesforce/on-events/check';\nimport './salesforce/actions/check';\n")
        .with_file("salesforce/actions/check.ts", "import { createAction } from 'nango';\nexport default createAction({ description: 'd', version: '1', exec: async () => 1 } as any);\n")
        .exits(2).has("/error/code", json!("ambiguous_function"));

    syncs_are_in_nobodys_way => index("import './salesforce/on-events/check';\nimport './salesforce/syncs/contacts';\n")
        .with_file("salesforce/syncs/contacts.ts", "import { createSync } from 'nango';\nexport default createSync({ description: 'd', exec: async () => {} } as any);\n")
        .gives(json!(["salesforce", "check"]));
}
