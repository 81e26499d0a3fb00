//! Every row of the outcome table, from `exec` to the exit code.

use serde_json::json;

use crate::world::World;

fn row(body: &str, flags: &[&str], outcome: &str, error_type: &str, code: i32) {
    let world = World::validating(body);
    let mut arguments = vec!["connection", "create", "salesforce", "acme", "--credentials", "@first.json"];
    arguments.extend(flags);
    let answer = world.run(&arguments).exits(code);
    let report = answer.report("check");
    assert_eq!(report["outcome"], outcome, "{body}");
    assert_eq!(report["error"]["type"], json!(error_type), "{body}");
    assert_eq!(report["verdict"]["accepted"], false, "{body}");
    assert_eq!(world.connection("acme"), None, "{body}");
}

#[test]
fn returned_is_accepted() {
    let world = World::validating("return 'whatever';");
    let answer = world.create("acme", "first").exits(0);
    assert_eq!(answer.report("check")["verdict"], json!({"accepted": true, "message": null}));
    assert!(world.connection("acme").is_some());
}

#[test]
fn thrown_errors() {
    row("throw new nango.ActionError('no');", &[], "rejected", "action_script_runtime_error", 3);
    row("throw new ActionError({ message: 'no' });", &[], "rejected", "action_script_runtime_error", 3);
    row("throw new Error('no');", &[], "failed", "script_internal_error", 1);
    row("throw 'no';", &[], "failed", "script_internal_error", 1);
    row("await nango.get({ endpoint: '/nowhere' });", &[], "failed", "script_http_error", 1);
    row("await new Promise(() => {});", &[], "failed", "never_settled", 1);
}

#[test]
fn limits() {
    row("for (;;);", &["--set", "limits.cpu=300ms"], "stopped", "cpu_limit_exceeded", 4);
    row(
        "await new Promise((r) => setTimeout(r, 60000));",
        &["--set", "limits.wall=300ms"],
        "stopped",
        "execution_timeout",
        4,
    );
    let grow = "const a = []; for (;;) a.push(new Array(1000).fill({}));";
    row(
        grow,
        &["--set", "limits.heap=32MiB", "--set", "limits.cpu=60s"],
        "stopped",
        "heap_limit_exceeded",
        4,
    );
}

#[test]
fn a_functions_own_limits_come_from_the_configuration() {
    let world = World::validating("for (;;);");
    let config = std::fs::read_to_string(world.path().join("onevent.toml")).unwrap();
    world
        .file("onevent.toml", &format!("{config}[functions.\"salesforce/check\".limits]\ncpu = \"200ms\"\n"));
    let answer = world.create("acme", "first").exits(4);
    assert_eq!(answer.report("check")["error"]["payload"]["limit_ms"], 200);
}

#[test]
fn invalid_metadata_that_escapes() {
    let world = World::with_functions(&[(
        "check",
        "validate-connection",
        "z.object({ id: z.string() })",
        "await nango.setMetadata({ id: 7 });",
    )]);
    let answer = world.create("acme", "first").exits(5);
    assert_eq!(answer.report("check")["error"]["type"], "invalid_metadata");
    assert_eq!(world.connection("acme"), None);
}

#[test]
fn our_own_fault_leaves_the_connection_as_before() {
    let world = World::documented();
    world.create("acme", "first").exits(0);
    let before = world.connection("acme");
    // A database that cannot be opened: not the function's doing, and not the customer's.
    world.file("broken.sqlite3", "this is not a database, but it is long enough to be looked at as one");
    let database = "sqlite:broken.sqlite3";
    let reconnect = [
        "connection",
        "reconnect",
        "salesforce",
        "acme",
        "--credentials",
        "@other.json",
        "--database",
        database,
    ];
    let answer = world.run(&reconnect).exits(12);
    assert!(answer.document["error"]["message"].is_string(), "{:#}", answer.document);
    assert_eq!(world.connection("acme"), before);
}

#[test]
fn validation_stops_at_the_first_function_that_does_not_accept() {
    let body = |name: &str, then: &str| format!("nango.log('{name}'); {then}");
    let (first, second, third) =
        (body("first", ""), body("second", "throw new ActionError('second says no');"), body("third", ""));
    let world = World::with_functions(&[
        ("zz-first", "validate-connection", "undefined", &first),
        ("mm-second", "validate-connection", "undefined", &second),
        ("aa-third", "validate-connection", "undefined", &third),
        ("setup", "post-connection-creation", "undefined", ""),
    ]);
    let answer = world.create("acme", "first").exits(3);
    assert_eq!(answer.reports("zz-first").len(), 1, "the order is index.ts's");
    assert_eq!(answer.reports("mm-second").len(), 1);
    assert!(answer.reports("aa-third").is_empty());
    assert!(answer.reports("setup").is_empty());
}

#[test]
fn errors_point_into_the_typescript() {
    let world = World::validating(
        "interface Unused { a: string }\nconst fail = (message: string): never => {\n    throw new Error(message);\n};\nawait null;\nfail('here');",
    );
    let answer = world.create("acme", "first").exits(1);
    let frame = &answer.report("check")["error"]["frames"][0];
    assert_eq!(frame["file"], "salesforce/on-events/check.ts");
    assert_eq!(frame["line"], 8);
}
