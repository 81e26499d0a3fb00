//! `onevent test`, for people and for programs.

use serde_json::json;

use crate::stage::{ACCOUNT, Stage, TOKEN};

const FIXTURE: &str = "salesforce/tests/validate-connection.test.json";

fn recorded() -> Stage {
    let stage = Stage::new();
    stage.write(
        "connection.json",
        &json!({"credentials": {"type": "OAUTH2", "access_token": TOKEN}}).to_string(),
    );
    let save = ["dryrun", "validate-connection", "acme", "--connection", "@connection.json", "--save"];
    stage.run(&save).complains(&["saved salesforce/tests/validate-connection.test.json"]);
    stage
}

#[test]
fn the_summary_reads_like_a_test_runners() {
    let stage = recorded();
    let requests = stage.salesforce.journal().len();
    let passed = stage.run(&["test"]);
    assert_eq!(passed.code, 0, "{passed:?}");
    passed.says(&["✓ salesforce/validate-connection", "1 passed, 0 failed, 0 skipped in "]);
    assert_eq!(stage.salesforce.journal().len(), requests, "nothing was sent");

    let text = json!({ "api": { "get": { "/services/oauth2/userinfo": { "response": { "organization_id": 1 } } } },
        "nango": { "metadataWrites": [{ "kind": "set", "metadata": { "organizationId": ACCOUNT } }] } });
    stage.write("salesforce/tests/validate-connection.other.test.json", &text.to_string());
    let failed = stage.run(&["test"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    failed.says(&[
        "✗ salesforce/validate-connection other",
        "invalid_metadata: ",
        "at salesforce/on-events/validate-connection.ts:",
        "metadataWrites: recorded 1 items, now 0",
        "✓ salesforce/validate-connection",
        "1 passed, 1 failed, 0 skipped in ",
    ]);
}

#[test]
fn the_document_is_as_its_schema_says() {
    let stage = recorded();
    let (code, document) = stage.json("test", &["test"]);
    assert_eq!((code, &document["passed"]), (0, &json!(1)));
    assert_eq!(document["tests"][0]["fixture"], FIXTURE);
    stage.write("salesforce/tests/gone.test.json", "{}");
    let (code, document) = stage.json("test", &["test"]);
    assert_eq!((code, &document["failed"], &document["tests"][0]["kind"]), (1, &json!(1), &json!(null)));
    assert_eq!(stage.json("error", &["test", "--integration", "other"]).0, 1);
    let replay = ["dryrun", "validate-connection", "acme", "--replay"];
    assert_eq!(stage.json("run-report", &replay).0, 0);
    assert_eq!(stage.json("error", &[&replay[..], &["--save"]].concat()).0, 2);
}
