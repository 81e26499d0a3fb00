//! The example that embeds the whole service, run against a real server.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;

use onevent_tests::SalesforceServer;

#[path = "../examples/service.rs"]
mod example;

#[test]
fn the_example_runs() {
    example::main().unwrap();
}

#[tokio::test]
async fn a_connection_lives_and_dies_in_an_embedding_program() {
    let provider = SalesforceServer::start().unwrap();
    provider.allow("token", "00D000000000001");
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"));
    let database = folder.path().join("onevent.sqlite3");
    let service = example::service(project, &database, provider.base_url()).unwrap();

    let refused = example::Account { id: "acme", access_token: "another-token" };
    let report = example::connect(&service, &refused).await.unwrap();
    assert_eq!(report.accepted, Some(false), "{report:?}");
    assert!(provider.webhooks("00D000000000001").is_empty());

    let account = example::Account { id: "acme", access_token: "token" };
    let report = example::connect(&service, &account).await.unwrap();
    assert_eq!(report.accepted, Some(true), "{report:?}");
    assert_eq!(provider.webhooks("00D000000000001").len(), 1, "setup has run");

    let report = example::disconnect(&service, &account).await.unwrap();
    assert_eq!(report.runs.len(), 1, "{report:?}");
    assert!(example::disconnect(&service, &account).await.is_err(), "there is no such connection any more");
    service.close().await;
}
