//! Who sends what is not true, and a Nango that is none.

use onevent_tests::NangoServer;
use onevent_tests::http::{HttpAnswer, ask};
use serde_json::{Value, json};

use super::stage::{Front, KEY, OTHER_KEY, code, signature};
use crate::world::TOKEN;

const BAD: &str = "token-that-nobody-knows";

fn credentials(token: &str) -> Value {
    json!({ "type": "OAUTH2", "access_token": token })
}

fn webhook(operation: &str, id: &str, environment: &str) -> String {
    let body = json!({
        "type": "auth", "operation": operation, "success": true, "connectionId": id,
        "providerConfigKey": "salesforce", "environment": environment,
    });
    body.to_string()
}

fn tell(front: &Front, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
    ask("POST", &format!("{}/webhooks/nango", front.url), headers, body.as_bytes()).unwrap()
}

#[test]
fn nothing_is_read_of_what_is_not_signed_or_too_large() {
    let front = Front::start();
    // Only the head is sent: whoever waited for the body would wait for ever.
    let huge = 70 << 20;
    let length = huge.to_string();
    let unsigned = tell(&front, &[("content-length", &length)], "");
    assert_eq!((unsigned.status, code(&unsigned).as_str()), (401, "invalid_signature"));
    let made_up = "0".repeat(64);
    let headers = [("content-length", length.as_str()), ("x-nango-hmac-sha256", &made_up)];
    let too_large = tell(&front, &headers, "");
    assert_eq!((too_large.status, code(&too_large).as_str()), (413, "request_too_large"));
    // The positive control: a large one that is signed.
    let body = json!({ "type": "forward", "payload": "x".repeat(3 << 20) }).to_string();
    let signed = signature(&body);
    assert_eq!(tell(&front, &[("x-nango-hmac-sha256", &signed)], &body).status, 200);
}

#[test]
fn an_old_webhook_that_is_sent_again_changes_nothing() {
    let mut front = Front::start();
    front.stop();
    std::fs::remove_dir_all(front.world.path().join(".onevent")).unwrap();
    // It was made long ago, and has been in use since.
    front.nango.connection("salesforce", "old", credentials(BAD));
    front.serve();
    for operation in ["creation", "override"] {
        assert_eq!(front.nango.tell(&webhook(operation, "old", "DEV")).unwrap(), 200);
    }
    assert!(front.nango.has("salesforce", "old"));
    assert_eq!((front.read("old").status, front.world.provider.journal().len()), (200, 0));
    assert_eq!(front.app.received().len(), 0);
    // The positive control: now it is true.
    assert_eq!(front.authorize("old", BAD).1, 200);
    assert_eq!((front.read("old").status, front.app.wait_for(1).len()), (424, 1));
}

#[test]
fn a_webhook_is_of_the_environment_whose_key_has_signed_it() {
    let mut front = Front::start();
    front.variables = vec![
        ("NANGO_SECRET_KEY_PROD".to_owned(), OTHER_KEY.to_owned()),
        ("NANGO_WEBHOOK_SIGNING_KEY_PROD".to_owned(), "another-signing-key".to_owned()),
    ];
    front.serve();
    front.nango.connection("salesforce", "acme", credentials(TOKEN));
    assert_eq!(front.nango.tell(&webhook("creation", "acme", "prod")).unwrap(), 200);
    let runs = |environment: &str| {
        let listed = front.world.run(&["runs", "list", "-e", environment]).exits(0).document;
        listed["runs"].as_array().unwrap().len()
    };
    front.wait_for("the setup", |_| runs("dev") == 2);
    assert_eq!(runs("prod"), 0);
}

#[test]
fn a_redirect_of_nangos_is_the_callers_to_see_and_no_key_follows_it() {
    let mut front = Front::start();
    front.connected("acme");
    let elsewhere = NangoServer::start().unwrap();
    front.nango.redirect_to(elsewhere.base_url());
    for (method, path) in [("GET", "/integrations/salesforce"), ("POST", "/connections")] {
        let body = json!({ "provider_config_key": "salesforce", "credentials": credentials(TOKEN) });
        let answer = front.ask(method, path, Some(&body));
        assert_eq!(answer.status, 308, "{method} {path}: {}", answer.body);
        assert!(answer.header("location").unwrap().starts_with(elsewhere.base_url()));
    }
    // Where onevent has to ask something itself, it does not go on.
    let answer = front.delete("acme");
    assert_eq!(answer.status, 502, "{}", answer.body);
    assert!(!answer.body.contains(KEY));
    front.stop();
    assert_eq!(elsewhere.journal().len(), 0);
    assert_eq!(front.hooks().len(), 1, "no cleanup has run");
}
