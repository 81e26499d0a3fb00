//! Functions that import zod, and functions that do not: isolates of the two start differently, and nobody can tell.

use std::sync::Arc;

use futures_util::future::join_all;
use onevent_engine::ProjectSource;

use crate::support::{MemoryHost, engine, invocation, load};

fn of(imports: &str, body: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\n{imports}\nexport default createOnEvent({{ description: 'd', \
         event: 'validate-connection', exec: async (nango: any) => {{\n{body}\n}} }});"
    )
}

const WITH_ZOD: &str = "import * as z from 'zod';";
/// As under Node, zod puts its registry there where it is imported.
const GLOBALS: &str = "nango.log(JSON.stringify(Object.getOwnPropertyNames(globalThis).filter((name) => name !== '__zod_globalRegistry')));";

async fn log_of(imports: &str, body: &str) -> String {
    let project = load(&of(imports, body)).await;
    let report = engine().run(invocation(&project), Arc::<MemoryHost>::default()).await.unwrap();
    assert_eq!(report.outcome.as_str(), "succeeded", "{:?}", report.error);
    report.logs[0].message.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_run_side_by_side() {
    let parse = "nango.log(`${z.object({ a: z.string() }).safeParse({ a: 1 }).success}`);";
    let runs = (0..12).map(|number| async move {
        match number % 2 {
            0 => assert_eq!(log_of(WITH_ZOD, parse).await, "false"),
            _ => assert_eq!(log_of("", "nango.log(typeof z);").await, "undefined"),
        }
    });
    join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_have_the_same_globals() {
    let without = log_of("", GLOBALS).await;
    assert!(without.contains("\"Date\""), "{without}");
    assert_eq!(log_of(&format!("{WITH_ZOD}\nvoid z;"), GLOBALS).await, without);
}

#[tokio::test(flavor = "multi_thread")]
async fn zod_is_there_for_a_function_that_asks_by_a_name_made_at_run_time() {
    let body = "
        const z = await import(['zo', 'd'].join(''));
        const schema = z.z.object({ a: z.string() });
        const { error } = schema.safeParse({ a: 1 });
        z.config(z.locales.de());
        nango.log(JSON.stringify([z.default === z.z, error.issues[0].message, schema.safeParse({ a: 1 }).error.issues[0].message]));";
    let log = log_of("", body).await;
    assert_eq!(log, log_of(&format!("{WITH_ZOD}\nvoid z;"), body).await);
    assert!(log.starts_with("[true,\"Invalid input: expected string, received number\",\"Ung"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_was_not_imported_is_checked_by_zod() {
    // As a package that brings a zod of its own has it: what makes the schema is not the built-in module.
    let outside = "const z = await import(['zo', 'd'].join(''));";
    let code =
        of(outside, "nango.log('ran');").replace("exec:", "metadata: z.object({ id: z.string() }), exec:");
    let files = [("index.ts", "import './acme/on-events/check';"), ("acme/on-events/check.ts", &*code)];
    let project = engine().load(ProjectSource::files(files)).await.unwrap();
    let mut wrong = invocation(&project);
    wrong.validation = onevent_contract::Validation::Enforce;
    let host = MemoryHost::with(serde_json::json!({ "id": 1 }));
    let report = engine().run(wrong, host).await.unwrap();
    assert_eq!(report.error.unwrap().kind.as_str(), "invalid_metadata");
}
