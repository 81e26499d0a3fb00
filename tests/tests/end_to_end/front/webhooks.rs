//! `POST /webhooks/nango`.

use onevent_tests::JournalEntry;
use onevent_tests::http::ask;
use serde_json::{Value, json};

use super::stage::{Front, KEY, code, signature};
use crate::world::TOKEN;

#[track_caller]
fn is_signed(entry: &JournalEntry) {
    assert_eq!(entry.header("x-nango-hmac-sha256"), Some(signature(&entry.body).as_str()));
}

#[test]
fn a_creation_is_validated_and_set_up_and_then_told_byte_for_byte() {
    let front = Front::start();
    let (body, status) = front.authorize("acme", TOKEN);
    assert_eq!(status, 200);
    let received = front.app.wait_for(1);
    assert_eq!(received[0].body, body);
    assert_eq!(received[0].path, "/hook");
    is_signed(&received[0]);
    let told = front.world.run(&["webhooks", "list"]).exits(0).document;
    assert!(told["webhooks"][0]["request_id"].is_string(), "{told}");
    // It was told when the setup had run.
    assert!(front.nango.metadata("salesforce", "acme")["webhookId"].is_string());
    // Nango says it again, and once more.
    assert_eq!(front.nango.tell(&body).unwrap(), 200);
    assert_eq!(front.nango.tell(&body).unwrap(), 200);
    front.connected("beta");
    assert_eq!(front.app.wait_for(2).len(), 2);
    assert_eq!(front.hooks().len(), 2, "each is set up once");
}

#[test]
fn a_rejected_creation_is_deleted_at_nango_and_told_as_failed() {
    let front = Front::start();
    let (_, status) = front.authorize("acme", "token-that-nobody-knows");
    assert_eq!(status, 200);
    let received = front.app.wait_for(1);
    let told: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!((&told["success"], &told["operation"]), (&json!(false), &json!("creation")));
    assert_eq!(told["error"]["type"], "connection_validation_failed");
    assert!(!told["error"]["description"].as_str().unwrap().is_empty());
    is_signed(&received[0]);
    assert!(!front.nango.has("salesforce", "acme"));
}

#[test]
fn a_rejected_override_marks_the_connection_until_another_is_accepted() {
    let front = Front::start();
    front.connected("acme");
    let proxied = || {
        let authorization = format!("Bearer {KEY}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("connection-id", "acme"),
            ("provider-config-key", "salesforce"),
        ];
        ask("GET", &format!("{}/proxy/services/oauth2/userinfo", front.url), &headers, b"").unwrap()
    };
    assert_eq!((front.read("acme").status, proxied().status), (200, 200));
    assert_eq!(front.authorize("acme", "token-that-nobody-knows").1, 200);
    let (read, call) = (front.read("acme"), proxied());
    assert_eq!((read.status, code(&read).as_str()), (424, "invalid_credentials"));
    assert_eq!((call.status, code(&call).as_str()), (424, "invalid_credentials"));
    assert!(front.nango.has("salesforce", "acme"));
    let told: Value = serde_json::from_str(&front.app.wait_for(2)[1].body).unwrap();
    assert_eq!((&told["success"], &told["operation"]), (&json!(false), &json!("override")));
    // Nango says the same of this one, and it is another one.
    let (body, status) = front.authorize("acme", TOKEN);
    assert_eq!(status, 200);
    assert_eq!((front.read("acme").status, proxied().status), (200, 200));
    assert_eq!(front.app.wait_for(3)[2].body, body);
    assert_eq!(front.hooks().len(), 1, "setup runs once");
}

#[test]
fn what_nobody_signed_is_refused() {
    let front = Front::start();
    front.nango.connection("salesforce", "acme", json!({ "type": "OAUTH2", "access_token": "unknown" }));
    let body = r#"{"type":"auth","operation":"creation","success":true,"connectionId":"acme","providerConfigKey":"salesforce"}"#;
    let url = format!("{}/webhooks/nango", front.url);
    let signed = signature(body);
    let other = signature(&body.replace("acme", "beta"));
    for headers in
        [vec![], vec![("x-nango-hmac-sha256", other.as_str())], vec![("x-nango-hmac-sha256", "no")]]
    {
        let answer = ask("POST", &url, &headers, body.as_bytes()).unwrap();
        assert_eq!((answer.status, code(&answer).as_str()), (401, "invalid_signature"), "{headers:?}");
    }
    assert!(front.nango.has("salesforce", "acme"));
    assert_eq!(front.app.received().len(), 0);
    // The positive control.
    let answer = ask("POST", &url, &[("x-nango-hmac-sha256", signed.as_str())], body.as_bytes()).unwrap();
    assert_eq!(answer.status, 200);
    assert!(!front.nango.has("salesforce", "acme"));
}

#[test]
fn other_webhooks_go_on_unchanged() {
    let front = Front::start();
    let body = r#"{"from":"hubspot", "type":"forward","connectionId":"acme","payload":{"a":1.50}}"#;
    assert_eq!(front.nango.tell(body).unwrap(), 200);
    let received = front.app.wait_for(1);
    assert_eq!(received[0].body, body);
    assert_eq!(received[0].header("user-agent"), Some("nango/0.71.10 (test)"));
    is_signed(&received[0]);
}
