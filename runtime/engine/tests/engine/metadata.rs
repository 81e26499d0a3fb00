//! Metadata: checked both ways, written whole, merged without losing anything.

use std::sync::Arc;

use onevent_contract::{ErrorType, Outcome, RunReport, Validation, WarningCode};
use serde_json::{Value, json};

use crate::support::{MemoryHost, engine, invocation, load, run_with};

fn with_schema(schema: &str, body: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\nimport * as z from 'zod';\n\
         export default createOnEvent({{ description: 'test', event: 'post-connection-creation', metadata: {schema},\n\
         exec: async (nango: any) => {{\n{body}\n}} }});\n"
    )
}

async fn run_schema(schema: &str, body: &str, host: &Arc<MemoryHost>) -> RunReport {
    let project = load(&with_schema(schema, body)).await;
    engine().run(invocation(&project), host.clone()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violation_throws_names_the_problem_and_writes_nothing() {
    let host = MemoryHost::with(json!({"kept": true}));
    let report =
        run_schema("z.object({ id: z.string() })", "await nango.setMetadata({ id: 7 });", &host).await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::InvalidMetadata));
    assert_eq!(error.payload["errors"][0]["path"], json!(["id"]), "{error:?}");
    assert_eq!(host.stored(), json!({"kept": true}));
    assert!(!report.metadata.persisted);
    assert!(report.metadata.writes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_zod_can_say_is_checked_too() {
    let host = MemoryHost::with(Value::Null);
    let schema = "z.object({ id: z.string().refine((s) => s.startsWith('org_')) })";
    let report = run_schema(schema, "await nango.setMetadata({ id: 'usr_1' });", &host).await;
    assert_eq!(report.error.unwrap().kind, ErrorType::InvalidMetadata);
    assert_eq!(host.stored(), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_code_that_switches_zod_off_does_not_get_past_the_json_schema() {
    let host = MemoryHost::with(Value::Null);
    let body = "z.ZodObject.prototype; const ok = (input: any) => ({ value: input, issues: [] });\n\
        (schema as any)._zod.run = ok; (schema as any).safeParseAsync = async (data: any) => ({ success: true, data });\n\
        (schema as any).safeParse = (data: any) => ({ success: true, data });\n\
        await nango.setMetadata({ id: 7 });";
    let code = with_schema("schema", body)
        .replace("export default", "const schema = z.object({ id: z.string() });\nexport default");
    let project = load(&code).await;
    let report = engine().run(invocation(&project), host.clone()).await.unwrap();
    assert_eq!(report.error.unwrap().kind, ErrorType::InvalidMetadata);
    assert_eq!(host.stored(), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_stored_as_given() {
    let host = MemoryHost::with(Value::Null);
    let schema = "z.object({ n: z.coerce.number(), s: z.string().trim().default('d').optional() })";
    let report =
        run_schema(schema, "await nango.setMetadata({ n: '7', s: ' x ', extra: [1] });", &host).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(host.stored(), json!({"n": "7", "s": " x ", "extra": [1]}));
    assert_eq!(report.metadata.after, host.stored());
    assert!(report.metadata.persisted);
}

#[tokio::test(flavor = "multi_thread")]
async fn set_replaces_and_update_merges_again_after_a_conflict() {
    let host = MemoryHost::with(json!({"a": 1, "b": 1}));
    run_with("await nango.setMetadata({ c: 3 });", host.clone(), |_| {}).await;
    assert_eq!(host.stored(), json!({"c": 3}));
    *host.conflicts.lock().unwrap() = 2;
    let report = run_with("await nango.updateMetadata({ d: 4 });", host.clone(), |_| {}).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(host.stored(), json!({"c": 3, "other1": "kept", "other0": "kept", "d": 4}));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_concurrent_updates_lose_nothing() {
    let host = MemoryHost::with(json!({}));
    let body =
        "await Promise.all(Array.from({ length: 20 }, (_, i) => nango.updateMetadata({ ['k' + i]: i })));";
    let report = run_with(body, host.clone(), |_| {}).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(host.stored().as_object().unwrap().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_metadata_reads_as_null_and_later_reads_see_writes() {
    let host = MemoryHost::with(Value::Null);
    let body = "nango.log(JSON.stringify(await nango.getMetadata()));\nawait nango.updateMetadata({ a: 1 });\n\
        nango.log(JSON.stringify(await nango.getMetadata()));";
    let report = run_with(body, host, |_| {}).await;
    let lines: Vec<_> = report.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines, ["null", r#"{"a":1}"#]);
    assert_eq!((report.metadata.before, report.metadata.after), (Value::Null, json!({"a": 1})));
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_violates_before_the_run_is_a_warning_or_an_error() {
    let project = load(&with_schema("z.object({ id: z.string() })", "nango.log('ran');")).await;
    let host = MemoryHost::with(json!({"id": 7}));
    let report = engine().run(invocation(&project), host.clone()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded);
    assert_eq!(report.warnings[0].code, WarningCode::MetadataInvalidBeforeRun);

    let mut enforced = invocation(&project);
    enforced.validation = Validation::Enforce;
    let report = engine().run(enforced, host).await.unwrap();
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.violates_schema());
    assert!(report.logs.is_empty(), "the function did not run");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_schema_and_z_void_check_nothing() {
    for schema in ["z.void()", "undefined"] {
        let host = MemoryHost::with(Value::Null);
        let report = run_schema(schema, "await nango.setMetadata({ any: { thing: [1] } });", &host).await;
        assert_eq!(report.outcome, Outcome::Succeeded, "{schema}: {:?}", report.error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_not_unicode_and_numbers_that_are_not_json_are_stored_as_json_has_them() {
    let host = MemoryHost::with(Value::Null);
    let report =
        run_with("await nango.setMetadata({ s: 'a\\ud800b', n: NaN, u: undefined });", host.clone(), |_| {})
            .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(host.stored(), json!({"s": "a\u{FFFD}b", "n": null}));
}
