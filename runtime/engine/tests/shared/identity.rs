//! Several runs at a time in one isolate: what each does is its own.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{ConnectionId, EnvironmentName, Outcome, RunReport};
use onevent_engine::{Engine, Project, Realm};
use serde_json::json;

use crate::support::{MemoryHost, function, invocation, load};

fn one_isolate() -> Engine {
    Engine::builder().realm(Realm::Shared).shared_isolates(1).build().unwrap()
}

async fn run(engine: &Engine, project: &Project, name: &str, host: Arc<MemoryHost>) -> RunReport {
    let mut invocation = invocation(project);
    invocation.connection.connection_id = ConnectionId::new(name).unwrap();
    engine.run(invocation, host).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_at_the_same_time_see_their_own_logs_metadata_timers_and_rejections() {
    let body = "
        const me = nango.connectionId;
        await nango.log('begun ' + me);
        for (let turn = 0; turn < 5; turn++) {
            await new Promise((resolve) => setTimeout(resolve, 1 + (turn % 3)));
            console.log('console of ' + me);
            await nango.updateMetadata({ [me + turn]: turn });
            queueMicrotask(() => console.log('microtask of ' + me));
            await { then(resolve: (value: unknown) => void) { console.log('thenable of ' + me); resolve(1); } };
        }
        setTimeout(() => { throw new Error('thrown by ' + me); }, 1);
        Promise.reject(new Error('rejected by ' + me));
        await new Promise((resolve) => setTimeout(resolve, 10));
        await nango.log('ended ' + me);";
    let project = Arc::new(load(&function(body)).await);
    let engine = one_isolate();
    let runs = (0..12).map(|number| {
        let (engine, project) = (engine.clone(), Arc::clone(&project));
        tokio::spawn(async move {
            let (name, host) = (format!("run-{number}"), Arc::new(MemoryHost::default()));
            let report = run(&engine, &project, &name, Arc::clone(&host)).await;
            (name, host, report)
        })
    });
    for run in runs.collect::<Vec<_>>() {
        let (name, host, report) = run.await.unwrap();
        assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
        assert!(report.logs.len() >= 19, "{:#?}", report.logs);
        for line in &report.logs {
            assert!(line.message.contains(&name), "{name} was told {}", line.message);
        }
        let warnings: Vec<_> = report.warnings.iter().map(|warning| warning.message.clone()).collect();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings.iter().all(|warning| warning.contains(&name)), "{warnings:?}");
        let wanted: serde_json::Map<_, _> =
            (0..5).map(|turn| (format!("{name}{turn}"), json!(turn))).collect();
        assert_eq!(host.stored(), serde_json::Value::Object(wanted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_leaves_behind_ends_with_it() {
    let leaving = "
        setInterval(() => console.log('late'), 1);
        setTimeout(() => console.log('late'), 5);
        nango.get({ endpoint: '/slow' }).then(() => console.log('late'), () => console.log('late'));
        (async () => { for (;;) { await new Promise((resolve) => setTimeout(resolve, 1)); await nango.updateMetadata({ late: Math.random() }); } })();
        await nango.log('ended');";
    let project = load(&function(leaving)).await;
    let engine = one_isolate();
    let host = Arc::new(MemoryHost::default());
    let report = run(&engine, &project, "leaving", Arc::clone(&host)).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    let stored = host.stored();
    // The same isolate works on, and nothing of the first run does.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let second = Arc::new(MemoryHost::default());
    let report = run(&engine, &project, "second", Arc::clone(&second)).await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    assert_eq!(host.stored(), stored);
    // The control: the same code writes while its run goes on.
    let staying = leaving
        .replace("await nango.log('ended')", "await new Promise((resolve) => setTimeout(resolve, 50))");
    let project = load(&function(&staying)).await;
    let host = Arc::new(MemoryHost::default());
    let report = run(&engine, &project, "staying", Arc::clone(&host)).await;
    assert!(report.logs.iter().any(|line| line.message == "late"), "{:?}", report.logs);
    assert!(host.stored()["late"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_where_the_time_went() {
    let body = "await new Promise((resolve) => setTimeout(resolve, 20));";
    let project = load(&function(body)).await;
    let engine = one_isolate();
    engine.report_timings();
    let report = run(&engine, &project, "timed", Arc::default()).await;
    let timings = report.timings.unwrap();
    assert!(!timings.prewarmed);
    assert!(timings.exec >= Duration::from_millis(19), "{timings:?}");
    assert!(timings.load > Duration::ZERO && timings.isolate > Duration::ZERO, "{timings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_isolate_serves_one_environment() {
    // Slow enough that both are there at once.
    let project = Arc::new(load(&function("await new Promise((resolve) => setTimeout(resolve, 50));")).await);
    let engine = one_isolate();
    let mut runs = Vec::new();
    for environment in ["dev", "dev", "prod"] {
        let (engine, mut invocation) = (engine.clone(), invocation(&project));
        invocation.environment = EnvironmentName::new(environment).unwrap();
        runs.push(tokio::spawn(async move {
            engine.run(invocation, Arc::new(MemoryHost::default())).await.unwrap()
        }));
    }
    for run in runs {
        assert_eq!(run.await.unwrap().outcome, Outcome::Succeeded);
    }
    assert_eq!(engine.live_shared_isolates(), 2, "one for dev, one for prod");
}
