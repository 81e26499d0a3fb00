//! `onevent check`, as authors meet it.

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
    let answer = stage.run(&["check"]);
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
    let answer = stage.run(&["check"]);
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
