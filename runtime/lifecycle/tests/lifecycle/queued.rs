//! Setup functions that workers run after the operation has answered.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use onevent_contract::Event::{PostConnectionCreation, ValidateConnection};
use onevent_contract::{
    Clock as _, EnvironmentName, Event, IntegrationId, Operation, Outcome, RequestId, SystemClock,
};
use onevent_lifecycle::{
    Lifecycle, Lifecycles, Policies, SetupBy, WebhookDelivery, WebhookFailure, WebhookSender, Workers,
    WorkersOptions,
};
use onevent_store::{DeploymentId, EventFilter, EventState, EventSummary, RunFilter, Store};

use crate::script::Ending::{self, Hangs, NoPlaceAtFirst, Refused, Returns, ThrowsActionError};
use crate::script::{Stage, key, new_connection};

/// Gives every event the same lifecycle.
struct One(Lifecycle);

#[async_trait]
impl Lifecycles for One {
    async fn lifecycle(
        &self,
        _: &EnvironmentName,
        _: &IntegrationId,
        _: Option<&DeploymentId>,
    ) -> Result<Lifecycle, String> {
        Ok(self.0.clone())
    }
}

/// An app that answers as the script says, and keeps what it got.
#[derive(Default)]
pub(crate) struct App {
    pub(crate) statuses: Mutex<Vec<Option<u16>>>,
    pub(crate) got: Mutex<Vec<WebhookDelivery>>,
}

#[async_trait]
impl WebhookSender for App {
    async fn send(&self, delivery: WebhookDelivery) -> Result<(String, u16), WebhookFailure> {
        self.got.lock().unwrap().push(delivery);
        match self.statuses.lock().unwrap().pop() {
            None => Ok(("https://app.test/hook".into(), 200)),
            Some(Some(status)) => Ok(("https://app.test/hook".into(), status)),
            Some(None) => {
                Err(WebhookFailure { url: "https://app.test/hook".into(), message: "ECONNREFUSED".into() })
            }
        }
    }
}

pub(crate) fn start(store: &Store, lifecycle: Lifecycle, app: &Arc<App>) -> Workers {
    Workers::start(WorkersOptions {
        store: store.clone(),
        lifecycles: Arc::new(One(lifecycle)),
        sender: app.clone(),
        signing_keys: Arc::default(),
        retention: Arc::new(|| Duration::from_secs(30 * 24 * 60 * 60)),
        clock: Arc::new(SystemClock),
        on_failure: Arc::new(|error| panic!("{error}")),
    })
}

pub(crate) async fn events(store: &Store) -> Vec<EventSummary> {
    let mut events = store.events(&EventFilter::of("dev".parse().unwrap())).await.unwrap();
    events.reverse();
    events
}

/// Waits until no event is waiting.
pub(crate) async fn settled(store: &Store) -> Vec<EventSummary> {
    for _ in 0..600 {
        let events = events(store).await;
        if events.iter().all(|event| event.state != EventState::Waiting) {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("events still wait: {:?}", events(store).await);
}

fn by_workers() -> Policies {
    Policies { setup_by: SetupBy::Workers, ..Policies::default() }
}

async fn stage(functions: &[(Event, &str, Ending)]) -> (Stage, Lifecycle) {
    let stage = Stage::set(functions).await;
    let lifecycle = stage.under(functions, by_workers());
    (stage, lifecycle)
}

#[tokio::test]
async fn a_creation_answers_before_its_setup_and_workers_run_it_in_order() {
    let (stage, lifecycle) = stage(&[
        (PostConnectionCreation, "setup-b", ThrowsActionError("not today")),
        (ValidateConnection, "check", Returns),
        (PostConnectionCreation, "setup-a", Returns),
    ])
    .await;
    let report = lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!((report.accepted, report.runs.len()), (Some(true), 1));
    assert_eq!(stage.ran(), ["check"]);
    assert!(stage.connection("acme").await.unwrap().unfinished_setup.is_some());

    let workers = start(&stage.store, lifecycle, &Arc::default());
    let ended = settled(&stage.store).await;
    let states: Vec<_> = ended.iter().map(|event| event.state).collect();
    assert_eq!(states, [EventState::Dead, EventState::Done], "one that fails holds up nobody");
    assert_eq!(stage.ran(), ["check", "setup-b", "setup-a"]);
    let seen = stage.runner.seen.lock().unwrap().clone();
    assert!(
        seen.iter()
            .all(|seen| seen.operation == Operation::Creation && seen.listed == (seen.function != "check"))
    );
    assert!(stage.connection("acme").await.unwrap().unfinished_setup.is_none());
    let runs = stage.stored_runs().await;
    assert_eq!(
        runs,
        [
            ("check".to_owned(), Outcome::Succeeded),
            ("setup-b".to_owned(), Outcome::Rejected),
            ("setup-a".to_owned(), Outcome::Succeeded)
        ]
    );
    workers.drain(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn an_operation_that_runs_its_setup_itself_leaves_nothing_to_workers() {
    let functions = [(PostConnectionCreation, "setup", Returns)];
    let stage = Stage::set(&functions).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let events = events(&stage.store).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].state, EventState::Done);
    assert_eq!(stage.ran(), ["setup"]);
}

#[tokio::test]
async fn what_a_command_could_not_finish_workers_take_up() {
    let functions = [(PostConnectionCreation, "first", Hangs), (PostConnectionCreation, "second", Returns)];
    let stage = Stage::set(&functions).await;
    let creating = tokio::spawn({
        let lifecycle = stage.lifecycle.clone();
        async move { lifecycle.create(new_connection("acme", "tok-1")).await }
    });
    stage.runner.entered.notified().await;
    stage.interruption.cancel();
    assert_eq!(creating.await.unwrap().unwrap_err().code(), "interrupted");
    let (lifecycle, runner) = stage
        .replay(&[(PostConnectionCreation, "first", Returns), (PostConnectionCreation, "second", Returns)]);
    let workers = start(&stage.store, lifecycle, &Arc::default());
    settled(&stage.store).await;
    assert_eq!(crate::script::names(&runner), ["first", "second"]);
    assert!(stage.connection("acme").await.unwrap().unfinished_setup.is_none());
    drop(workers);
}

#[tokio::test]
async fn what_a_drain_stops_goes_back_to_the_queue() {
    let functions = [(PostConnectionCreation, "setup", Hangs)];
    let (stage, lifecycle) = stage(&functions).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let workers = start(&stage.store, lifecycle, &Arc::default());
    stage.runner.entered.notified().await;
    workers.drain(Duration::from_millis(50)).await;
    let waiting = events(&stage.store).await;
    assert_eq!((waiting[0].state, waiting[0].attempt), (EventState::Waiting, 1));
    // Its connection is not blocked, and whoever comes next does it.
    let (lifecycle, runner) = stage.replay(&[(PostConnectionCreation, "setup", Returns)]);
    let workers = start(&stage.store, lifecycle, &Arc::default());
    assert_eq!(settled(&stage.store).await[0].state, EventState::Done);
    assert_eq!(crate::script::names(&runner), ["setup"]);
    drop(workers);
}

#[tokio::test]
async fn a_setup_waits_for_the_operation_of_its_connection_and_others_do_not_wait_for_it() {
    let functions = [(PostConnectionCreation, "setup", Returns)];
    let (stage, lifecycle) = stage(&functions).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let deleting = stage.store.begin_deletion(&key("acme"), Duration::from_secs(1)).await.unwrap();
    let workers = start(&stage.store, lifecycle.clone(), &Arc::default());
    lifecycle.create(new_connection("globex", "tok-2")).await.unwrap();
    stage.runner.entered.notified().await;
    let ran: Vec<_> = stage.runner.seen.lock().unwrap().iter().map(|seen| seen.token.clone()).collect();
    assert_eq!(ran, [Some("tok-2".to_owned())]);
    let last = deleting.begin().await.unwrap();
    deleting.roll_back(last).await.unwrap();
    settled(&stage.store).await;
    assert_eq!(stage.ran(), ["setup", "setup"]);
    drop(workers);
}

#[tokio::test]
async fn a_setup_that_got_no_place_waits_and_that_is_no_attempt() {
    let functions = [(PostConnectionCreation, "setup", NoPlaceAtFirst(1))];
    let (stage, lifecycle) = stage(&functions).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let workers = start(&stage.store, lifecycle, &Arc::default());
    let ended = settled(&stage.store).await;
    assert_eq!((ended[0].state, ended[0].attempt), (EventState::Done, 1));
    assert_eq!(stage.ran(), ["setup", "setup"], "it was asked for twice");
    workers.drain(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_run_that_does_not_start_is_tried_again() {
    let functions = [(PostConnectionCreation, "setup", Refused)];
    let (stage, lifecycle) = stage(&functions).await;
    lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    let workers = start(&stage.store, lifecycle, &Arc::default());
    stage.runner.entered.notified().await;
    stage.runner.entered.notified().await;
    workers.drain(Duration::from_secs(5)).await;
    let [waiting] = events(&stage.store).await.try_into().unwrap();
    assert_eq!((waiting.state, waiting.attempt, waiting.run_id), (EventState::Waiting, 2, None));
    assert!(waiting.error.as_ref().is_some_and(|error| error.contains("no metadata")), "{waiting:?}");
    assert!(waiting.leased_until.is_none() && waiting.due_at > SystemClock.now(), "{waiting:?}");
    assert!(stage.connection("acme").await.unwrap().unfinished_setup.is_some());
    assert!(stage.stored_runs().await.is_empty(), "nothing has run");

    // Once it can start, it runs, and the setup is done.
    let (lifecycle, runner) = stage.replay(&[(PostConnectionCreation, "setup", Returns)]);
    let workers = start(&stage.store, lifecycle, &Arc::default());
    let [done] = settled(&stage.store).await.try_into().unwrap();
    assert_eq!((done.state, done.attempt, done.error), (EventState::Done, 3, None));
    assert_eq!(crate::script::names(&runner), ["setup"]);
    assert_eq!(stage.stored_runs().await, [("setup".to_owned(), Outcome::Succeeded)]);
    assert!(stage.connection("acme").await.unwrap().unfinished_setup.is_none());
    drop(workers);
}

#[tokio::test]
async fn what_a_request_leads_to_names_it_also_when_it_runs_later() {
    let functions = [(ValidateConnection, "check", Returns), (PostConnectionCreation, "setup", Returns)];
    let (stage, lifecycle) = stage(&functions).await;
    let request = RequestId::new("request-1");
    lifecycle.for_request(request.clone()).create(new_connection("acme", "tok-1")).await.unwrap();
    // Whoever works for the queue works for everybody.
    let workers = start(&stage.store, lifecycle.clone(), &Arc::default());
    let ended = settled(&stage.store).await;
    assert!(ended.iter().all(|event| event.request_id == request), "{ended:?}");
    lifecycle.create(new_connection("globex", "tok-2")).await.unwrap();
    settled(&stage.store).await;
    let all = RunFilter::of("dev".parse().unwrap());
    let of_it = RunFilter { request_id: request.clone(), ..all.clone() };
    let runs = stage.store.runs(&of_it).await.unwrap();
    let names: Vec<&str> = runs.iter().map(|run| run.function.name.as_str()).collect();
    assert_eq!(names, ["setup", "check"]);
    assert!(runs.iter().all(|run| run.connection == key("acme") && run.request_id == request), "{runs:?}");
    let report = stage.store.run(&runs[0].run_id.to_string()).await.unwrap().unwrap().report;
    assert_eq!(report["request_id"], "request-1");
    let others = stage.store.runs(&all).await.unwrap().into_iter().filter(|run| run.request_id.is_none());
    assert_eq!(others.count(), 2, "what no request led to names none");
    drop(workers);
}
