//! Names of variables and flags, and `@file` arguments.

use onevent_tests::NangoServer;
use serde_json::{Value, json};

use super::row::Row;

const METADATA: &str = "give(await nango.getMetadata());";

/// An action that gives its input.
fn action() -> Row {
    Row::body("")
        .with_file("index.ts", "import './salesforce/actions/check';\n")
        .with_file("salesforce/actions/check.ts", "import { createAction } from 'nango';\nexport default createAction({ description: 'd', version: '1', exec: async (_: any, input: any) => input } as any);\n")
        .with_file("input.json", "{\"from\": \"a file\"}")
}

/// The key and the host come from these variables alone: without either, Nango is not asked.
fn asked(nango: Option<&NangoServer>) -> Result<(), String> {
    let asked = nango.map(|nango| nango.journal().len()).unwrap_or_default();
    if asked > 0 { Ok(()) } else { Err("Nango was not asked".into()) }
}

rows! {
    input_as_json => action().flags(&["--input", "{\"from\": \"here\"}"]).has("/output", json!({"from": "here"}));
    input_by_its_letter => action().flags(&["-i", "7"]).has("/output", json!(7));
    input_from_a_file => action().flags(&["--input", "@input.json"]).has("/output", json!({"from": "a file"}));
    input_from_a_file_that_is_not_there => action().flags(&["--input", "@gone.json"]).exits(2).says("/error/message", "gone.json");
    no_input_is_null => action().has("/output", Value::Null);

    metadata_as_json => Row::body(METADATA).flags(&["--metadata", "{\"a\": 1}"]).gives(json!({"a": 1}));
    metadata_by_its_letter => Row::body(METADATA).flags(&["-m", "{\"a\": 1}"]).gives(json!({"a": 1}));
    metadata_from_a_file => Row::body(METADATA).with_file("m.json", "{\"a\": 2}").flags(&["-m", "@m.json"]).gives(json!({"a": 2}));

    the_environment_by_its_letter => Row::body("give(nango.environmentName);").flags(&["-e", "prod"]).gives(json!("prod"));
    the_integration_by_its_id => Row::body("give(nango.providerConfigKey);").flags(&["--integration-id", "salesforce"]).gives(json!("salesforce"));
    validation_by_nangos_name => action().flags(&["--validation"]).has("/outcome", json!("succeeded"));
    saved_by_nangos_name => action().flags(&["--save-responses"]).sees(|seen| {
        let written = seen.world.path().join("salesforce/tests/check.test.json").is_file();
        if written { Ok(()) } else { Err("nothing was saved".into()) }
    });

    nango_secret_key_and_hostport => Row::body("").nango(|_| {}).sees(|seen| asked(seen.nango));
    each_environment_has_its_own_key => Row::body("").nango(|_| {}).flags(&["-e", "prod"]).exits(1).says("/error/hint", "NANGO_SECRET_KEY_PROD");
}
