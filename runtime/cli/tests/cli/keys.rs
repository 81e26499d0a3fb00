//! Secret keys, and what webhooks are signed with.

use serde_json::{Value, json};

use crate::running_server::Server;
use crate::stage::Stage;

const CREATE: [&str; 6] = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
const GET: [&str; 4] = ["connection", "get", "salesforce", "acme"];

#[test]
fn keys_are_made_listed_and_taken_away() {
    let stage = Stage::new();
    let make = ["keys", "create", "--name", "backend", "--scope", "environment:connections:read"];
    let (_, made) = stage.json("key", &make);
    let (id, key) = (made["id"].as_str().unwrap(), made["secret_key"].as_str().unwrap());
    stage.run(&["keys", "list"]).says(&[id, "backend"]);
    let (_, listed) = stage.json("keys", &["keys", "list"]);
    assert_eq!(listed["keys"][0]["scopes"], json!(["environment:connections:read"]));
    assert!(!listed.to_string().contains(key), "a key is shown once");

    let mut server = Server::start(&stage);
    assert!(server.key.is_empty(), "a key is made on an empty database only");
    server.key = key.to_owned();
    assert_eq!(server.json("error", &stage, &CREATE).0, 2, "not in its scopes");
    assert_eq!(server.json("error", &stage, &GET).0, 1, "it may look, and there is none");
    let (code, revoked) = stage.json("key-revoked", &["keys", "revoke", id]);
    assert_eq!((code, &revoked["id"]), (0, &json!(id)));
    assert_eq!(server.json("error", &stage, &GET).0, 2);
    assert_eq!(stage.json("error", &["keys", "revoke", "nonsense"]).0, 1);
    let (code, elsewhere) = server.json("error", &stage, &["keys", "list"]);
    assert_eq!((code, &elsewhere["error"]["code"]), (2, &Value::from("not_on_a_server")));
}

#[test]
fn the_encryption_key_in_a_file_is_replaced_by_one_command_that_says_what_it_did() {
    let stage = Stage::new();
    let (_, nothing) = stage.json("encryption-rotated", &["keys", "rotate-encryption"]);
    assert_eq!(nothing["databases"], json!([]), "there is no database yet");
    let signing = stage.run(&["keys", "signing"]).stdout;
    let (code, rotated) = stage.json("encryption-rotated", &["keys", "rotate-encryption"]);
    let database = &rotated["databases"][0];
    assert_eq!((code, &database["sealed_anew"], &database["old_key"]), (0, &json!(1), &json!("gone")));
    assert_ne!(database["from_key"], database["to_key"]);
    assert_eq!(stage.run(&["keys", "signing"]).stdout, signing);
    stage.run(&["keys", "rotate-encryption"]).says(&["the main database", "1 values encrypted anew"]);
}

#[test]
fn each_environment_signs_with_a_key_of_its_own() {
    let stage = Stage::new();
    let signing = stage.run(&["keys", "signing"]).stdout;
    assert!(signing.trim().len() >= 32);
    let (_, again) = stage.json("signing-key", &["keys", "signing"]);
    assert_eq!(again["webhook_signing_key"], signing.trim());
    assert_ne!(signing, stage.run(&["keys", "signing", "-e", "prod"]).stdout);
}
