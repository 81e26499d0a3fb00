//! Source that would end the process, or that asks for files which are nobody's, through the program.

use serde_json::{Value, json};

use crate::world::{CommandOutput, World};

const CHECK: &str = "salesforce/on-events/check.ts";
const OTHER: &str = "salesforce/on-events/other.ts";

/// A project of the function `check` with this text, and of `other`, which is fine and never imports anything.
fn world(check: &str) -> World {
    let world = World::with_functions(&[
        ("check", "validate-connection", "undefined", ""),
        ("other", "pre-connection-deletion", "undefined", "await nango.log('other ran');"),
    ]);
    world.file(CHECK, check);
    world
}

fn function(imports: &str, body: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\n{imports}\nexport default createOnEvent({{ description: 'd', \
         event: 'validate-connection', exec: async (nango: any) => {{ {body} }} }});\n"
    )
}

/// What `functions` says of the only broken function. The other one is listed, and runs.
#[track_caller]
fn only_broken(world: &World) -> Value {
    let listed = world.run(&["functions"]).exits(10);
    assert_eq!(listed.document["functions"][0]["file"], OTHER, "{:#}", listed.document);
    world.file("connection.json", r#"{"credentials": {"type": "OAUTH2", "access_token": "token-0123456"}}"#);
    let run = ["dryrun", "other", "x", "--integration-id", "salesforce", "--connection", "@connection.json"];
    world.run(&run).exits(0);
    listed.document["broken"][0].clone()
}

/// How `check` runs in a dry run: the logs of its report.
fn logs(world: &World) -> (CommandOutput, String) {
    world.file("connection.json", r#"{"credentials": {"type": "OAUTH2", "access_token": "token-0123456"}}"#);
    let run = ["dryrun", "check", "x", "--integration-id", "salesforce", "--connection", "@connection.json"];
    let answer = world.run(&run).exits(0);
    let logs = answer.report("check")["logs"].to_string();
    (answer, logs)
}

#[test]
fn a_function_that_nests_without_end_is_broken_and_no_other() {
    for (open, close) in
        [("[", "]"), ("1+", "1"), ("(", ")"), ("!", "1"), ("()=>", "1"), ("`${", "}`"), ("1?1:", "1")]
    {
        let deep = format!("const x: any =\n{}{};", open.repeat(100_000), close.repeat(100_000));
        let broken = only_broken(&world(&function(&deep, "")));
        assert_eq!(broken["error"]["code"], "too_deep", "{open}: {broken:#}");
        assert_eq!((&broken["error"]["file"], &broken["error"]["line"]), (&json!(CHECK), &json!(3)));
    }
}

#[test]
fn so_is_one_whose_package_does() {
    let world = world(&function("import x from 'deep'; void x;", ""));
    world.file("node_modules/deep/index.js", &format!("x = {}a;", "a.".repeat(100_000)));
    assert_eq!(only_broken(&world)["error"]["code"], "too_deep");
    // Nor does a manifest.
    world.file("node_modules/deep/index.js", "");
    world.file("node_modules/deep/package.json", &"{\"a\":".repeat(500_000));
    let listed = world.run(&["functions"]);
    assert!(matches!(listed.code, 0 | 10), "{}", listed.stderr);
}

#[test]
fn an_index_that_nests_without_end_is_an_error_of_the_project() {
    let world = world("");
    world.file("index.ts", &"{".repeat(200_000));
    assert_eq!(world.run(&["functions"]).exits(10).error_code(), "too_deep");
}

#[test]
fn an_authors_test_that_nests_without_end_says_nothing_of_a_fixture() {
    let world = world(&function("", "await nango.getConnection();"));
    world.file("salesforce/tests/check.test.json", r#"{"nango": {"getConnection": {}}}"#);
    for deep in ["1+".repeat(100_000), "[".repeat(100_000), "{a:".repeat(100_000)] {
        world.file("salesforce/tests/check.test.ts", &format!("const x = {deep}1;"));
        let tested = world.run(&["test"]);
        assert!(matches!(tested.code, 0 | 1), "{}", tested.stderr);
    }
}

#[test]
fn texts_of_errors_and_descriptions_are_cut() {
    let world = world("throw new Error('x'.repeat(30_000_000));");
    let broken = only_broken(&world);
    assert_eq!(broken["error"]["code"], "module_threw");
    assert!(broken.to_string().len() < 10_000);
    world.file(
        CHECK,
        "import { createOnEvent } from 'nango';\nexport default createOnEvent({ description: 'x'.repeat(1_000_000), \
         event: 'validate-connection', exec: async () => {} });",
    );
    let listed = world.run(&["functions"]).exits(0).document["functions"][0].to_string();
    assert!(listed.len() < 10_000 && listed.contains("xxx…"), "{} bytes", listed.len());
}

#[test]
fn a_package_reads_nothing_of_the_project_but_packages() {
    let world = world(&function("import { out } from 'evil';", "await nango.log(JSON.stringify(out));"));
    let files = [
        "acme.json",
        ".env",
        ".onevent/x.json",
        "lib/secret.js",
        "node_modules/good/data.json",
        "node_modules/evil/.env.json",
    ];
    for file in files {
        world.file(file, &format!("{{\"content\": \"of {file}\"}}"));
    }
    let requests: String = [
        "../../acme.json",
        "../../.env",
        "../../.onevent/x.json",
        "../../lib/secret.js",
        "./.env.json",
        "./link.json",
        "../good/data.json",
    ]
    .iter()
    .map(|path| format!("try {{ out.push(require('{path}')); }} catch (e) {{ out.push(String(e)); }}\n"))
    .collect();
    world.file("node_modules/evil/package.json", r#"{"main": "index.js"}"#);
    world.file("node_modules/evil/index.js", &format!("const out = [];\n{requests}exports.out = out;"));
    std::os::unix::fs::symlink("../../acme.json", world.path().join("node_modules/evil/link.json")).unwrap();
    let (answer, logs) = logs(&world);
    let shown = format!("{}{}", answer.document, answer.stderr);
    assert!(logs.contains("of node_modules/good/data.json"), "{logs}");
    for file in files.iter().filter(|file| !file.contains("good")) {
        assert!(!shown.contains(&format!("of {file}")), "{file}: {logs}");
    }
}

#[test]
fn dot_files_and_credentials_are_nobodys_module() {
    for (path, specifier) in [
        (".env", "../../.env"),
        (".env.ts", "../../.env"),
        (".onevent/state.json", "../../.onevent/state.json"),
        ("keys/server.pem.ts", "../../keys/server.pem"),
        ("credentials.json", "../../credentials.json"),
    ] {
        let world = world(&function(&format!("import '{specifier}';"), ""));
        world.file(path, "TOP-SECRET = 'TOP-SECRET;");
        let broken = only_broken(&world);
        assert_eq!(broken["error"]["code"], "disallowed_import", "{path}: {broken:#}");
        assert_eq!((&broken["error"]["file"], &broken["error"]["line"]), (&json!(CHECK), &json!(2)));
    }
    // Nor is what a link of another name leads to.
    let world = world(&function("import './linked';", ""));
    world.file(".env", "TOP-SECRET = 'TOP-SECRET;");
    std::os::unix::fs::symlink("../../.env", world.path().join("salesforce/on-events/linked.ts")).unwrap();
    let broken = only_broken(&world);
    assert_eq!(broken["error"]["code"], "disallowed_import");
    let people = world.command(&["functions"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&people.stderr).contains("TOP-SECRET"));
}

#[test]
fn a_byte_order_mark_is_taken_wherever_a_file_may_begin_with_one() {
    let mark = '\u{feff}';
    let world = world(&format!(
        "{mark}{}",
        function("import data from './data.json';\nimport x from 'marked';", "await nango.log(data.a + x);")
    ));
    world.file("salesforce/on-events/data.json", &format!("{mark}{{\"a\": \"data \"}}"));
    world.file("node_modules/marked/package.json", &format!("{mark}{{\"main\": \"main.js\"}}"));
    world.file("node_modules/marked/main.js", &format!("{mark}module.exports = 'marked';"));
    world.file("package.json", &format!("{mark}{{\"name\": \"own\"}}"));
    world.file(".env", &format!("{mark}NANGO_HOSTPORT=http://127.0.0.1:9"));
    for file in ["index.ts", "onevent.toml", "first.json"] {
        let text = std::fs::read_to_string(world.path().join(file)).unwrap();
        world.file(file, &format!("{mark}{text}"));
    }
    let (_, logs) = logs(&world);
    assert!(logs.contains("data marked"), "{logs}");
    world.create("acme", "first").exits(0);
}

#[test]
fn an_index_is_read_however_a_formatter_left_it() {
    let world = world(&function("", ""));
    world.file("salesforce/types.ts", "export type A = 1;");
    world.file(
        "index.ts",
        "'use strict'\n\n// import './salesforce/on-events/gone'\nimport \"./salesforce/on-events/other\" // second\n/* first */ import \"./salesforce/on-events/check.js\"",
    );
    let listed = world.run(&["functions"]).exits(0);
    let names: Vec<_> =
        listed.document["functions"].as_array().unwrap().iter().map(|f| &f["function"]).collect();
    assert_eq!(names, ["other", "check"]);
}
