use std::time::Duration;

use onevent_contract::Outcome;
use onevent_store::{RunFilter, Store};

use crate::support::{Scratch, key, report};

async fn insert(store: &Store, reports: &[onevent_contract::RunReport]) {
    let mut transaction = store.begin().await.unwrap();
    for report in reports {
        transaction.insert_run(report).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_report_comes_back_whole_and_a_list_shows_the_newest_first() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let first = report(&key("acme"), "validate-connection", Outcome::Succeeded);
    let second = report(&key("acme"), "post-connection-setup", Outcome::Failed);
    insert(&store, &[first.clone(), second.clone()]).await;
    let list = store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap();
    let ids: Vec<_> = list.iter().map(|run| run.run_id).collect();
    assert_eq!(ids, [second.run_id, first.run_id]);
    assert_eq!(list[0].wall, Duration::from_micros(12_345));
    assert_eq!(list[0].function.to_string(), "salesforce/post-connection-setup");
    let stored = store.run(&first.run_id.to_string()).await.unwrap().unwrap();
    assert_eq!(stored.report, serde_json::to_value(&first).unwrap());
    assert_eq!(stored.summary, list[1]);
}

#[tokio::test]
async fn a_list_holds_what_its_filter_names() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let mut elsewhere = key("acme");
    elsewhere.environment = "prod".parse().unwrap();
    let mut other = key("acme");
    other.integration = "hubspot".parse().unwrap();
    insert(
        &store,
        &[
            report(&key("acme"), "validate-connection", Outcome::Succeeded),
            report(&key("globex"), "validate-connection", Outcome::Rejected),
            report(&key("globex"), "post-connection-setup", Outcome::Failed),
            report(&elsewhere, "validate-connection", Outcome::Succeeded),
            report(&other, "validate-connection", Outcome::Stopped),
        ],
    )
    .await;
    let all = RunFilter::of("dev".parse().unwrap());
    let count = async |filter: RunFilter| store.runs(&filter).await.unwrap().len();
    assert_eq!(count(all.clone()).await, 4);
    assert_eq!(count(RunFilter { connection_id: Some("globex".parse().unwrap()), ..all.clone() }).await, 2);
    let function = Some("validate-connection".parse().unwrap());
    assert_eq!(count(RunFilter { function: function.clone(), ..all.clone() }).await, 3);
    let integration = Some("hubspot".parse().unwrap());
    assert_eq!(count(RunFilter { function, integration, ..all.clone() }).await, 1);
    assert_eq!(count(RunFilter { outcome: Some(Outcome::Rejected), ..all.clone() }).await, 1);
    assert_eq!(count(RunFilter { outcome: Some(Outcome::Unknown), ..all.clone() }).await, 0);
    assert_eq!(count(RunFilter { limit: 3, ..all }).await, 3);
}

#[tokio::test]
async fn a_run_is_found_by_the_beginning_of_its_id_if_it_is_the_only_one() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let first = report(&key("acme"), "validate-connection", Outcome::Succeeded);
    let second = report(&key("acme"), "validate-connection", Outcome::Succeeded);
    insert(&store, &[first.clone(), second.clone()]).await;
    let (one, two) = (first.run_id.to_string(), second.run_id.to_string());
    let shared = one.bytes().zip(two.bytes()).take_while(|(a, b)| a == b).count();
    let found = store.run(&one[..=shared].to_uppercase()).await.unwrap().unwrap();
    assert_eq!(found.summary.run_id, first.run_id);
    assert_eq!(store.run(&one[..shared]).await.unwrap_err().code(), "ambiguous_run_id");
    assert!(store.run("ffffffff").await.unwrap().is_none());
    for wrong in ["", "%", "_", "run", "0'--"] {
        assert_eq!(store.run(wrong).await.unwrap_err().code(), "invalid_run_id", "{wrong}");
    }
}

#[tokio::test]
async fn an_attempt_is_stored_once_and_the_last_attempt_is_shown() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let first = report(&key("acme"), "validate-connection", Outcome::Failed);
    insert(&store, std::slice::from_ref(&first)).await;
    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.insert_run(&first).await.unwrap_err().code(), "database_failed");
    drop(transaction);
    let mut again = first.clone();
    (again.attempt, again.outcome) = (2, Outcome::Succeeded);
    insert(&store, &[again]).await;
    let shown = store.run(&first.run_id.to_string()).await.unwrap().unwrap();
    assert_eq!((shown.summary.attempt, shown.summary.outcome), (2, Outcome::Succeeded));
}

#[tokio::test]
async fn a_run_and_a_change_in_one_transaction_happen_together_or_not_at_all() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let mut transaction = store.begin().await.unwrap();
    transaction.insert_run(&report(&key("acme"), "validate-connection", Outcome::Succeeded)).await.unwrap();
    drop(transaction);
    assert_eq!(store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap(), []);
}

#[tokio::test]
async fn a_run_that_another_one_triggered_names_it() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let caller = report(&key("acme"), "post-connection-setup", Outcome::Succeeded);
    let mut action = report(&key("acme"), "charge", Outcome::Succeeded);
    (action.event, action.operation, action.caller_run_id) = (None, None, Some(caller.run_id));
    insert(&store, &[caller.clone(), action.clone()]).await;
    let list = store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap();
    let callers: Vec<_> = list.iter().map(|run| run.caller_run_id).collect();
    assert!(callers.contains(&None) && callers.contains(&Some(caller.run_id)), "{callers:?}");
    let stored = store.run(&action.run_id.to_string()).await.unwrap().unwrap();
    assert_eq!(stored.report["caller_run_id"], serde_json::json!(caller.run_id));
}

#[tokio::test]
async fn a_report_that_is_too_large_is_stored_without_what_makes_it_so() {
    let scratch = Scratch::new();
    let store = scratch.open().await;
    let mut large = report(&key("acme"), "validate-connection", Outcome::Rejected);
    let line = onevent_contract::LogLine {
        seq: 0,
        level: onevent_contract::LogLevel::Info,
        message: "x".repeat(1024 * 1024),
        meta: None,
        at: large.started_at,
    };
    large.logs = vec![line; 63];
    let mut larger = large.clone();
    larger.run_id = onevent_contract::RunId::generate();
    larger.logs.extend(larger.logs[..1].to_vec());
    insert(&store, &[large.clone(), larger.clone()]).await;
    let stored =
        async |run: &onevent_contract::RunReport| store.run(&run.run_id.to_string()).await.unwrap().unwrap();
    assert_eq!(stored(&large).await.report["logs"].as_array().unwrap().len(), 63);
    let shortened = stored(&larger).await;
    assert_eq!(shortened.summary.outcome, Outcome::Rejected);
    assert_eq!(shortened.report["logs"], serde_json::json!([]));
    assert_eq!(shortened.report["warnings"][0]["code"], "effects_truncated");
}
