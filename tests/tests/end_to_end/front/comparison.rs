//! What nobody has told.

use serde_json::{Value, json};

use super::stage::Front;
use crate::world::TOKEN;

fn credentials(token: &str) -> Value {
    json!({ "type": "OAUTH2", "access_token": token })
}

#[test]
fn what_was_there_before_is_only_noted_and_what_is_new_gets_its_events() {
    let mut front = Front::start();
    // What is there at the first comparison is only noted, and that one is over.
    front.stop();
    // Nobody is there to be told.
    front.nango.connection("salesforce", "good", credentials(TOKEN));
    front.nango.connection("salesforce", "bad", credentials("token-that-nobody-knows"));
    front.serve();
    let received = front.app.wait_for(2);
    front.wait_for("the rejection", |front| !front.nango.has("salesforce", "bad"));
    assert!(front.nango.metadata("salesforce", "good")["webhookId"].is_string());
    let told = |id: &str| -> Value {
        let bodies = received.iter().map(|entry| serde_json::from_str::<Value>(&entry.body).unwrap());
        bodies.into_iter().find(|body| body["connectionId"] == id).unwrap()
    };
    assert_eq!((&told("good")["success"], &told("bad")["success"]), (&json!(true), &json!(false)));
    assert_eq!(
        (&told("good")["authMode"], &told("good")["operation"]),
        (&json!("OAUTH2"), &json!("creation"))
    );
}

#[test]
fn the_first_comparison_only_takes_stock() {
    let front = {
        let world = crate::world::World::documented();
        let mut front = Front::of(world, &[]);
        front.stop();
        std::fs::remove_dir_all(front.world.path().join(".onevent")).unwrap();
        front.nango.connection("salesforce", "old", credentials("token-that-nobody-knows"));
        front.serve();
        front.serve();
        front
    };
    assert!(front.nango.has("salesforce", "old"));
    assert_eq!(front.world.provider.journal().len(), 0);
    // It is known all the same: its cleanup runs.
    assert_eq!(front.delete("old").status, 200);
    assert!(front.world.provider.journal().len() <= 1);
}

#[test]
fn what_is_deleted_behind_onevents_back_is_noticed_once() {
    let mut front = Front::start();
    front.connected("acme");
    front.nango.forget("salesforce", "acme");
    front.serve();
    front.wait_for("the notice", |front| front.log().contains("deleted at Nango without onevent"));
    front.serve();
    assert_eq!(front.log().matches("deleted at Nango without onevent").count(), 1);
    // The same name, made again, is another connection.
    front.connected("acme");
    assert_eq!(front.hooks().len(), 2);
}
