//! A server whose disk is full for a while.

use std::fs;

use reqwest::StatusCode;
use serde_json::json;

use super::server::Server;
use super::stage::{Stage, until};
use crate::database_faults::{SmallDisk, limited};

#[tokio::test]
async fn while_the_disk_is_full_changes_fail_and_with_room_they_go_on_without_a_restart() {
    let Some(disk) = SmallDisk::mount("8m") else { return eprintln!("not tested: only root mounts a disk") };
    let stage = Stage::new().await;
    let server = stage.serve_with(&["--database", &disk.database()]);
    assert_eq!(server.import("before", json!({})).await.status, StatusCode::CREATED);
    until("the setup", async || server.metadata("before").await["hook"] == "made").await;
    let filler = disk.fill();
    // The log before the database has room of its own for a while.
    let text = "x".repeat(900_000);
    let mut made = Vec::new();
    let refused = loop {
        let id = format!("during-{}", made.len());
        let answer = server.import(&id, json!({ "text": text })).await;
        if answer.status != StatusCode::CREATED {
            break answer;
        }
        made.push(id);
        assert!(made.len() < 20, "a full disk takes everything");
    };
    assert_eq!(
        (refused.status, refused.body["error"]["code"].as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, Some("server_error"))
    );
    until("the reason", async || server.says("the disk of the database is full")).await;
    // A connection to the database that is just opened needs a little room itself; the others do not.
    let path = "/connections/before?provider_config_key=hubspot";
    until("what is there can be read", async || server.get(path).await.status == StatusCode::OK).await;
    fs::remove_file(filler).unwrap();
    for id in &made {
        assert_eq!(server.metadata(id).await["text"], text, "what was answered is there");
    }
    let refused = format!("during-{}", made.len());
    let missing = server.get(&format!("/connections/{refused}?provider_config_key=hubspot")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND, "nothing is half made: {missing:?}");
    let again = server.import(&refused, json!({})).await;
    assert_eq!(again.status, StatusCode::CREATED, "{:?}", server.log());
    until("the setup", async || server.metadata(&refused).await["hook"] == "made").await;
}

#[tokio::test]
async fn a_write_that_fails_is_in_the_way_of_none_after_it() {
    let stage = Stage::new().await;
    // Room for a new database and some changes, and not for a large one.
    let command = stage.command(&["serve", "--listen", "127.0.0.1:0", "--log", "json"]);
    let server = Server::start(limited(&command, 1_500_000));
    assert_eq!(server.import("before", json!({})).await.status, StatusCode::CREATED);
    let refused = server.import("large", json!({ "text": "x".repeat(900_000) })).await;
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR, "{refused:?}");
    let next = server.import("small", json!({})).await;
    assert!(next.status.is_success(), "{next:?} {:?}", server.log());
    let missing = server.get("/connections/large?provider_config_key=hubspot").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND, "nothing is half made: {missing:?}");
}
