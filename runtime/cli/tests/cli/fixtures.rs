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

#[test]
fn where_the_time_of_each_test_went_is_told_where_somebody_asks() {
    let stage = recorded();
    let (_, document) = stage.json("test", &["test"]);
    assert!(document["tests"][0].get("timings").is_none(), "{document:#}");
    let (code, document) = stage.json("test", &["test", "--timings"]);
    let timings = &document["tests"][0]["timings"];
    assert_eq!((code, &timings["prewarmed"]), (0, &json!(false)));
    assert!(timings["isolate_ms"].as_f64().unwrap() > 0.0, "{timings}");
    stage.run(&["test", "--timings"]).says(&["queue ", "isolate ", "teardown "]);
}

const OTHER: &str = "{\"organizationId\": \"00D9\"}";
const SAVE: [&str; 5] = ["dryrun", "validate-connection", "acme", "--connection", "@connection.json"];

fn text(stage: &Stage, file: &str) -> String {
    std::fs::read_to_string(stage.project.path().join(file)).unwrap()
}

fn save(stage: &Stage, more: &[&str]) -> crate::stage::CommandOutput {
    stage.run(&[&SAVE[..], more].concat())
}

#[test]
fn another_recording_is_kept_unless_it_is_to_be_replaced() {
    let stage = recorded();
    let first = text(&stage, FIXTURE);
    let refused = save(&stage, &["--metadata", OTHER, "--save"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    refused.complains(&[
        "error[fixture_exists]",
        "nothing was saved: salesforce/tests/validate-connection.test.json holds another recording",
        "--save=NAME",
        "validate-connection.NAME.test.json",
        "--force",
    ]);
    assert_eq!(text(&stage, FIXTURE), first);
    // The run was made, and its report is not lost with the recording.
    assert!(refused.stdout.contains("validate-connection rejected"), "{refused:?}");
    let (code, document) = stage.json("error", &[&SAVE[..], &["--metadata", OTHER, "--save"]].concat());
    assert_eq!((code, &document["error"]["code"]), (1, &serde_json::json!("fixture_exists")));
    assert_eq!(document["report"]["outcome"], "rejected");

    let replaced = save(&stage, &["--metadata", OTHER, "--save", "--force"]);
    assert_eq!(replaced.code, 3, "{replaced:?}");
    replaced.complains(&["saved salesforce/tests/validate-connection.test.json"]);
    assert_ne!(text(&stage, FIXTURE), first);

    stage.write(FIXTURE, "not a recording");
    assert_eq!(save(&stage, &["--save"]).code, 1, "nobody knows whose this is");
    assert_eq!(text(&stage, FIXTURE), "not a recording");
    assert_eq!(save(&stage, &["--force"]).code, 2, "there is nothing to replace");
}

#[test]
fn the_same_recording_again_is_no_other() {
    let stage = Stage::new();
    let code = "import { createOnEvent } from 'nango';\nexport default createOnEvent({ event: 'validate-connection', \
                description: 'd', exec: async (nango) => { await nango.updateMetadata({ a: 1, b: 2 }); } });\n";
    stage.function("github/on-events/quiet", code);
    stage.write("connection.json", "{\"credentials\": {\"type\": \"OAUTH2\", \"access_token\": \"t-0123\"}}");
    let again = ["dryrun", "quiet", "acme", "--connection", "@connection.json", "--save"];
    assert_eq!(stage.run(&again).code, 0);
    let file = "github/tests/quiet.test.json";
    let formatted = text(&stage, file).replace('\n', "\n  ");
    stage.write(file, &formatted);
    assert_eq!(stage.run(&again).code, 0, "what a formatter did to it makes no other recording of it");
}

#[test]
fn a_recording_with_a_name_is_one_more_test_of_its_function() {
    let stage = recorded();
    let named = save(&stage, &["--metadata", OTHER, "--save=no-access"]);
    assert_eq!(named.code, 3, "{named:?}");
    named.complains(&["saved salesforce/tests/validate-connection.no-access.test.json"]);
    // The same with a space, where it cannot be taken for the function's name.
    save(&stage, &["--metadata", OTHER, "--save", "again"])
        .complains(&["saved salesforce/tests/validate-connection.again.test.json"]);
    let (code, document) = stage.json("test", &["test"]);
    let functions: Vec<_> =
        document["tests"].as_array().unwrap().iter().map(|test| &test["function"]).collect();
    assert_eq!((code, functions), (0, vec![&json!("validate-connection"); 3]));
    let replay = ["dryrun", "validate-connection", "acme", "--replay=no-access"];
    assert_eq!(stage.json("run-report", &replay).0, 3);
    assert_eq!(stage.json("run-report", &["dryrun", "validate-connection", "acme", "--replay"]).0, 0);

    // Names of functions and connections that come after the option are no names of recordings.
    let before = ["dryrun", "--save", "validate-connection", "acme", "--connection", "@connection.json"];
    assert_eq!(stage.run(&[&before[..], &["--force"]].concat()).code, 0);
    for path in ["--save=../elsewhere", "--save=a/b", "--save="] {
        let refused = save(&stage, &[path]);
        assert_eq!(refused.code, 2, "{path}");
    }
    assert_eq!(save(&stage, &["again"]).code, 2, "a name for nothing");
}

#[test]
fn what_cannot_be_saved_is_refused_before_the_run() {
    let stage = recorded();
    let file = stage.project.path().join(FIXTURE);
    let refused = |what: &str| {
        let (code, document) = stage.json("error", &[&SAVE[..], &["--save", "--force"]].concat());
        assert_eq!(
            (code, &document["error"]["code"]),
            (10, &serde_json::json!("fixture_not_written")),
            "{what}"
        );
        assert_eq!(document.get("report"), None, "{what}: nothing has run");
    };
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/dev/null", &file).unwrap();
    refused("a link");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    refused("a folder");
    let tests = file.parent().unwrap();
    std::fs::remove_dir_all(tests).unwrap();
    std::fs::write(tests, "").unwrap();
    refused("a file in the place of its folder");
    std::fs::remove_file(tests).unwrap();
    assert_ne!(save(&stage, &["--save"]).code, 10, "and then it can");
}
