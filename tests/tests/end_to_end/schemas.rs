//! Each kind of metadata violation, and what is no violation.

use serde_json::json;

use crate::world::World;

fn world(schema: &str, body: &str) -> World {
    World::with_functions(&[("check", "validate-connection", schema, body)])
}

fn violation(schema: &str, value: &str, path: &serde_json::Value) {
    for write in ["setMetadata", "updateMetadata"] {
        let world = world(schema, &format!("await nango.{write}({value});"));
        let answer = world.create("acme", "first").exits(5);
        let error = &answer.report("check")["error"];
        assert_eq!(error["type"], "invalid_metadata", "{schema} {value}");
        let problem = &error["payload"]["errors"][0];
        assert_eq!(problem["path"], *path, "{schema} {value}: {error:#}");
        assert!(problem["message"].is_string() && problem["code"].is_string(), "{problem:#}");
    }
}

#[test]
fn violations_name_their_path() {
    violation("z.object({ a: z.string() })", "{ a: 1 }", &json!(["a"]));
    violation("z.object({ a: z.string() })", "{}", &json!(["a"]));
    violation(
        "z.object({ a: z.object({ b: z.array(z.number()) }) })",
        "{ a: { b: [1, 'x'] } }",
        &json!(["a", "b", 1]),
    );
    violation("z.object({ a: z.enum(['x', 'y']) })", "{ a: 'z' }", &json!(["a"]));
    violation("z.object({ a: z.string().min(3) })", "{ a: 'ab' }", &json!(["a"]));
    violation("z.object({ a: z.string().regex(/^x+$/) })", "{ a: 'ab' }", &json!(["a"]));
    violation("z.object({ a: z.email() })", "{ a: 'nobody' }", &json!(["a"]));
    violation("z.object({ a: z.number().int().min(1).max(3) })", "{ a: 7 }", &json!(["a"]));
    violation("z.object({ a: z.union([z.string(), z.number()]) })", "{ a: true }", &json!(["a"]));
    violation("z.object({ a: z.string().refine((s) => s.includes('@')) })", "{ a: 'x' }", &json!(["a"]));
    violation(
        "z.object({ a: z.string() }).refine((v) => v.a !== 'no', { path: ['a'] })",
        "{ a: 'no' }",
        &json!(["a"]),
    );
}

#[test]
fn a_violation_that_is_caught_writes_nothing_and_the_run_goes_on() {
    let world = world(
        "z.object({ a: z.string() })",
        "try { await nango.setMetadata({ a: 1 }); } catch (e: any) { nango.log(e.code); }\nawait nango.setMetadata({ a: 'x', b: [1] });",
    );
    let answer = world.create("acme", "first").exits(0);
    assert_eq!(answer.report("check")["logs"][0]["message"], "invalid_metadata");
    assert_eq!(world.metadata("acme"), json!({"a": "x", "b": [1]}));
}

#[test]
fn what_violates_before_the_run_is_a_warning_and_an_error_with_validate() {
    let world = world("z.object({ a: z.string() })", "nango.log('ran');");
    world.create("acme", "first").exits(0);
    world.run(&["connection", "metadata", "set", "salesforce", "acme", r#"{"a": 7}"#]).exits(0);
    let answer = world.run(&["dryrun", "check", "acme"]).exits(0);
    assert_eq!(answer.report("check")["warnings"][0]["code"], "metadata_invalid_before_run");
    let answer = world.run(&["dryrun", "check", "acme", "--validate"]).exits(5);
    assert_eq!(answer.report("check")["logs"], json!([]));
}
