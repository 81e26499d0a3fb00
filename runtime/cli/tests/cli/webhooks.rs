//! What the operator's app was told, as it is listed, shown and sent again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::running_server::Server;
use crate::stage::Stage;

/// A server whose app does not answer, and a webhook that it was sent.
fn world() -> (Stage, Server, Value) {
    let stage = Stage::new();
    let settings = std::fs::read_to_string(stage.project.path().join("onevent.toml")).unwrap();
    stage.write("onevent.toml", &format!("{settings}[webhooks]\nurl = \"http://127.0.0.1:1/told\"\n"));
    let server = Server::start(&stage);
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(server.run(&stage, &create).code, 0);
    for _ in 0..600 {
        let (_, listed) = stage.json("webhooks", &["webhooks", "list"]);
        if let Some(sent) = listed["webhooks"].as_array().unwrap().iter().find(|one| one["error"].is_string())
        {
            let sent = sent.clone();
            return (stage, server, sent);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no webhook was tried");
}

#[test]
fn a_webhook_is_listed_shown_and_sent_again_here_and_on_a_server() {
    let (stage, server, sent) = world();
    assert_eq!((&sent["operation"], &sent["connection_id"]), (&json!("creation"), &json!("acme")));
    let id = sent["id"].as_str().unwrap();
    let show = ["webhooks", "show", id];
    for (code, shown) in [stage.json("webhook", &show), server.json("webhook", &stage, &show)] {
        assert_eq!((code, &shown["body"]["connectionId"]), (0, &json!("acme")));
        assert_eq!(shown["attempts"][0]["url"], "http://127.0.0.1:1/told");
    }
    let resend = ["webhooks", "resend", id];
    for (code, again) in
        [stage.json("webhook-resent", &resend), server.json("webhook-resent", &stage, &resend)]
    {
        assert_eq!(code, 0);
        assert_ne!(again["id"], sent["id"], "a new one");
    }
    let (_, here) = stage.json("webhooks", &["webhooks", "list"]);
    let (_, there) = server.json("webhooks", &stage, &["webhooks", "list"]);
    assert_eq!((&here["environment"], &there["environment"]), (&json!("dev"), &json!("dev")));
    assert_eq!(here["webhooks"].as_array().unwrap().len(), 3);
    let again = there["webhooks"].as_array().unwrap();
    assert_eq!(again.len(), 3);
    let named = again.iter().filter(|one| one["request_id"].is_string()).count();
    assert_eq!(named, 2, "what followed from a request names it: {again:?}");
    for unknown in [
        stage.json("error", &["webhooks", "show", "x"]),
        stage.json("error", &["webhooks", "list", "--state", "x"]),
    ] {
        assert!(matches!(unknown.0, 1 | 2), "{unknown:?}");
    }
}
