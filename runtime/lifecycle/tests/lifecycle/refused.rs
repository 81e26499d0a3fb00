//! Operations that are refused before anything is written.

use std::time::Duration;

use onevent_contract::Event::{PreConnectionDeletion, ValidateConnection};
use onevent_contract::Limits;
use onevent_engine::{Engine, Project, ProjectSource};
use onevent_lifecycle::LifecycleError;

use crate::script::Ending::{Hangs, Returns};
use crate::script::{Stage, function, key, new_connection, project, reconnection};

/// What the engine says of a project whose files are not there.
async fn broken(index: &str) -> Project {
    let engine = Engine::builder().build().unwrap();
    engine.load(ProjectSource::files([("index.ts", index)])).await.unwrap()
}

#[tokio::test]
async fn a_broken_function_of_the_integration_stops_every_operation_before_it_starts() {
    for index in ["import './salesforce/on-events/check';", "import './salesforce/elsewhere/check';"] {
        let mut loaded = broken(index).await;
        assert_eq!(loaded.broken.len(), 1);
        loaded.functions.push(function("salesforce", ValidateConnection, "other"));
        let stage = Stage::with_project(&[], loaded, |_| Limits::default()).await;
        let (working, _) = stage.replay(&[]);
        working.create(new_connection("acme", "tok-1")).await.unwrap();
        let errors = [
            stage.lifecycle.create(new_connection("globex", "tok-1")).await.unwrap_err(),
            stage.lifecycle.reconnect(&key("acme"), reconnection("tok-2")).await.unwrap_err(),
            stage.lifecycle.delete(&key("acme")).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.code(), "function_broken");
            assert!(matches!(&error, LifecycleError::Broken { broken, .. } if broken.len() == 1), "{error}");
        }
        assert!(stage.ran().is_empty());
        assert_eq!(stage.list().await.len(), 1);
        assert!(stage.connection("acme").await.is_some());
    }
}

#[tokio::test]
async fn actions_and_syncs_that_cannot_be_loaded_stop_nothing() {
    let mut loaded = broken("import './salesforce/actions/gone';\nimport './salesforce/syncs/all';").await;
    assert_eq!(loaded.broken.len(), 2);
    loaded.functions.push(function("salesforce", ValidateConnection, "check"));
    let stage = Stage::with_project(&[], loaded, |_| Limits::default()).await;
    let (working, _) = stage.replay(&[]);
    working.create(new_connection("acme", "tok-1")).await.unwrap();
    assert!(stage.connection("acme").await.is_some());
}

#[tokio::test]
async fn a_broken_function_of_another_integration_stops_nothing() {
    let loaded = broken("import './hubspot/on-events/check';").await;
    assert_eq!(loaded.broken.len(), 1);
    let stage = Stage::with_project(&[], loaded, |_| Limits::default()).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
}

#[tokio::test]
async fn functions_of_other_integrations_do_not_run() {
    let mut loaded = Project::default();
    loaded.functions.push(function("hubspot", ValidateConnection, "check"));
    let stage = Stage::with_project(&[], loaded, |_| Limits::default()).await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert!(stage.ran().is_empty());
}

#[tokio::test]
async fn limits_are_given_by_function_and_checked_before_anything_is_written() {
    let functions = [(ValidateConnection, "short", Returns), (PreConnectionDeletion, "none", Returns)];
    let stage = Stage::with_project(&functions, project(&functions), |key| Limits {
        wall: if key.name.as_str() == "short" { Duration::from_secs(20) } else { Duration::ZERO },
        ..Limits::default()
    })
    .await;
    stage.lifecycle.create(new_connection("acme", "tok-1")).await.unwrap();
    assert_eq!(stage.runner.seen.lock().unwrap()[0].limits.wall, Duration::from_secs(20));
    let error = stage.lifecycle.delete(&key("acme")).await.unwrap_err();
    assert_eq!(error.code(), "invalid_limits");
    assert!(error.to_string().contains("salesforce/none"), "{error}");
    assert!(stage.connection("acme").await.is_some());
}

#[tokio::test]
async fn an_operation_that_waits_too_long_says_what_runs() {
    let stage = Stage::set(&[(ValidateConnection, "check", Hangs)]).await;
    let lifecycle = stage.lifecycle.clone();
    let task = tokio::spawn(async move { lifecycle.create(new_connection("acme", "tok-1")).await });
    stage.runner.entered.notified().await;
    let error = stage.store.begin_deletion(&key("acme"), Duration::ZERO).await.unwrap_err();
    assert_eq!(error.code(), "operation_in_progress");
    assert!(error.to_string().contains("creation"), "{error}");
    task.abort();
}
