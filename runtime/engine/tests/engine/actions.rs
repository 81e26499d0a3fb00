//! Actions: where they live, what they are called with, what comes out.

use onevent_contract::{
    ErrorType, FunctionKind, MAX_ACTION_OUTPUT_BYTES, Outcome, RunReport, Trigger, Validation, WarningCode,
};
use onevent_engine::{Project, ProjectSource};
use serde_json::{Value, json};

use crate::support::{MemoryHost, engine, function, invocation};

/// A whole action around some properties and the body of `exec`.
fn action(properties: &str, body: &str) -> String {
    format!(
        "import {{ createAction, ActionError }} from 'nango';\nimport * as z from 'zod';\nvoid ActionError; void z;\n\
         export default createAction({{\n  description: 'test',\n  {properties}\n  \
         exec: async (nango: any, ...rest: any[]) => {{\n const input = rest[0]; void input;\n{body}\n  }}\n}} as any);\n"
    )
}

async fn load_files(index: &str, files: &[(&str, String)]) -> Project {
    let index = ("index.ts", index.to_owned());
    let files = files.iter().cloned().chain([index]);
    engine().load(ProjectSource::files(files)).await.unwrap()
}

async fn load_action(code: String) -> Project {
    load_files("import './acme/actions/check';\n", &[("acme/actions/check.ts", code)]).await
}

async fn call(properties: &str, body: &str, input: Value, validation: Validation) -> RunReport {
    let project = load_action(action(properties, body)).await;
    let mut invocation = invocation(&project);
    invocation.trigger = Trigger::Action { input: Some(input) };
    invocation.validation = validation;
    engine().run(invocation, MemoryHost::with(Value::Null)).await.unwrap()
}

fn codes(report: &RunReport) -> Vec<WarningCode> {
    report.warnings.iter().map(|warning| warning.code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_loads_with_its_schemas() {
    let schemas = "input: z.object({ a: z.string() }), output: z.void(),";
    let project = load_action(action(schemas, "")).await;
    let loaded = &project.functions[0];
    assert_eq!((loaded.kind.as_str(), loaded.event()), ("action", None));
    let FunctionKind::Action { input: Some(input), output: None } = &loaded.kind else {
        panic!("{:?}", loaded.kind)
    };
    let check = input.check(|_| panic!("it is compiled where it was loaded"));
    assert!(check.violations(&json!({"a": "x"})).is_empty());
    assert!(!check.violations(&json!({"a": 1})).is_empty());
    assert!(project.action(&loaded.key).is_some());
    assert!(project.event_function(&loaded.key).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_without_an_input_gets_undefined_and_one_with_null_gets_null() {
    let action = "import { createAction } from 'nango';\nimport * as z from 'zod';\n\
                  export default createAction({ description: 'd', version: '1.0.0', input: z.object({}).optional(),\n\
                  output: z.any(), exec: async (nango: any, input: any = 'default') => ({ input }) });\n";
    let project = load_action(action.to_owned()).await;
    for (input, expected) in [(None, json!("default")), (Some(Value::Null), Value::Null)] {
        let mut invocation = invocation(&project);
        invocation.trigger = Trigger::Action { input };
        invocation.validation = Validation::Enforce;
        let report = engine().run(invocation, MemoryHost::with(Value::Null)).await.unwrap();
        assert_eq!(report.output, Some(json!({ "input": expected })), "{:?}", report.error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_gets_its_input_as_it_is_and_gives_its_output() {
    let report = call(
        "input: z.object({ n: z.coerce.number().default(3) }),",
        "return { input, at: new Date(0), count: rest.length, kind: nango.connectionId };",
        json!({"n": "7", "more": [1, null]}),
        Validation::Enforce,
    )
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    // Two arguments after `nango`: the input, and what is known of the run.
    let expected = json!({
        "input": {"n": "7", "more": [1, null]}, "at": "1970-01-01T00:00:00.000Z", "count": 2, "kind": "acme-1",
    });
    assert_eq!(report.output, Some(expected));
    assert_eq!((report.event, report.operation, report.verdict), (None, None, None));
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_null_both_ways() {
    let report = call("", "if (input !== null) throw input;", Value::Null, Validation::Warn).await;
    assert_eq!((report.outcome, report.output), (Outcome::Succeeded, Some(Value::Null)));
    let optional = "input: z.object({ a: z.string() }).optional(),";
    let report = call(optional, "return 1;", Value::Null, Validation::Enforce).await;
    assert_eq!(report.output, Some(json!(1)), "{:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_function_gets_no_input_and_has_no_output() {
    let code = function("return { a: 1 };");
    let project =
        load_files("import './acme/on-events/check';\n", &[("acme/on-events/check.ts", code)]).await;
    let report = engine().run(invocation(&project), MemoryHost::with(Value::Null)).await.unwrap();
    assert_eq!((report.outcome, report.output), (Outcome::Succeeded, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn violations_are_warnings_unless_they_are_enforced() {
    let schemas = "input: z.object({ a: z.string() }), output: z.object({ b: z.number() }),";
    let body = "await nango.log('ran'); return { b: 'x' };";
    let report = call(schemas, body, json!({"a": 1}), Validation::Warn).await;
    assert_eq!(report.output, Some(json!({"b": "x"})));
    assert_eq!(codes(&report), [WarningCode::InvalidActionInput, WarningCode::InvalidActionOutput]);

    let report = call(schemas, body, json!({"a": 1}), Validation::Enforce).await;
    let error = report.error.as_ref().unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::InvalidActionInput));
    assert_eq!(error.payload["errors"][0]["path"], json!(["a"]));
    assert!(report.logs.is_empty() && report.violates_schema());

    let report = call(schemas, body, json!({"a": "1"}), Validation::Enforce).await;
    let error = report.error.as_ref().unwrap();
    assert_eq!((error.kind, report.logs.len()), (ErrorType::InvalidActionOutput, 1));
    assert_eq!((report.output.as_ref(), &error.payload["errors"][0]["path"]), (None, &json!(["b"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_only_zod_can_make_is_enforced_too() {
    let schemas = "input: z.string().refine((text) => text === 'yes'),";
    let report = call(schemas, "return 1;", json!("no"), Validation::Enforce).await;
    assert_eq!(report.error.unwrap().kind, ErrorType::InvalidActionInput);
    let report = call(schemas, "return 1;", json!("yes"), Validation::Enforce).await;
    assert_eq!(report.output, Some(json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_breaks_the_check_in_its_isolate_does_not_get_around_it() {
    // The isolate's own check is silenced by what it relies on: the schema's parser.
    let body = "rest[1]; const s: any = exported.output; s._zod.run = (p: any) => p; return { b: 'x' };";
    let code = action("output: z.object({ b: z.number() }),", body)
        .replace("export default createAction", "const exported: any = createAction")
        + "export default exported;\n";
    let project = load_action(code).await;
    let mut warned = invocation(&project);
    warned.trigger = Trigger::Action { input: Some(Value::Null) };
    let mut enforced = warned.clone();
    enforced.validation = Validation::Enforce;
    let report = engine().run(warned, MemoryHost::with(Value::Null)).await.unwrap();
    assert_eq!(codes(&report), [WarningCode::InvalidActionOutput]);
    let report = engine().run(enforced, MemoryHost::with(Value::Null)).await.unwrap();
    assert_eq!(report.error.unwrap().kind, ErrorType::InvalidActionOutput);
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_nobody_can_read_ends_the_run_with_the_reason() {
    for (body, reason) in [
        ("const a: any = {}; a.a = a; return a;", "circular"),
        ("return { big: 1n };", "BigInt"),
        ("let a: any = 1; for (let i = 0; i < 500; i++) a = [a]; return a;", "recursion limit"),
    ] {
        let report = call("", body, Value::Null, Validation::Warn).await;
        let error = report.error.unwrap();
        assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::ScriptInternalError));
        assert!(error.message.contains(reason), "{}", error.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn output_has_a_limit_in_bytes() {
    // Three bytes each in UTF-8, one unit in JavaScript: only Rust counts bytes.
    for unit in ["x", "€"] {
        let units = MAX_ACTION_OUTPUT_BYTES / unit.len() - 2;
        let fits =
            call("", &format!("return '{unit}'.repeat({units});"), Value::Null, Validation::Warn).await;
        assert_eq!(fits.outcome, Outcome::Succeeded, "{:?}", fits.error);
        let large =
            call("", &format!("return '{unit}'.repeat({});", units + 3), Value::Null, Validation::Warn).await;
        let error = large.error.unwrap();
        assert_eq!((error.kind, error.status), (ErrorType::ScriptOutputTooLarge, 400));
        assert_eq!((large.outcome, large.output), (Outcome::Failed, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_error_says_no() {
    let report = call("", "throw new ActionError({ why: 'x' });", Value::Null, Validation::Warn).await;
    assert_eq!((report.outcome, report.verdict), (Outcome::Rejected, None));
    assert_eq!(report.error.unwrap().payload, json!({"why": "x"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_and_an_event_function_may_share_a_name() {
    let project = load_files(
        "import './acme/actions/check';\nimport './acme/on-events/check';\nimport './acme/actions/check.js';\n",
        &[
            ("acme/actions/check.ts", action("", "return 1;")),
            ("acme/on-events/check.ts", function("")),
        ],
    )
    .await;
    assert!(project.broken.is_empty(), "{:?}", project.broken);
    let kinds: Vec<_> = project.functions.iter().map(|function| function.kind.as_str()).collect();
    assert_eq!(kinds, ["action", "on-event"]);
    let key = &project.functions[0].key;
    assert_eq!(project.action(key).unwrap().kind.as_str(), "action");
    assert_eq!(project.event_function(key).unwrap().kind.as_str(), "on-event");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_in_the_folder_of_another_kind_says_where_it_belongs() {
    let project = load_files(
        "import './acme/actions/event';\nimport './acme/on-events/act';\nimport './acme/syncs/all';\nimport './acme/actions/bad';\nimport './acme/actions/sync';\nimport './acme/actions/good';\n",
        &[
            ("acme/actions/event.ts", function("")),
            ("acme/on-events/act.ts", action("", "")),
            ("acme/syncs/all.ts", "import 'node:fs';".into()),
            ("acme/actions/bad.ts", action("input: 7,", "")),
            ("acme/actions/sync.ts", "import { createSync } from 'nango';\nexport default createSync({ exec: async () => {} });".into()),
            ("acme/actions/good.ts", action("", "")),
        ],
    )
    .await;
    let broken: Vec<_> = project
        .broken
        .iter()
        .map(|broken| {
            let name = broken.key.as_ref().map(|key| key.name.as_str());
            (name, broken.error.code.as_str(), broken.may_be_event_function())
        })
        .collect();
    assert_eq!(
        broken,
        [
            (Some("event"), "wrong_folder", true),
            (Some("act"), "wrong_folder", true),
            (Some("all"), "unsupported_function_type", false),
            (Some("bad"), "invalid_input_schema", false),
            (Some("sync"), "unsupported_function_type", false),
        ]
    );
    assert_eq!(project.broken[0].error.hint.as_deref(), Some("move it to `acme/on-events/`"));
    assert_eq!(project.functions.len(), 1);
}
