//! Actions: called from the command line, and triggered by other functions.

use serde_json::{Value, json};

use crate::world::{ORG, World};

/// A project of functions: file without ending, properties of the definition, body of `exec`. A file in `actions` is an
/// action; the others validate.
fn world(functions: &[(&str, &str, &str)]) -> World {
    let world = World::validating("");
    let mut index = String::new();
    for (file, properties, body) in functions {
        index.push_str(&format!("import './{file}';\n"));
        let (maker, kind) = match file.contains("/actions/") {
            true => ("createAction", ""),
            false => ("createOnEvent", "event: 'validate-connection',"),
        };
        world.file(
            &format!("{file}.ts"),
            &format!(
                "import {{ {maker} }} from 'nango';\nimport * as z from 'zod';\nvoid z;\n\
                 export default {maker}({{ description: 'test', {kind} {properties}\n\
                 exec: async (nango: any, input: any) => {{\n{body}\n}} }} as any);\n"
            ),
        );
    }
    world.file("index.ts", &index);
    let connection = json!({
        "credentials": {"type": "OAUTH2", "access_token": crate::world::TOKEN}, "metadata": {"plan": "pro"},
    });
    world.file("connection.json", &connection.to_string());
    world
}

fn action(properties: &str, body: &str) -> World {
    world(&[("salesforce/actions/act", properties, body)])
}

fn dryrun<'a>(function: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["dryrun", function, "acme", "--connection", "@connection.json"], more].concat()
}

#[test]
fn an_action_is_called_with_its_input_and_its_output_is_in_the_report() {
    let body = "const { data } = await nango.get({ endpoint: '/services/oauth2/userinfo' });\n\
                return { org: data.organization_id, input };";
    let world = action("input: z.object({ n: z.coerce.number() }),", body);
    let answer = world.run(&dryrun("act", &["--input", "{\"n\": \"7\"}", "--validate"])).exits(0);
    assert_eq!(answer.document["output"], json!({"org": ORG, "input": {"n": "7"}}));
    assert_eq!((&answer.document["event"], &answer.document["operation"]), (&Value::Null, &Value::Null));

    world.file("input.json", "{\"n\": \"x\"}");
    let answer = world.run(&dryrun("act", &["-i", "@input.json"])).exits(0);
    assert_eq!(answer.document["output"]["input"], json!({"n": "x"}));
    assert_eq!(answer.document["warnings"][0]["code"], "invalid_action_input");
    let answer = world.run(&dryrun("act", &[])).exits(0);
    assert_eq!(answer.document["output"]["input"], Value::Null);
}

#[test]
fn a_person_gets_the_output_as_json_below_the_report() {
    let world = action("", "return { name: 'a\\u001b[2Jb', list: [1] };");
    let mut command = world.command(&dryrun("act", &[]));
    // The last argument is `--json`.
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let program = command.get_program().to_owned();
    command = std::process::Command::new(program);
    let output = command
        .args(&arguments[..arguments.len() - 1])
        .current_dir(world.path())
        .env_clear()
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let at = text.find("\n\n").unwrap();
    assert!(text[..at].contains("✓ salesforce/act succeeded"), "{text}");
    assert!(!text.contains('\u{1b}'));
    let shown: Value = serde_json::from_str(&text[at..]).unwrap();
    assert_eq!(shown, json!({"name": "a\u{1b}[2Jb", "list": [1]}));
    assert!(text.contains("\n  \"list\": ["), "{text}");
}

#[test]
fn how_an_action_ended_is_the_exit_code() {
    for (properties, body, flags, kind, code) in [
        ("", "throw new nango.ActionError('no');", &[][..], "action_script_runtime_error", 3),
        ("", "throw new Error('no');", &[], "script_internal_error", 1),
        ("", "return { n: 1n };", &[], "script_internal_error", 1),
        ("", "return 'x'.repeat(3 << 20);", &[], "script_output_too_large", 1),
        ("", "for (;;);", &["--set", "limits.cpu=200ms"], "cpu_limit_exceeded", 4),
        ("input: z.string(),", "", &["--validate", "--input", "7"], "invalid_action_input", 5),
        ("output: z.string(),", "return 7;", &["--validate"], "invalid_action_output", 5),
    ] {
        let answer = action(properties, body).run(&dryrun("act", flags)).exits(code);
        assert_eq!(answer.document["error"]["type"], kind, "{body}");
        assert_eq!(answer.document.get("output"), None, "{body}");
    }
}

#[test]
fn an_actions_own_limits_come_from_the_configuration() {
    let world = action("", "for (;;);");
    let config = std::fs::read_to_string(world.path().join("onevent.toml")).unwrap();
    let own = "[functions.\"salesforce/act\".limits]\ncpu = \"200ms\"\n";
    world.file("onevent.toml", &format!("{config}{own}"));
    let answer = world.run(&dryrun("act", &[])).exits(4);
    assert_eq!(answer.document["error"]["payload"]["limit_ms"], 200);
}

#[test]
fn an_event_function_takes_no_input() {
    let world = World::validating("");
    let connection = json!({"credentials": {"type": "OAUTH2", "access_token": "t"}});
    world.file("connection.json", &connection.to_string());
    let answer = world.run(&dryrun("check", &["--input", "{}"])).exits(2);
    assert_eq!(answer.error_code(), "input_not_accepted");
    assert_eq!(world.run(&dryrun("check", &["--input", "{"])).exits(2).error_code(), "invalid_json");
}

#[test]
fn an_action_and_an_event_function_of_one_name_are_told_apart() {
    let world = world(&[
        ("salesforce/actions/check", "", "return 'action';"),
        ("salesforce/on-events/check", "", ""),
        ("salesforce/syncs/contacts", "", ""),
    ]);
    let listed = world.run(&["functions"]).exits(0);
    let kinds: Vec<_> = listed.document["functions"].as_array().unwrap().iter().map(|f| &f["kind"]).collect();
    assert_eq!(kinds, ["action", "on-event"]);
    assert_eq!(listed.document["broken"], serde_json::json!([]));
    assert_eq!(listed.document["unsupported"][0]["error"]["code"], "unsupported_function_type");
    assert_eq!(listed.document["unsupported"][0]["function"], "contacts");

    let answer = world.run(&dryrun("check", &[])).exits(2);
    assert_eq!(answer.error_code(), "ambiguous_function");
    let message = answer.document["error"]["message"].as_str().unwrap();
    assert!(message.contains("salesforce/actions/check or salesforce/on-events/check"), "{message}");
    for name in ["actions/check", "salesforce/actions/check"] {
        assert_eq!(world.run(&dryrun(name, &[])).exits(0).document["output"], "action", "{name}");
    }
    for name in ["on-events/check", "salesforce/on-events/check"] {
        let event = &world.run(&dryrun(name, &[])).exits(0).document["event"];
        assert_eq!(event, "validate-connection", "{name}");
    }
    // The sync is in nobody's way.
    world.create("acme", "first").exits(0);
}

#[test]
fn a_function_triggers_an_action_dry_as_it_is_itself() {
    let world = world(&[
        (
            "salesforce/actions/outer",
            "",
            "await nango.updateMetadata({ outer: true });\n\
             const got = await nango.triggerAction('salesforce', nango.connectionId, 'inner', { n: input });\n\
             return { got, metadata: await nango.getMetadata() };",
        ),
        (
            "salesforce/actions/inner",
            "",
            "await nango.updateMetadata({ inner: input.n });\nreturn (await nango.getMetadata()).outer;",
        ),
    ]);
    let answer = world.run(&dryrun("outer", &["--input", "7"])).exits(0);
    let metadata = json!({"plan": "pro", "outer": true, "inner": 7});
    assert_eq!(answer.document["output"], json!({"got": true, "metadata": metadata}));
    let line = &answer.document["logs"][0];
    assert_eq!(line["message"], "triggered action salesforce/inner for acme: succeeded");
    assert_eq!(line["meta"]["metadata_writes"], 1);
    assert_eq!(world.connection("acme"), None);
}

#[test]
fn a_triggered_action_that_fails_answers_as_nangos_api_does() {
    let outer = "try {\n  return await nango.triggerAction(input.i ?? 'salesforce', input.c ?? 'acme', input.a, null);\n\
                 } catch (error: any) { return { status: error.response.status, ...error.response.data.error, axios: error.isAxiosError }; }";
    let world = world(&[
        ("salesforce/actions/outer", "", outer),
        ("salesforce/actions/says-no", "", "throw new nango.ActionError({ why: 'x' });"),
        ("salesforce/actions/http", "", "await nango.get({ endpoint: '/nowhere' });"),
        (
            "salesforce/actions/deep",
            "",
            "return (input ?? 0) + 1 + await nango.triggerAction('salesforce', 'acme', 'deep', 1);",
        ),
    ]);
    let call =
        |input: &str| world.run(&dryrun("outer", &["--input", input])).exits(0).document["output"].clone();
    let no = call("{\"a\": \"says-no\"}");
    assert_eq!(no["status"], 500);
    assert_eq!((&no["code"], &no["payload"]), (&json!("action_script_runtime_error"), &json!({"why": "x"})));
    assert_eq!(no["axios"], true);
    let http = call("{\"a\": \"http\"}");
    assert_eq!((&http["status"], &http["code"]), (&json!(424), &json!("script_http_error")));
    assert_eq!(http["additional_properties"]["upstream_response"]["status"], 404);
    for (input, status, code) in [
        ("{\"a\": \"gone\"}", 404, "not_found"),
        ("{\"a\": \"outer\", \"c\": \"other\"}", 400, "unknown_connection"),
        ("{\"a\": \"outer\", \"i\": \"hubspot-2\"}", 400, "unknown_provider"),
    ] {
        let answer = call(input);
        assert_eq!((&answer["status"], &answer["code"]), (&json!(status), &json!(code)), "{input}");
    }
    // The innermost is refused; each level above fails with the answer that it did not catch.
    let deep = call("{\"a\": \"deep\"}");
    assert_eq!((&deep["status"], &deep["code"]), (&json!(424), &json!("script_http_error")), "{deep}");
    assert!(deep.to_string().contains("action_depth_exceeded"), "{deep}");
}

#[test]
fn a_triggered_action_ends_with_its_caller() {
    let world = world(&[
        ("salesforce/actions/outer", "", "await nango.triggerAction('salesforce', 'acme', 'slow');"),
        ("salesforce/actions/slow", "", "await new Promise((r) => setTimeout(r, 600000));"),
    ]);
    let answer = world.run(&dryrun("outer", &["--set", "limits.wall=1s"]));
    // Whichever of the two is stopped first: nobody waits for ten minutes.
    assert!(answer.code == 4 || answer.code == 1, "{:#}", answer.document);
}

#[test]
fn a_live_run_triggers_a_live_action() {
    let world = world(&[
        (
            "salesforce/on-events/check",
            "",
            "await nango.triggerAction('salesforce', nango.connectionId, 'remember', { by: 'check' });",
        ),
        ("salesforce/actions/remember", "", "await nango.updateMetadata({ remembered: input.by });"),
    ]);
    world.create("acme", "first").exits(0);
    assert_eq!(world.metadata("acme"), json!({"remembered": "check"}));
}

#[test]
fn a_dry_run_that_is_cut_short_tells_what_its_action_had_done() {
    let provider = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/orders", provider.local_addr().unwrap());
    let post = format!("await nango.uncontrolledFetch({{ url: new URL('{url}'), method: 'POST' }});");
    let act = format!("await nango.updateMetadata({{ a: 1 }}); {post}");
    let check = "await nango.triggerAction('salesforce', nango.connectionId, 'act', null);";
    let world = world(&[("salesforce/on-events/check", "", check), ("salesforce/actions/act", "", &act)]);
    let answer = world.run(&dryrun("check", &["--set", "limits.wall=3s"])).exits(4);
    let line = &answer.document["logs"][0];
    // The action has the same end as its caller: which of the two is stopped first is open.
    let message = line["message"].as_str().unwrap();
    assert!(message.ends_with(": pending") || message.ends_with(": stopped"), "{line:#}");
    assert_eq!((&line["meta"]["requests"], &line["meta"]["metadata_writes"]), (&json!(1), &json!(1)));
    if message.ends_with(": pending") {
        assert_eq!(line["meta"]["last_requests"], json!([format!("POST {url}")]));
    }
}
