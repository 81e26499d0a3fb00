//! What a run in a child says and does is seen as from a thread.

use std::sync::Arc;

use onevent_contract::{ErrorType, Outcome};
use serde_json::json;

use crate::stage::{MemoryHost, Stage, invocation};

#[tokio::test]
async fn metadata_logs_and_errors_are_those_of_the_run() {
    let stage = Stage::new();
    let report = stage
        .run(
            "await nango.setMetadata({ a: 1 }); await nango.updateMetadata({ b: [2] });\n\
             await nango.log('one', { deep: { x: [1, 'two', null] } }); console.warn('two');\n\
             throw new ActionError({ message: 'no', reason: 7 });",
        )
        .await;
    assert_eq!(report.outcome, Outcome::Rejected);
    assert_eq!(report.metadata.after, json!({ "a": 1, "b": [2] }));
    assert_eq!(report.metadata.writes.len(), 2);
    assert!(report.metadata.persisted);
    let error = report.error.unwrap();
    assert_eq!(
        (error.kind, error.payload),
        (ErrorType::ActionScriptRuntimeError, json!({ "message": "no", "reason": 7 }))
    );
    assert!(
        error.frames.iter().any(|frame| frame.file == "acme/on-events/check.ts" && frame.line > 5),
        "{:?}",
        error.frames
    );
    assert_eq!(report.logs.len(), 2);
    assert_eq!(report.logs[0].meta, Some(json!({ "deep": { "x": [1, "two", null] } })));
    assert!(!report.usage.wall.is_zero() && report.usage.heap_peak_bytes > 0);
}

#[tokio::test]
async fn a_failure_of_the_host_is_its_own_and_nobodys_elses() {
    let stage = Stage::new();
    let report = stage.run("await fetch('https://a.example');").await;
    assert_eq!(
        (report.outcome, report.error.unwrap().message),
        (Outcome::Unknown, "the disk is full".to_owned())
    );
    stage.runs_well().await;
}

#[tokio::test]
async fn a_run_that_is_cancelled_says_what_it_did_until_then() {
    let stage = Stage::new();
    let project = stage.load("await nango.log('a'); await nango.get({ endpoint: '/never' });").await;
    let host = Arc::<MemoryHost>::default();
    let asked = Arc::clone(&host);
    let cancelled = async move { asked.asked.notified().await };
    let run = stage.engine.run_until(invocation(&project), host, cancelled);
    let report = run.await.unwrap().report;
    assert_eq!(report.error.unwrap().kind, ErrorType::ScriptAborted);
    assert_eq!(report.logs.len(), 1);
}
