//! Recorded runs: `dryrun --save`, `dryrun --replay` and `test`, and the walls of a dry run.

use serde_json::{Value, json};

use crate::world::{CommandOutput, ORG, TOKEN, World};

const VALIDATE: &str = "validate-connection";
const SETUP: &str = "post-connection-setup";
const CLEANUP: &str = "pre-connection-cleanup";

/// The documented functions, each recorded once, with the provider gone.
fn recorded() -> World {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    world.run(&["dryrun", VALIDATE, "acme", "--save"]).exits(0);
    world.run(&["dryrun", SETUP, "acme", "--save"]).exits(0);
    world.run(&["dryrun", CLEANUP, "acme", "--save"]).exits(0);
    world.without_provider()
}

fn path(function: &str) -> String {
    format!("salesforce/tests/{function}.test.json")
}

fn fixture(world: &World, function: &str) -> Value {
    serde_json::from_str(&text(world, function)).unwrap()
}

fn text(world: &World, function: &str) -> String {
    std::fs::read_to_string(world.path().join(path(function))).unwrap()
}

fn change(world: &World, function: &str, change: impl FnOnce(&mut Value)) {
    let mut document = fixture(world, function);
    change(&mut document);
    world.file(&path(function), &format!("{document:#}\n"));
}

/// The status and message of a function's test.
fn outcome(answer: &CommandOutput, function: &str) -> (String, String) {
    let tests = answer.document["tests"].as_array().unwrap();
    let test = tests.iter().find(|test| test["function"] == function).unwrap();
    let text = |field: &str| test[field].as_str().unwrap_or_default().to_owned();
    (text("status"), text("message"))
}

#[test]
fn what_was_recorded_passes_without_the_provider() {
    let world = recorded();
    let answer = world.run(&["test"]).exits(0);
    let counts = ["passed", "failed", "skipped"].map(|count| answer.document[count].as_u64());
    assert_eq!(counts, [Some(3), Some(0), Some(0)]);
    let test = &answer.document["tests"][0];
    assert_eq!((&test["integration"], &test["kind"]), (&json!("salesforce"), &json!("on-event")));

    let replay = world.run(&["dryrun", SETUP, "acme", "--replay"]).exits(0);
    assert_eq!(replay.report(SETUP)["http"][0]["status"], 201);
    assert_eq!(replay.report(SETUP)["metadata"]["persisted"], false);
}

#[test]
fn a_fixture_is_nangos_file_and_holds_no_token() {
    let world = World::with_functions(&[(
        "leak",
        "post-connection-creation",
        "undefined",
        "const token = await nango.getToken();\n\
         await nango.get({ endpoint: '/services/oauth2/userinfo?b=2', params: { a: [1, 2] }, headers: { 'X-Token': token } });\n\
         await nango.updateMetadata({ token });",
    )]);
    world.create("acme", "first").exits(0);
    world.run(&["dryrun", "leak", "acme", "--save"]).exits(0);
    assert!(!text(&world, "leak").contains(TOKEN));
    let document = fixture(&world, "leak");
    let entry = &document["api"]["get"]["/services/oauth2/userinfo"];
    assert_eq!(entry["status"], 200);
    assert_eq!(entry["response"]["organization_id"], ORG);
    let request = json!({"params": {"a": "1,2", "b": "2"}, "headers": {"x-token": "[redacted]"}});
    assert_eq!(entry["request"], request);
    assert_eq!(entry["hash"].as_str().unwrap().len(), 40);
    assert_eq!(document["nango"]["getConnection"]["credentials"]["access_token"], "[redacted]");
    assert!(text(&world, "leak").starts_with("{\n  \"nango\": {\n    \"getConnection\""));
    world.without_provider().run(&["test"]).exits(0);
}

#[test]
fn every_change_of_a_fixture_turns_its_test_red() {
    let world = recorded();
    let userinfo = "/services/oauth2/userinfo";
    let changes: [(&str, &str, Value, &str); 4] = [
        (VALIDATE, "/api/get//services~1oauth2~1userinfo/status", json!(403), "403"),
        (SETUP, "/api/post//webhooks/response/id", json!("wh_other"), "metadataWrites[0].metadata.webhookId"),
        (SETUP, "/nango/metadataWrites", json!([]), "metadataWrites: recorded 0 items, now 1"),
        (SETUP, "/api/post//webhooks/hash", json!("0"), ""),
    ];
    for (function, pointer, value, expected) in changes {
        let pointer = pointer.replace("//services", "/~1services").replace("//webhooks", "/~1webhooks");
        let before = text(&world, function);
        change(&world, function, |document| *document.pointer_mut(&pointer).unwrap() = value.clone());
        let (status, message) = outcome(&world.run(&["test", "--filter", function]), function);
        if expected.is_empty() {
            // The request itself is still as recorded.
            assert_eq!(status, "passed", "{pointer}: {message}");
        } else {
            assert_eq!(status, "failed", "{pointer}");
            assert!(message.contains(expected), "{pointer}: {message}");
        }
        world.file(&path(function), &before);
    }
    change(&world, VALIDATE, |document| {
        let entry = document["api"]["get"][userinfo].take();
        document["api"]["get"] = json!({ "/services/oauth2/userinf": entry });
    });
    let answer = world.run(&["test"]).exits(1);
    let (_, message) = outcome(&answer, VALIDATE);
    assert!(message.contains("no answer for GET /services/oauth2/userinfo"), "{message}");
    assert!(message.contains("nearest: GET /services/oauth2/userinf (another endpoint)"), "{message}");
}

#[test]
fn a_request_that_has_the_recorded_hash_is_as_recorded() {
    let world = recorded();
    change(&world, SETUP, |document| {
        document["api"]["post"]["/webhooks"]["request"]["data"]["url"] = json!("https://other");
    });
    let (status, message) = outcome(&world.run(&["test"]).exits(0), SETUP);
    assert_eq!(status, "passed");
    assert!(message.starts_with("note: POST /webhooks was found by its hash"), "{message}");
    let (_, message) = outcome(&world.run(&["test", "--update"]).exits(0), SETUP);
    assert_eq!(message, "updated");
    let (_, message) = outcome(&world.run(&["test"]).exits(0), SETUP);
    assert_eq!(message, "");
}

#[test]
fn update_makes_now_the_expectation_and_keeps_what_it_does_not_know() {
    let world = recorded();
    change(&world, SETUP, |document| {
        document["note"] = json!("by hand");
        document["nango"]["metadataWrites"] = json!([]);
        document["api"]["post"]["/webhooks"]["request"]["data"]["url"] = json!("https://other");
        document["api"]["post"]["/webhooks"]["comment"] = json!("kept");
    });
    world.run(&["test"]).exits(1);
    let answer = world.run(&["test", "--update"]).exits(0);
    assert_eq!(outcome(&answer, SETUP), ("passed".to_owned(), "updated".to_owned()));
    world.run(&["test"]).exits(0);
    let document = fixture(&world, SETUP);
    assert_eq!(
        (&document["note"], &document["api"]["post"]["/webhooks"]["comment"]),
        (&json!("by hand"), &json!("kept"))
    );

    // An answer that is missing cannot be made up.
    change(&world, SETUP, |document| document["api"] = json!({}));
    world.run(&["test", "--update"]).exits(1);
}

#[test]
fn a_rejection_is_recorded_and_expected() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let other = r#"{"organizationId": "00D-other"}"#;
    world.run(&["dryrun", VALIDATE, "acme", "--metadata", other, "--save"]).exits(3);
    let world = world.without_provider();
    world.run(&["test"]).exits(0);
    change(&world, VALIDATE, |document| document["error"]["payload"]["message"] = json!("another"));
    let (status, message) = outcome(&world.run(&["test"]).exits(1), VALIDATE);
    assert_eq!(status, "failed");
    assert!(
        message.contains("error.payload.message: recorded \"another\", now \"Salesforce org mismatch"),
        "{message}"
    );
    change(&world, VALIDATE, |document| {
        document.as_object_mut().unwrap().remove("error");
    });
    let (_, message) = outcome(&world.run(&["test"]).exits(1), VALIDATE);
    assert!(message.contains("at salesforce/on-events/validate-connection.ts:"), "{message}");
}

#[test]
fn an_action_is_tested_by_its_path_with_its_input_and_output() {
    let world = World::documented();
    world.file(
        "salesforce/actions/whoami.ts",
        "import { createAction } from 'nango';\nimport * as z from 'zod';\n\
         export default createAction({ description: 'd', version: '1.0.0', input: z.object({ greeting: z.string() }),\n\
         output: z.object({ text: z.string() }), exec: async (nango: any, input: any) => {\n\
         const user = await nango.get({ endpoint: '/services/oauth2/userinfo', retries: 3 });\n\
         return { text: `${input.greeting} ${user.data.organization_id}`, nothing: undefined };\n} });\n",
    );
    world.file(
        &path("whoami"),
        &json!({
            "input": { "greeting": "hello" },
            "output": { "text": "hello 00D1" },
            "nango": {},
            "api": { "GET": { "services/oauth2/userinfo": { "response": { "organization_id": "00D1" } } } },
        })
        .to_string(),
    );
    let answer = world.run(&["test"]).exits(0);
    assert_eq!(answer.document["tests"][0]["kind"], "action");
    // Nothing needs to import it.
    let index = world.path().join("index.ts");
    let imports = std::fs::read_to_string(&index).unwrap();
    std::fs::remove_file(&index).unwrap();
    world.run(&["test"]).exits(0);
    assert_eq!(world.run(&["functions"]).exits(10).error_code(), "project_not_found");
    world.file("index.ts", &imports);
    change(&world, "whoami", |document| document["output"]["text"] = json!("hello 00D2"));
    let (_, message) = outcome(&world.run(&["test"]).exits(1), "whoami");
    assert_eq!(message, "output.text: recorded \"hello 00D2\", now \"hello 00D1\"");
    // A schema violation is a warning, and a failure where it is asked for.
    change(&world, "whoami", |document| {
        document["output"]["text"] = json!("1 00D1");
        document["input"]["greeting"] = json!(1);
    });
    let (status, message) = outcome(&world.run(&["test"]).exits(0), "whoami");
    assert_eq!((status.as_str(), message.starts_with("warning: ")), ("passed", true), "{message}");
    world.run(&["test", "--validate"]).exits(1);
    // What a recorded status says is thrown at once, whatever the retries.
    change(&world, "whoami", |document| {
        document["api"]["GET"]["services/oauth2/userinfo"]["status"] = json!(503);
    });
    let (_, message) = outcome(&world.run(&["test"]).exits(1), "whoami");
    assert!(message.contains("status code 503"), "{message}");
}

/// An action `who`, whose body is given, with a fixture.
fn with_action(body: &str, document: &Value) -> World {
    let world = World::documented();
    let action = format!(
        "import {{ createAction }} from 'nango';\nimport * as z from 'zod';\n\
         export default createAction({{ description: 'd', version: '1.0.0', input: z.any(), output: z.any(),\n\
         exec: async (nango: any, input: any) => {{\n{body}\n}} }});\n"
    );
    world.file("salesforce/actions/who.ts", &action);
    world.file(&path("who"), &document.to_string());
    world
}

/// Writes the test that an author would write for Vitest.
fn vitest(world: &World, statements: &str) {
    let text = format!(
        "import {{ vi, expect, it, describe }} from 'vitest';\nimport createAction from '../actions/who.js';\n\
         describe('who', () => {{\n\
         const nangoMock = new global.vitest.NangoActionMock({{ dirname: __dirname, name: 'who', Model: 'M' }});\n\
         {statements}\n}});\n"
    );
    world.file("salesforce/tests/salesforce-who.test.ts", &text);
}

#[test]
fn what_a_fixture_lacks_is_answered_by_the_authors_test() {
    let world = with_action(
        "const { connection_config } = await nango.getConnection();\n\
         const token = await nango.getToken();\n\
         const response = await nango.uncontrolledFetch({ url: new URL('https://files.example/x') });\n\
         return { realm: connection_config.realm, token, status: response.status, output: await response.json() };",
        &json!({ "output": { "realm": "7", "token": "t", "status": 201, "output": { "id": 1 } },
            "nango": { "getConnection": {} }, "api": {} }),
    );
    let (status, _) = outcome(&world.run(&["test"]).exits(1), "who");
    assert_eq!(status, "failed");
    vitest(
        &world,
        "const realm = '7';\n\
         nangoMock.getConnection = vi.fn().mockResolvedValue({ connection_config: { realm } });\n\
         it('works', async () => {\n\
         vi.spyOn(nangoMock, 'getToken').mockResolvedValue('t');\n\
         nangoMock.uncontrolledFetch = vi.fn(async () => new Response(JSON.stringify({ id: 1 }), { status: 201 }));\n\
         });",
    );
    let answer = world.run(&["test"]).exits(0);
    assert_eq!(outcome(&answer, "who"), ("passed".to_owned(), String::new()));
    let index = std::fs::read_to_string(world.path().join("index.ts")).unwrap();
    world.file("index.ts", &format!("{index}import './salesforce/actions/who';\n"));
    let replayed = world.run(&["dryrun", "who", "acme", "--replay"]).exits(0);
    assert_eq!(replayed.report("who")["output"]["token"], "t");
    // The file wins over the test beside it.
    change(&world, "who", |document| {
        document["nango"]["getConnection"] = json!({ "connection_config": { "realm": "8" } });
    });
    let (_, message) = outcome(&world.run(&["test"]).exits(1), "who");
    assert_eq!(message, "output.realm: recorded \"7\", now \"8\"");
    // Nothing of the test gets into the file.
    world.run(&["test", "--update"]).exits(0);
    assert_eq!(
        fixture(&world, "who")["nango"],
        json!({ "getConnection": { "connection_config": { "realm": "8" } } })
    );
}

#[test]
fn an_answer_that_would_have_to_be_run_is_named() {
    let world = with_action(
        "return (await nango.getConnection()).connection_config.realm;",
        &json!({ "output": "7", "nango": { "getConnection": {} }, "api": {} }),
    );
    vitest(&world, "nangoMock.getConnection = vi.fn().mockResolvedValue(makeConnection());");
    let (status, message) = outcome(&world.run(&["test"]).exits(1), "who");
    assert_eq!(status, "failed");
    let note =
        "note: what `nango.getConnection` answers is in salesforce/tests/salesforce-who.test.ts:5 only";
    assert!(message.contains(note), "{message}");
    assert!(message.contains("write it into the fixture's `nango.getConnection`"), "{message}");
}

#[test]
fn an_error_may_be_expected_by_the_authors_test_alone() {
    let world = with_action(
        "if (input.fail) { throw new nango.ActionError({ message: 'no' }); }\nreturn 1;",
        &json!({ "input": { "fail": true }, "nango": {}, "api": {} }),
    );
    world.run(&["test"]).exits(1);
    vitest(
        &world,
        "it('fails', async () => { await expect(createAction.exec(nangoMock, {})).rejects.toThrow('no'); });",
    );
    assert_eq!(outcome(&world.run(&["test"]).exits(0), "who").0, "passed");
    change(&world, "who", |document| document["input"]["fail"] = json!(false));
    let (_, message) = outcome(&world.run(&["test"]).exits(1), "who");
    assert_eq!(message, "it succeeded; salesforce/tests/salesforce-who.test.ts expects an error");
}

#[test]
fn a_missing_answer_fails_the_test_though_the_function_catches_the_error() {
    let world = with_action(
        "const found = await nango.get({ endpoint: '/optional' }).catch(() => null);\nreturn found === null;",
        &json!({ "output": true, "nango": {}, "api": {} }),
    );
    // Whether the end is as recorded, another one, or nobody wrote down what it was.
    for output in [json!(true), json!(false), Value::Null] {
        change(&world, "who", |document| match output.clone() {
            Value::Null => drop(document.as_object_mut().unwrap().remove("output")),
            output => document["output"] = output,
        });
        let (_, message) = outcome(&world.run(&["test"]).exits(1), "who");
        assert!(message.contains("the fixture has no answer for GET /optional"), "{message}");
    }
}

#[test]
fn a_test_that_cannot_run_says_why_and_syncs_are_skipped() {
    let world = World::documented();
    world.file("salesforce/syncs/contacts.ts", "export default {};");
    world.file(&path("contacts"), "{}");
    world.file(&path("gone"), "{}");
    world.file("salesforce/on-events/broken.ts", "export default {;");
    world.file(&path("broken"), "{}");
    world.file(&path(VALIDATE), "{");
    let junit = world.path().join("results.xml");
    let answer = world.run(&["test", "--junit", "results.xml"]).exits(1);
    let status = |function: &str| outcome(&answer, function).0;
    assert_eq!(
        [status("contacts"), status("gone"), status("broken"), status(VALIDATE)],
        ["skipped", "failed", "failed", "failed"]
    );
    assert!(outcome(&answer, VALIDATE).1.contains("not JSON"));
    let xml = std::fs::read_to_string(junit).unwrap();
    for count in ["tests=\"4\"", "failures=\"3\"", "errors=\"0\"", "skipped=\"1\""] {
        assert!(xml.contains(count), "{xml}");
    }
    assert_eq!(world.run(&["test", "--filter", "nothing-like-it"]).exits(1).error_code(), "no_fixtures");
}

#[test]
fn a_read_only_run_sends_nothing_that_writes_and_shows_it() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let before = world.provider.webhooks(ORG).len();
    let answer = world.run(&["dryrun", SETUP, "acme", "--read-only"]).exits(1);
    let error = &answer.report(SETUP)["error"];
    assert_eq!(error["code"], "read_only");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("POST /webhooks was not sent: this run is read-only"), "{message}");
    assert!(message.contains("\"events\":[\"contact.updated\"]"), "{message}");
    assert_eq!(world.provider.webhooks(ORG).len(), before);
    world.run(&["dryrun", VALIDATE, "acme", "--read-only"]).exits(0);
}

#[test]
fn allowed_writes_last() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let answer = world.run(&["dryrun", SETUP, "acme", "--allow-writes"]).exits(0);
    let report = answer.report(SETUP);
    assert_eq!((&report["mode"], &report["metadata"]["persisted"]), (&json!("dry"), &json!(true)));
    assert_eq!(world.metadata("acme"), report["metadata"]["after"]);
    world.run(&["dryrun", SETUP, "acme", "--allow-writes", "--read-only"]).exits(2);
}

#[test]
fn a_replayed_run_is_refused_what_a_seal_refuses() {
    let body = "const refused: string[] = [];
        const calls = [
            () => nango.getToken(),
            () => nango.getIntegration({ include: ['credentials'] }),
            () => nango.get({ endpoint: '/x/${accessToken}', baseUrlOverride: 'https://elsewhere.example', retries: 0 }),
        ];
        for (const call of calls) await call().catch((error: any) => { if (error.code === 'seal_credentials') refused.push(error.code); });
        if (refused.length > 0) throw new ActionError(refused.join());";
    let world = World::validating(body);
    world.create("acme", "first").exits(0);
    world.run(&["dryrun", "check", "acme", "--save"]).exits(0);
    world.run(&["dryrun", "check", "acme", "--replay"]).exits(0);
    let settings = std::fs::read_to_string(world.path().join("onevent.toml")).unwrap();
    let sealed = "provider = \"salesforce\"\nseal_credentials = true";
    world.file("onevent.toml", &settings.replace("provider = \"salesforce\"", sealed));
    for more in [&[][..], &["--replay"]] {
        let refused = world.run(&[&["dryrun", "check", "acme"], more].concat()).exits(3);
        let said = "seal_credentials,seal_credentials,seal_credentials";
        assert_eq!(refused.document["verdict"]["message"], said, "{more:?}");
    }
    assert_eq!(world.run(&["test"]).code, 1);
}
