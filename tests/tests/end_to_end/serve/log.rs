//! What a server writes into its log.

use serde_json::{Value, json};

use super::stage::{Stage, until};

#[tokio::test]
async fn every_line_of_a_request_has_its_id_and_no_line_has_a_secret() {
    let stage = Stage::new().await;
    let server = stage.serve_with(&["--log-level", "trace"]);
    let created = server.import("acme", json!({})).await;
    until("the setup", async || server.metadata("acme").await["hook"] == "made").await;
    let unknown = server.get("/no-such-route").await;
    until("the lines", async || server.says(&unknown.request_id)).await;
    let log = server.log();
    for line in &log {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        if line["message"] == "answered" {
            assert!(line.pointer("/span/id").is_some_and(Value::is_string), "{line:#}");
        }
        for secret in [server.key.as_str(), "token-of-a-customer"] {
            assert!(!line.to_string().contains(secret), "{line:#}");
        }
    }
    for answer in [&created, &unknown] {
        let of_it = log.iter().filter(|line| line.contains(&answer.request_id)).count();
        assert!(of_it > 0, "{answer:?}\n{log:#?}");
    }
    assert!(log.iter().any(|line| line.contains("/connections")), "the log tells of requests");
}
