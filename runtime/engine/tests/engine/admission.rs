//! Who runs, who waits, and who is refused.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::{
    ApiErrorCode, CallContext, Host, HostAnswer, HostCall, HostError, Invocation, MAX_ACTION_DEPTH, Outcome,
    RunId, RunReport,
};
use onevent_engine::{AdmissionFigures, Engine, EngineBuilder, RunRefused};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{MemoryHost, function, invocation, load};

type Ran = JoinHandle<Result<RunReport, RunRefused>>;

fn builder() -> EngineBuilder {
    Engine::builder().realm(crate::REALM)
}

/// A run of this body for this connection.
async fn of(body: &str, connection: &str) -> Invocation {
    let mut invocation = invocation(&load(&function(body)).await);
    invocation.connection.connection_id = connection.parse().unwrap();
    invocation
}

/// A run that waits for an answer which never comes.
async fn waiting(connection: &str) -> Invocation {
    of("await nango.get({ endpoint: '/slow' });", connection).await
}

/// The same as another run.
fn another(invocation: &Invocation) -> Invocation {
    Invocation { run_id: RunId::generate(), ..invocation.clone() }
}

fn start(engine: &Engine, invocation: Invocation) -> Ran {
    let engine = engine.clone();
    tokio::spawn(async move { engine.run(invocation, Arc::<MemoryHost>::default()).await })
}

/// Waits until the engine is so.
async fn until(engine: &Engine, is: impl Fn(&AdmissionFigures) -> bool) {
    for _ in 0..3_000 {
        if is(&engine.admission_figures()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", engine.admission_figures());
}

/// Starts runs, one after the other, until so many have a place or wait.
async fn fill(engine: &Engine, invocation: &Invocation, runs: usize) -> Vec<Ran> {
    let mut started = Vec::new();
    let before = engine.admission_figures();
    for number in 1..=runs {
        started.push(start(engine, another(invocation)));
        let all = before.places_taken + before.queued + number;
        until(engine, |figures| figures.places_taken + figures.queued == all).await;
    }
    started
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_queue_cannot_take_is_refused_and_what_it_took_runs() {
    let engine = builder().max_isolates(1).queue(1).build().unwrap();
    let slow = fill(&engine, &waiting("acme").await, 1).await;
    let quick = fill(&engine, &of("", "acme").await, 1).await;
    let refused = start(&engine, of("", "acme").await).await.unwrap().unwrap_err();
    assert!(matches!(refused, RunRefused::QueueFull { most: 1 }), "{refused:?}");
    assert_eq!((refused.code(), refused.no_place()), ("queue_full", Some(ApiErrorCode::QueueFull)));
    slow.iter().for_each(Ran::abort);
    for quick in quick {
        assert_eq!(quick.await.unwrap().unwrap().outcome, Outcome::Succeeded);
    }
    until(&engine, |figures| figures.places_taken == 0).await;
    let AdmissionFigures { admitted, queue_full, queued, .. } = engine.admission_figures();
    assert_eq!((admitted, queue_full, queued), (2, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_too_long_is_refused() {
    let engine = builder().max_isolates(1).queue_wait(Duration::from_millis(50)).build().unwrap();
    let slow = fill(&engine, &waiting("acme").await, 1).await;
    let refused = start(&engine, of("", "acme").await).await.unwrap().unwrap_err();
    assert!(matches!(refused, RunRefused::QueueExpired { .. }), "{refused:?}");
    assert_eq!(refused.code(), "queue_expired");
    let AdmissionFigures { queued, queue_expired, places_taken, .. } = engine.admission_figures();
    assert_eq!((queued, queue_expired, places_taken), (0, 1, 1));
    slow.iter().for_each(Ran::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_cannot_fill_the_queue_against_the_others() {
    let engine = builder().max_isolates(1).queue(4).build().unwrap();
    let slow = fill(&engine, &waiting("greedy").await, 1).await;
    let mut greedy = fill(&engine, &of("", "greedy").await, 4).await;
    let modest = start(&engine, of("", "modest").await);
    let refused = greedy.pop().unwrap().await.unwrap().unwrap_err();
    assert!(matches!(refused, RunRefused::OverShare { .. }), "{refused:?}");
    assert!(refused.to_string().contains("(limit server.queue: "), "{refused}");
    assert_eq!(refused.code(), "over_share");
    slow.iter().for_each(Ran::abort);
    for run in greedy.into_iter().chain([modest]) {
        assert_eq!(run.await.unwrap().unwrap().outcome, Outcome::Succeeded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_waited_for_any_more_leaves_the_queue() {
    let engine = builder().max_isolates(1).build().unwrap();
    let slow = fill(&engine, &waiting("acme").await, 1).await;
    let dropped = fill(&engine, &of("", "acme").await, 2).await;
    assert_eq!(engine.admission_figures().queued, 2);
    dropped.iter().for_each(Ran::abort);
    until(&engine, |figures| figures.queued == 0).await;
    let (stop, invocation) = (CancellationToken::new(), of("", "acme").await);
    let (stopped, running) = (stop.clone(), engine.clone());
    let cancelled = tokio::spawn(async move {
        running.run_until(invocation, Arc::<MemoryHost>::default(), stopped.cancelled()).await
    });
    until(&engine, |figures| figures.queued == 1).await;
    stop.cancel();
    assert!(matches!(cancelled.await.unwrap(), Err(RunRefused::Cancelled)));
    assert_eq!(engine.admission_figures().queued, 0);
    slow.iter().for_each(Ran::abort);
}

/// Runs the same function again for each action that is triggered, one deeper.
struct Nesting {
    engine: Engine,
    invocation: Invocation,
}

#[async_trait]
impl Host for Nesting {
    async fn call(&self, context: &CallContext, call: HostCall) -> Result<HostAnswer, HostError> {
        match call {
            HostCall::TriggerAction(_) if self.invocation.depth < MAX_ACTION_DEPTH => {
                let nested = Invocation {
                    depth: self.invocation.depth + 1,
                    caller_run_id: Some(context.run_id),
                    ..another(&self.invocation)
                };
                let host = Self { engine: self.engine.clone(), invocation: nested.clone() };
                let report = self.engine.run(nested, Arc::new(host)).await;
                let report =
                    report.map_err(|refused| HostError::Internal { message: refused.to_string() })?;
                assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
                Ok(HostAnswer::TriggerAction(Value::Null))
            }
            HostCall::TriggerAction(_) => Ok(HostAnswer::TriggerAction(Value::Null)),
            HostCall::Metadata => Ok(HostAnswer::Metadata(Default::default())),
            other => Err(other.unsupported()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_hold_every_place_and_trigger_actions_all_end() {
    let engine = builder().max_isolates(2).build().unwrap();
    let root = of("await nango.triggerAction('acme', 'other', 'again');", "acme").await;
    let runs = (0..6).map(|_| {
        let (engine, root) = (engine.clone(), another(&root));
        let host = Arc::new(Nesting { engine: engine.clone(), invocation: root.clone() });
        tokio::spawn(async move { engine.run(root, host).await.unwrap() })
    });
    for run in runs.collect::<Vec<_>>() {
        let report = run.await.unwrap();
        assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    }
    until(&engine, |figures| figures.places_taken == 0).await;
    assert_eq!(engine.admission_figures().admitted, 6 * (1 + u64::from(MAX_ACTION_DEPTH)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_holds_no_permit_to_compute_and_one_that_computes_does() {
    let engine = builder().build().unwrap();
    // More than there are permits: they are in nobody's way.
    let many = 2 * std::thread::available_parallelism().unwrap().get() + 3;
    let slow = fill(&engine, &waiting("acme").await, many).await;
    let mut timer = waiting("acme").await;
    timer.function = of("await new Promise((done) => setTimeout(done, 60_000));", "acme").await.function;
    let sleeping = fill(&engine, &timer, 1).await;
    until(&engine, |figures| figures.computing == 0 && figures.waiting_to_compute == 0).await;
    assert_eq!(engine.admission_figures().places_taken, many + 1);
    let report = start(&engine, of("", "acme").await).await.unwrap().unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded);

    let mut computes = of("for (;;);", "acme").await;
    computes.limits.cpu = Duration::from_secs(2);
    let computes = start(&engine, computes);
    until(&engine, |figures| figures.computing > 0).await;
    assert_eq!(computes.await.unwrap().unwrap().outcome, Outcome::Stopped);
    until(&engine, |figures| figures.computing == 0).await;
    slow.iter().chain(&sleeping).for_each(Ran::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_compute_without_end_hold_up_nobody_for_longer_than_their_turn() {
    let engine = builder().build().unwrap();
    let many = 4 * std::thread::available_parallelism().unwrap().get();
    let mut computes = of("for (;;);", "greedy").await;
    computes.limits.cpu = Duration::from_secs(60);
    let hogs: Vec<_> = (0..many).map(|_| start(&engine, another(&computes))).collect();
    until(&engine, |figures| figures.computing > 0 && figures.places_taken == many).await;
    if crate::REALM == onevent_engine::Realm::Isolate {
        // While each of them goes on.
        let report = start(&engine, of("await nango.log('here');", "modest").await).await.unwrap().unwrap();
        assert_eq!(report.outcome, Outcome::Succeeded);
        assert!(engine.admission_figures().places_taken >= many, "{:?}", engine.admission_figures());
    }
    hogs.iter().for_each(Ran::abort);
}
