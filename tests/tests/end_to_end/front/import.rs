//! `POST /connections`.

use serde_json::{Value, json};

use super::stage::{Front, OTHER_KEY, code};
use crate::world::TOKEN;

#[test]
fn an_accepted_connection_is_set_up_and_nangos_answer_goes_back() {
    let front = Front::start();
    let answer = front.import("acme", TOKEN);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["connection_id"], "acme");
    assert_eq!(body["credentials"]["access_token"], TOKEN);
    front.wait_for("the setup", |front| front.nango.metadata("salesforce", "acme")["webhookId"].is_string());
    assert_eq!(front.hooks().len(), 1);
    let runs = front.world.run(&["runs", "list"]).exits(0);
    let listed = runs.document.to_string();
    assert!(listed.contains("validate-connection") && listed.contains("post-connection-setup"), "{listed}");
}

#[test]
fn a_rejected_one_is_deleted_at_nango_and_the_caller_learns_why() {
    let front = Front::start();
    let answer = front.import("acme", "token-that-nobody-knows");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "connection_validation_failed"));
    assert!(!front.nango.has("salesforce", "acme"));
    assert_eq!(front.hooks().len(), 0);
    // The same name is free again.
    assert_eq!(front.import("acme", TOKEN).status, 201);
}

#[test]
fn other_credentials_that_are_rejected_leave_the_connection_and_mark_it() {
    let front = Front::start();
    assert_eq!(front.import("acme", TOKEN).status, 201);
    front.wait_for("the setup", |front| front.nango.metadata("salesforce", "acme")["webhookId"].is_string());
    let answer = front.import("acme", "token-that-nobody-knows");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "connection_validation_failed"));
    assert!(front.nango.has("salesforce", "acme"));
    let read = front.read("acme");
    assert_eq!((read.status, code(&read).as_str()), (424, "invalid_credentials"));
    assert_eq!(front.import("acme", TOKEN).status, 201);
    assert_eq!(front.read("acme").status, 200);
    assert_eq!(front.hooks().len(), 1, "setup runs once");
}

#[test]
fn what_nango_refuses_is_nangos_to_say_and_nothing_runs() {
    let front = Front::start();
    let body = json!({ "provider_config_key": "salesforce", "unknown": 1 });
    let answer = front.ask("POST", "/connections", Some(&body));
    assert_eq!((answer.status, code(&answer).as_str()), (400, "invalid_body"));
    assert_eq!(front.world.provider.journal().len(), 0);
}

#[test]
fn a_key_that_is_not_known_here_is_nangos_alone() {
    let front = Front::start();
    let body = json!({
        "provider_config_key": "salesforce", "connection_id": "acme",
        "credentials": { "type": "OAUTH2", "access_token": "token-that-nobody-knows" },
    });
    assert_eq!(front.ask_as(OTHER_KEY, "POST", "/connections", Some(&body)).status, 201);
    assert_eq!(front.world.provider.journal().len(), 0);
}

#[test]
fn no_credential_is_in_the_database() {
    let mut front = Front::start();
    let secret = "a-token-that-must-not-be-stored";
    front.world.provider.allow(secret, crate::world::ORG);
    assert_eq!(front.import("acme", secret).status, 201);
    front.wait_for("the setup", |front| front.nango.metadata("salesforce", "acme")["webhookId"].is_string());
    assert_eq!(front.authorize("beta", secret).1, 200);
    let _ = front.app.wait_for(1);
    front.stop();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(front.world.path().join(".onevent")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            found.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| found.windows(text.len()).any(|window| window == text.as_bytes());
    // The positive control: what was decided is there.
    assert!(holds("acme") && holds("accepted"));
    for text in [secret, super::stage::KEY, super::stage::SIGNING_KEY] {
        assert!(!holds(text), "{text} is in the database");
    }
}

fn validations(front: &Front) -> usize {
    front.runs("validate-connection")
}

#[test]
fn nangos_own_webhook_of_an_import_is_not_judged_again() {
    let front = Front::start();
    front.nango.tell_of_imports();
    assert_eq!(front.import("acme", TOKEN).status, 201);
    let told =
        |count: usize| -> Value { serde_json::from_str(&front.app.wait_for(count)[count - 1].body).unwrap() };
    let creation = told(1);
    assert_eq!((&creation["operation"], &creation["success"]), (&json!("creation"), &json!(true)));
    assert_eq!(front.hooks().len(), 1, "it was told when the setup had run");
    assert_eq!(validations(&front), 1);
    assert_eq!(front.import("acme", "token-that-nobody-knows").status, 400);
    let rejected = told(2);
    assert_eq!((&rejected["operation"], &rejected["success"]), (&json!("override"), &json!(false)));
    assert_eq!(validations(&front), 2);
    assert_eq!(front.import("acme", TOKEN).status, 201);
    assert_eq!((&told(3)["operation"], &told(3)["success"]), (&json!("override"), &json!(true)));
    assert_eq!((validations(&front), front.hooks().len()), (3, 1));
}

#[test]
fn whoever_imports_learns_why_also_where_nangos_webhook_is_faster() {
    let front = Front::start();
    let named: Value = serde_json::from_str(&front.import("acme", "token-that-nobody-knows").body).unwrap();
    front.nango.tell_of_imports();
    let unnamed = |token: &str| {
        let credentials = json!({ "type": "OAUTH2", "access_token": token });
        let body = json!({ "provider_config_key": "salesforce", "credentials": credentials });
        front.ask("POST", "/connections", Some(&body))
    };
    let answer = unnamed("token-that-nobody-knows");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "connection_validation_failed"));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["error"]["message"], named["error"]["message"]);
    assert_eq!(validations(&front), 2);
    assert_eq!(unnamed(TOKEN).status, 201);
    assert_eq!(validations(&front), 3);
}

#[test]
fn two_imports_of_one_name_at_once_are_judged_each() {
    let front = Front::start();
    let mut statuses = std::thread::scope(|scope| {
        let tokens = [TOKEN, "token-that-nobody-knows"];
        let both = tokens.map(|token| scope.spawn(|| front.import("acme", token).status));
        both.map(|one| one.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!((statuses, validations(&front)), ([201, 400], 2));
}
