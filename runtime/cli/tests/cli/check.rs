//! `onevent check`, as authors meet it.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::stage::Stage;

/// An event function with this body.
fn event_function(body: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\n\nexport default createOnEvent({{\n    event: 'validate-connection',\n    \
         description: '',\n    exec: async (nango) => {{\n        {body}\n    }}\n}});\n"
    )
}

/// What was found, as `file:line:column code`.
fn places(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .map(|one| format!("{}:{}:{} {}", text(&one["file"]), one["line"], one["column"], text(&one["code"])))
        .collect()
}

#[test]
fn the_documented_functions_are_fine() {
    let stage = Stage::new();
    let (code, document) = stage.json("check", &["check"]);
    assert_eq!((code, &document["findings"]), (0, &json!([])), "{document:#}");
    assert_eq!(
        (&document["passed"], &document["functions"], &document["files"]),
        (&json!(true), &json!(3), &json!(3))
    );
    let answer = stage.run(&["check", "--no-types"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    assert_eq!(answer.stdout, "nothing found in 3 functions (3 files)\n");
}

#[test]
fn a_call_that_nobody_awaits_is_shown_with_its_line_and_what_to_do() {
    let stage = Stage::new();
    stage.function(
        "hubspot/on-events/check-portal",
        &event_function(
            "nango.get({ endpoint: '/account-info/v3/details' }).then((r) => { if (!r.data) throw new nango.ActionError('no'); });",
        ),
    );
    let answer = stage.run(&["check", "--no-types"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (10, ""));
    answer.says(&[
        "error[call_not_awaited]: nobody awaits `nango.get()`",
        "hubspot/on-events/check-portal.ts:7:9",
        "nango.get({ endpoint: '/account-info/v3/details' }).then(",
        "help: write `await` before it",
        "1 error in 4 functions (4 files)\n",
    ]);
    let (code, document) = stage.json("check", &["check"]);
    assert_eq!(code, 10);
    assert_eq!(places(&document), ["hubspot/on-events/check-portal.ts:7:9 call_not_awaited"]);
    // What is only warned of elsewhere, and what is silenced, fails nothing.
    let (code, document) = stage.json("check", &["check", "salesforce"]);
    assert_eq!((code, &document["functions"]), (0, &json!(3)));
    stage.write(
        "hubspot/on-events/check-portal.ts",
        &event_function(
            "// onevent-ignore call_not_awaited: nobody waits for a greeting\n        nango.log('hello');",
        ),
    );
    let (code, document) = stage.json("check", &["check", "check-portal", "--allow", "nango_needs_await"]);
    assert_eq!((code, &document["findings"]), (0, &json!([])), "{document:#}");
}

#[test]
fn a_helper_is_followed_into_its_file() {
    let stage = Stage::new();
    stage.write(
        "hubspot/lib/greet.ts",
        "export async function greet(client: any) {\n    client.log('hello');\n}\n",
    );
    stage.function(
        "hubspot/on-events/setup",
        &format!("import {{ greet }} from '../lib/greet.js';\n{}", event_function("greet(nango);")),
    );
    let (code, document) = stage.json("check", &["check", "setup"]);
    assert_eq!(code, 10);
    assert_eq!(
        places(&document),
        ["hubspot/lib/greet.ts:2:5 call_not_awaited", "hubspot/on-events/setup.ts:8:9 call_not_awaited"]
    );
}

#[test]
fn what_does_not_load_is_found_and_the_rest_is_looked_at() {
    let stage = Stage::new();
    stage.function("hubspot/on-events/broken", "export default createOnEvent({\n");
    stage.function("hubspot/on-events/lost", "import x from './nowhere.js';\nexport default x;\n");
    stage.function("hubspot/on-events/loose", &event_function("nango.log('x');"));
    stage.function("hubspot/syncs/contacts", "export default {};\n");
    let (code, document) = stage.json("check", &["check", "hubspot"]);
    assert_eq!(code, 10);
    let codes: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(
        codes,
        ["syntax_error", "call_not_awaited", "module_not_found", "nango_default_export"],
        "{document:#}"
    );
    assert_eq!(document["functions"], 3, "a sync is none");
    assert!(document["notes"][0].as_str().unwrap().contains("syncs are not supported"));
    // No flag makes a function load.
    let (code, document) = stage.json("check", &["check", "broken", "--allow", "nango"]);
    assert_eq!((code, &document["findings"][0]["code"]), (10, &json!("syntax_error")));
}

#[test]
fn what_nango_would_not_take_is_a_warning_unless_it_is_denied_or_allowed() {
    let stage = Stage::new();
    stage.write("hubspot/lib/region.ts", "export const region = 'eu';\n");
    stage.function(
        "hubspot/on-events/region",
        &format!("import {{ region }} from '../lib/region';\n{}", event_function("await fetch(region);")),
    );
    let check = |flags: &[&str]| stage.json("check", &[&["check", "region"], flags].concat());
    let (code, document) = check(&[]);
    let both = [
        "hubspot/on-events/region.ts:1:24 nango_import_extension",
        "hubspot/on-events/region.ts:8:15 nango_global",
    ];
    assert_eq!((code, places(&document)), (0, both.map(str::to_owned).to_vec()), "{document:#}");
    assert_eq!((&document["warnings"], &document["passed"]), (&json!(2), &json!(true)));
    assert!(document["findings"][0]["next"].as_str().unwrap().contains("`../lib/region.js`"));
    let (code, document) = check(&["--deny", "warnings"]);
    assert_eq!((code, &document["passed"]), (10, &json!(false)));
    assert_eq!(check(&["--deny", "nango_global"]).0, 10);
    assert_eq!(check(&["--deny", "nango_package"]).0, 0);
    let (code, document) = check(&["--allow", "nango", "--deny", "warnings"]);
    assert_eq!((code, &document["findings"]), (0, &json!([])));
    let (code, document) = check(&["--allow", "nango_global", "--deny", "warnings"]);
    assert_eq!((code, places(&document)), (10, vec![both[0].to_owned()]));
}

#[test]
fn slips_on_the_command_line_are_told() {
    let stage = Stage::new();
    let answer = stage.run(&["check", "--deny", "call_not_waited"]);
    assert_eq!(answer.code, 2);
    answer.complains(&["error[unknown_code]", "call_not_waited", "did you mean `call_not_awaited`?"]);
    let answer = stage.run(&["check", "salesforc"]);
    assert_eq!(answer.code, 1);
    answer.complains(&["error[unknown_function]", "salesforc"]);
}

/// Puts packages that js-sdk has installed into the stage's project, whose own tsconfig.json leads to them where it is from.
fn install(stage: &Stage, packages: &[&str]) {
    std::fs::remove_file(stage.project.path().join("tsconfig.json")).unwrap();
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js-sdk/node_modules").canonicalize().unwrap();
    for package in packages {
        let link = stage.project.path().join("node_modules").join(package);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(sdk.join(package), link).unwrap();
    }
}

#[test]
fn without_a_compiler_a_note_says_how_to_get_one() {
    let stage = Stage::new();
    let answer = stage.run(&["check"]);
    assert_eq!(answer.code, 0);
    answer.says(&["types were not checked", "npm install --save-dev typescript@7", "--tsc"]);
    let (_, document) = stage.json("check", &["check"]);
    assert_eq!(document["types"]["status"], "not_found");
    let (_, document) = stage.json("check", &["check", "--no-types"]);
    assert_eq!((&document["types"]["status"], &document["notes"]), (&json!("left_out"), &json!([])));
    let answer = stage.run(&["check", "--types"]);
    assert_eq!(answer.code, 2);
    answer.complains(&["error[compiler_not_found]"]);
    let answer = stage.run(&["check", "--tsc", "nowhere"]);
    assert_eq!(answer.code, 2);
    answer.complains(&["error[compiler_not_found]", "nowhere"]);
    let answer = stage.run(&["check", "--tsc", "/bin/false"]);
    assert_eq!(answer.code, 2);
    answer.complains(&["error[compiler_failed]", "/bin/false"]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "Node lies where the path says")]
fn an_older_typescript_is_named_and_taken_where_it_is_asked_for() {
    let stage = Stage::new();
    install(&stage, &["typescript-5.8", "zod", "@types/node"]);
    symlink("typescript-5.8", stage.project.path().join("node_modules/typescript")).unwrap();
    stage.function("hubspot/on-events/wrong", &event_function("await nango.nothing();"));
    let answer = stage.run(&["check"]);
    answer.says(&["the project has TypeScript 5.8"]);
    let mut command =
        stage.command(&["check", "wrong", "--json", "--tsc", "node_modules/typescript/bin/tsc"]);
    // A script of Node's.
    let output = command.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(places(&document), ["hubspot/on-events/wrong.ts:7:21 TS2339"], "{document:#}");
}

#[test]
fn types_are_checked_by_the_native_compiler_of_the_project() {
    let stage = Stage::new();
    install(&stage, &["typescript", "zod", "@types/node"]);
    let (code, document) = stage.json("check", &["check", "--types"]);
    assert_eq!((code, &document["findings"]), (0, &json!([])), "the documented functions: {document:#}");
    assert_eq!(document["types"]["status"], "checked");
    assert!(document["types"]["version"].as_str().unwrap().starts_with("7."));

    stage.write("hubspot/lib/portal.ts", "export const portal: number = '💥' + 1;\n");
    stage.function(
        "hubspot/on-events/typed",
        &format!(
            "import {{ portal }} from '../lib/portal.js';\n{}",
            event_function("const id: string = portal; await nango.log(id);")
        ),
    );
    let (code, document) = stage.json("check", &["check", "typed"]);
    assert_eq!(code, 10);
    assert_eq!(
        places(&document),
        ["hubspot/lib/portal.ts:1:14 TS2322", "hubspot/on-events/typed.ts:8:15 TS2322"],
        "{document:#}"
    );
    let answer = stage.run(&["check", "typed"]);
    answer.says(&[
        "error[TS2322]: Type 'string' is not assignable to type 'number'.",
        "hubspot/lib/portal.ts:1:14",
        "export const portal: number = '💥' + 1;",
        "2 errors in 1 function (2 files)",
    ]);

    // One configuration for one run, and gone after it.
    for folder in [".onevent/cache", "node_modules"] {
        let found = std::fs::read_dir(stage.project.path().join(folder)).into_iter().flatten().flatten();
        let mut names = found.map(|one| one.file_name().to_string_lossy().into_owned());
        assert_eq!(names.find(|name| name.contains("onevent-check")), None);
    }

    // Silenced, and a comment that silences nothing.
    stage.write(
        "hubspot/lib/portal.ts",
        "// onevent-ignore TS2322: as it was\nexport const portal: number = 'x';\n",
    );
    let (_, document) = stage.json("check", &["check", "typed"]);
    assert_eq!(places(&document), ["hubspot/on-events/typed.ts:8:15 TS2322"]);
    stage.write("hubspot/lib/portal.ts", "// onevent-ignore TS2322\nexport const portal: string = 'x';\n");
    let (code, document) = stage.json("check", &["check", "typed"]);
    assert_eq!((code, places(&document)), (0, vec!["hubspot/lib/portal.ts:1:1 unused_ignore".to_owned()]));
    let (_, document) = stage.json("check", &["check", "typed", "--no-types"]);
    assert_eq!(document["findings"], json!([]), "nobody looked for it");
}

#[test]
fn the_projects_own_configuration_counts() {
    let stage = Stage::new();
    install(&stage, &["typescript", "zod", "@types/node"]);
    stage.function("hubspot/on-events/loose", &event_function("const f = (x) => x; await nango.log(f(1));"));
    stage.write(
        "tsconfig.json",
        "{\n  // As comments may stand here.\n  \"compilerOptions\": { \"strict\": true, \"skipLibCheck\": true, \"target\": \"es2024\", \
         \"module\": \"esnext\", \"moduleResolution\": \"bundler\", \"types\": [\"node\"] }\n}\n",
    );
    let (_, document) = stage.json("check", &["check", "loose"]);
    assert_eq!(places(&document), ["hubspot/on-events/loose.ts:7:20 TS7006"], "{document:#}");
    let text = std::fs::read_to_string(stage.project.path().join("tsconfig.json")).unwrap();
    stage.write(
        "tsconfig.json",
        &text.replace("\"strict\": true", "\"strict\": true, \"noImplicitAny\": false"),
    );
    let (code, document) = stage.json("check", &["check", "loose"]);
    assert_eq!((code, &document["findings"]), (0, &json!([])), "{document:#}");
    // Its own word on what `nango` is.
    stage.write("own.d.ts", "export declare function createOnEvent(props: any): { mine: true };\n");
    stage.write(
        "tsconfig.json",
        &text.replace("\"strict\": true", "\"strict\": true, \"paths\": { \"nango\": [\"./own.d.ts\"] }"),
    );
    let (_, document) = stage.json("check", &["check", "loose"]);
    assert_eq!(
        places(&document),
        ["hubspot/on-events/loose.ts:6:18 TS7006", "hubspot/on-events/loose.ts:7:20 TS7006"]
    );
    stage.write("tsconfig.json", &text.replace("\"strict\": true", "\"strictt\": true"));
    let (code, document) = stage.json("check", &["check", "loose"]);
    let slip = places(&document).into_iter().find(|place| place.ends_with("TS5023"));
    assert_eq!((code, slip.as_deref()), (10, Some("tsconfig.json:3:24 TS5023")), "{document:#}");
}

#[test]
fn findings_are_written_as_sarif_that_its_own_schema_takes() {
    let stage = Stage::new();
    stage.function(
        "hubspot/on-events/loose",
        &event_function("nango.log('x');\n        await fetch('/');\n        nango.log('y');"),
    );
    let schema =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/official/sarif/sarif-2.1.0.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let written = |file: &str, flags: &[&str]| -> Value {
        stage.run(&[&["check", "--sarif", file], flags].concat());
        serde_json::from_str(&std::fs::read_to_string(stage.project.path().join(file)).unwrap()).unwrap()
    };
    let log = written("results.sarif", &[]);
    let problems: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{log:#}");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |code: &str| results.iter().filter(|one| one["ruleId"] == code).collect::<Vec<_>>();
    let unawaited = of("call_not_awaited");
    assert_eq!((unawaited.len(), of("nango_global").len()), (2, 1), "{log:#}");
    let rules = &run["tool"]["driver"]["rules"];
    let index = usize::try_from(unawaited[1]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!((&rules[index]["id"], &unawaited[1]["level"]), (&json!("call_not_awaited"), &json!("error")));
    let place = &unawaited[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "hubspot/on-events/loose.ts");
    assert_eq!(place["region"], json!({"startLine": 7, "startColumn": 9}));
    // Nothing found is a log, too; and a control for the schema.
    let none = written("none.sarif", &["salesforce"]);
    assert!(validator.is_valid(&none) && none["runs"][0]["results"] == json!([]), "{none:#}");
    let mut wrong = log.clone();
    wrong["runs"][0]["results"][0]["level"] = json!("bad");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn a_deployment_warns_of_calls_that_nobody_awaits_and_stops_only_where_it_is_told_to() {
    let stage = Stage::new();
    stage.function("hubspot/on-events/loose", &event_function("nango.log('x');"));
    let refused = stage.run(&["deploy", "--deny", "call_not_awaited"]);
    assert_eq!(refused.code, 10);
    refused.complains(&["error[denied_finding]: call_not_awaited", "hubspot/on-events/loose.ts:7:9"]);
    assert_eq!(stage.json("error", &["deployments", "show"]).1["error"]["code"], "nothing_deployed");
    let answer = stage.run(&["deploy", "--dry-run"]);
    assert_eq!(answer.code, 0);
    answer.complains(&["warning[call_not_awaited]", "hubspot/on-events/loose.ts:7:9"]);
    let (code, document) =
        stage.json("deploy", &["deploy", "--integration", "salesforce", "--deny", "warnings"]);
    assert_eq!((code, &document["findings"]), (0, &json!([])));
    let (code, document) = stage.json("deploy", &["deploy"]);
    assert_eq!(
        (code, places(&document)),
        (0, vec!["hubspot/on-events/loose.ts:7:9 call_not_awaited".to_owned()])
    );
    assert_eq!(document["findings"][0]["severity"], "warning");
}

#[test]
fn tests_warn_of_calls_that_nobody_awaits_and_fail_where_they_are_told_to() {
    let stage = Stage::new();
    stage.function(
        "hubspot/on-events/loose",
        &event_function("nango.setLogger({ level: 'info' });\n        // later"),
    );
    stage.write("connection.json", r#"{"credentials": {"type": "OAUTH2", "access_token": "t"}}"#);
    let saved = stage.run(&["dryrun", "loose", "acme", "--connection", "@connection.json", "--save"]);
    assert_eq!(saved.code, 0, "{saved:?}");
    let (code, document) = stage.json("test", &["test"]);
    assert_eq!((code, &document["passed"], &document["findings"]), (0, &json!(1), &json!([])));
    stage.write("hubspot/on-events/loose.ts", &event_function("nango.log('x').catch(() => {});"));
    let (code, document) = stage.json("test", &["test"]);
    assert_eq!(code, 0, "{document:#}");
    assert_eq!(places(&document), ["hubspot/on-events/loose.ts:7:9 call_not_awaited"]);
    let answer = stage.run(&["test", "--deny", "warnings"]);
    assert_eq!(answer.code, 1);
    answer.complains(&["warning[call_not_awaited]", "hubspot/on-events/loose.ts:7:9"]);
    assert_eq!(stage.run(&["test", "--deny", "warnings", "--allow", "call_not_awaited"]).code, 0);
}
