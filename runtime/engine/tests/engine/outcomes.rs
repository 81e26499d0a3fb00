//! What becomes of what `exec` does.

use onevent_contract::{DEFAULT_REJECTION, ErrorType, LogLevel, Outcome, WarningCode};
use serde_json::json;

use crate::support::{MemoryHost, run, run_with};

#[tokio::test(flavor = "multi_thread")]
async fn returning_accepts() {
    let report = run("return { ignored: 1n };").await;
    assert_eq!(report.outcome, Outcome::Succeeded);
    assert!(report.verdict.unwrap().accepted);
    assert!(report.usage.heap_peak_bytes > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_error_rejects_with_its_message_and_its_place() {
    let report = run("await null;\nthrow new nango.ActionError('no scope');").await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Rejected, ErrorType::ActionScriptRuntimeError));
    assert_eq!(error.payload, json!({"message": "no scope"}));
    assert_eq!(report.verdict.unwrap().message.as_deref(), Some("no scope"));
    let frame = &error.frames[0];
    assert_eq!((frame.file.as_str(), frame.line), ("acme/on-events/check.ts", 9), "{:?}", error.frames);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_imported_action_error_is_the_same_class() {
    let report = run(
        "if (ActionError !== nango.ActionError) throw 'two classes';\nthrow new ActionError({ code: 7 });",
    )
    .await;
    assert_eq!(report.outcome, Outcome::Rejected);
    assert_eq!(report.error.unwrap().payload, json!({"code": 7}));
    assert_eq!(report.verdict.unwrap().message.as_deref(), Some(DEFAULT_REJECTION));
}

#[tokio::test(flavor = "multi_thread")]
async fn http_and_network_errors_are_the_functions_failure() {
    let report = run("await nango.get({ endpoint: '/status/404' });").await;
    let error = report.error.unwrap();
    assert_eq!(
        (report.outcome, error.kind, error.status),
        (Outcome::Failed, ErrorType::ScriptHttpError, 404)
    );
    assert_eq!(report.verdict.unwrap().message.as_deref(), Some("from /status/404"));

    let report = run("await nango.get({ endpoint: '/refused' });").await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::ScriptNetworkError));
    assert_eq!(error.payload["code"], json!("ECONNREFUSED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_else_thrown_is_an_internal_error() {
    for (body, message) in [
        ("throw new TypeError('boom');", "boom"),
        ("throw 'x';", "\"x\""),
        ("throw null;", "null"),
        ("throw undefined;", "undefined"),
        ("null.x;", "Cannot read properties of null (reading 'x')"),
    ] {
        let report = run(body).await;
        let error = report.error.unwrap();
        assert_eq!((report.outcome, error.kind), (Outcome::Failed, ErrorType::ScriptInternalError), "{body}");
        assert_eq!(error.message, message, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hosts_own_fault_leaves_the_outcome_unknown_even_when_caught() {
    let report = run("try { await nango.get({ endpoint: '/broken' }); } catch { return; }").await;
    assert_eq!(report.outcome, Outcome::Unknown);
    assert_eq!(report.verdict, None);
    assert_eq!(report.error.unwrap().kind, ErrorType::HostFailure);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_were_not_awaited_are_cancelled_with_a_warning() {
    let report = run("nango.get({ endpoint: '/slow' });").await;
    assert_eq!(report.outcome, Outcome::Succeeded);
    let warning = &report.warnings[0];
    assert_eq!(warning.code, WarningCode::CallsNotAwaited);
    assert!(warning.keys[0].contains("/slow"), "{warning:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unhandled_rejection_is_logged_and_changes_nothing() {
    let report =
        run("Promise.reject(new Error('nobody cares')); await new Promise(r => setTimeout(r, 5));").await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert!(
        report.logs.iter().any(|line| line.level == LogLevel::Error && line.message.contains("nobody cares"))
    );
    assert!(report.warnings.iter().any(|warning| warning.code == WarningCode::UnhandledRejection));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_callback_that_throws_is_logged_and_changes_nothing() {
    let report =
        run("setTimeout(() => { throw new Error('late'); }, 1); await new Promise(r => setTimeout(r, 20));")
            .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert!(report.logs.iter().any(|line| line.message.contains("late")), "{:?}", report.logs);
}

#[tokio::test(flavor = "multi_thread")]
async fn console_and_nango_log_share_the_runs_log_in_order() {
    let body = "console.log('a', { b: 1 });\nnango.log('c', { level: 'warn' });\nawait nango.log('d', { meta: true });\nconsole.error('e');";
    let report = run(body).await;
    let lines: Vec<_> = report.logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    assert_eq!(
        lines,
        [
            (LogLevel::Info, "a { b: 1 }"),
            (LogLevel::Warn, "c"),
            (LogLevel::Info, "d"),
            (LogLevel::Error, "e"),
        ]
    );
    assert!(report.logs.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert_eq!(report.logs[2].meta, Some(json!({"meta": true})));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_sees_its_connection_and_no_internals() {
    let body = "nango.log(JSON.stringify([nango.connectionId, nango.providerConfigKey, nango.provider, nango.environmentName]));";
    let report = run_with(body, MemoryHost::with(json!(null)), |_| {}).await;
    assert_eq!(report.logs[0].message, r#"["acme-1","acme","acme-provider","dev"]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_does_not_exist_says_so() {
    let report = run("await nango.batchSave([], 'x');").await;
    let error = report.error.unwrap();
    assert_eq!(error.kind, ErrorType::ScriptInternalError);
    assert!(error.message.contains("batchSave"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_isolates_side_by_side_each_carry_half_a_megabyte_through_the_border() {
    let body = "const text = 'ü'.repeat(256 * 1024);\n\
        await nango.setMetadata({ text, id: Math.random() });\n\
        const back = await nango.getMetadata();\n\
        if (back.text !== text) throw new Error('it changed');\n\
        await new Promise((r) => setTimeout(r, 50));";
    let runs = (0..8).map(|_| run_with(body, MemoryHost::with(json!(null)), |_| {}));
    for report in futures_util::future::join_all(runs).await {
        assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_that_wait_for_answers_that_wait_for_timers_go_on() {
    let body = "for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => {\n\
            setTimeout(async () => { await nango.getMetadata(); setTimeout(resolve, 0); }, 0);\n\
        });";
    let report = run(body).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_share_no_state() {
    let project = crate::support::load(&crate::support::function(
        "const g = globalThis as any;\n\
         nango.log(String(g.leak ?? (Object.prototype as any).leak));\n\
         g.leak = 1; (Object.prototype as any).leak = 2;",
    ))
    .await;
    for _ in 0..2 {
        let report = crate::support::engine()
            .run(crate::support::invocation(&project), std::sync::Arc::new(MemoryHost::default()))
            .await
            .unwrap();
        assert_eq!(report.logs[0].message, "undefined");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_only_node_has_is_explained() {
    let report = run("nango.log(process.env.API_KEY);").await;
    let error = report.error.unwrap();
    assert_eq!((report.outcome, error.message.as_str()), (Outcome::Failed, "process is not defined"));
    assert!(error.hint.unwrap().contains("nango.getEnvironmentVariables()"));
    // The control: another name has none.
    assert_eq!(run("nango.log(processes.env);").await.error.unwrap().hint, None);
}
