//! Nango's client for Node, each of its calls, against the real server.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::stage::Stage;

/// A copy of the script, with the client installed.
fn install() -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("official/client");
    let to = tempfile::tempdir().unwrap();
    std::fs::create_dir(to.path().join("calls")).unwrap();
    let files = ["package.json", "package-lock.json", ".npmrc", "drive.mjs"].map(str::to_owned);
    let calls = std::fs::read_dir(from.join("calls")).unwrap();
    let calls = calls.map(|call| format!("calls/{}", call.unwrap().file_name().to_str().unwrap()));
    for file in files.into_iter().chain(calls) {
        std::fs::copy(from.join(&file), to.path().join(&file)).unwrap();
    }
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let output = std::process::Command::new("npm").args(install).current_dir(to.path()).output().unwrap();
    assert!(output.status.success(), "npm could not install Nango's client: {output:?}");
    to
}

#[tokio::test]
async fn every_call_of_nangos_client_works_or_is_refused() {
    let stage = Stage::new().await;
    let server = stage.serve();
    let signing = stage.run(&["keys", "signing"]);
    let installed = install();
    let output = tokio::process::Command::new("node")
        .args(["--no-deprecation", "drive.mjs"])
        .current_dir(installed.path())
        .env("ONEVENT_URL", &server.url)
        .env("ONEVENT_KEY", &server.key)
        .env("SIGNING_KEY", signing["webhook_signing_key"].as_str().unwrap())
        .env("OUTSIDE", &stage.outside.url)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(told["failures"], json!([]), "{told:#}");
    assert_eq!(told["notCalled"], json!([]), "calls that the client has and the script does not make");

    // What is left of it elsewhere.
    assert_eq!(stage.outside.asked("POST", "/api/hooks"), 2, "two were set up");
    assert_eq!(stage.outside.asked("DELETE", "/api/hooks"), 1, "one was cleaned up");
    let connections = stage.run(&["connection", "list"]);
    let ids: Vec<&Value> =
        connections["connections"].as_array().unwrap().iter().map(|one| &one["connection_id"]).collect();
    assert_eq!(ids, [&json!("acme")]);
    let runs = stage.run(&["runs", "list"]);
    let actions = runs["runs"].as_array().unwrap().iter().filter(|run| run["function"] == "echo").count();
    assert_eq!(actions, 3, "two were waited for, one ran later: {runs:#}");
}
