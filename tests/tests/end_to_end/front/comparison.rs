//! What nobody has told.

use onevent_tests::Deletions;
use serde_json::{Value, json};

use super::stage::{Front, OTHER_KEY, code};
use crate::world::TOKEN;

const BAD: &str = "token-that-nobody-knows";

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
    let unknown = || credentials("token-that-nobody-knows");
    let mut front = Front::start();
    front.stop();
    std::fs::remove_dir_all(front.world.path().join(".onevent")).unwrap();
    front.nango.connection("salesforce", "old", unknown());
    front.serve();
    let ran = |front: &Front, id: &str| -> Vec<String> {
        let listed = front.world.run(&["runs", "list", "--connection", id]).exits(0).document;
        let runs = listed["runs"].as_array().unwrap();
        runs.iter().map(|run| run["event"].as_str().unwrap().to_owned()).collect()
    };
    // Nobody judges it, neither now nor by the comparisons that come after; what is new meanwhile, they do.
    front.nango.connection("salesforce", "new", unknown());
    front.serve();
    front.wait_for("the rejection", |front| !front.nango.has("salesforce", "new"));
    assert_eq!(ran(&front, "new"), ["validate-connection"]);
    assert!(front.nango.has("salesforce", "old"));
    assert_eq!(ran(&front, "old"), [""; 0]);
    // It is known all the same: its cleanup runs.
    assert_eq!(front.delete("old").status, 200);
    assert_eq!(ran(&front, "old"), ["pre-connection-deletion"]);
    assert!(!front.nango.has("salesforce", "old"));
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

fn known(id: &str, state: &str) -> Vec<(String, String)> {
    vec![(id.to_owned(), state.to_owned())]
}

#[test]
fn what_was_deleted_behind_onevents_back_is_shown() {
    let mut front = Front::start();
    front.connected("acme");
    front.connected("beta");
    front.nango.forget("salesforce", "acme");
    front.serve();
    assert_eq!(front.states("?state=deleted_behind"), known("acme", "deleted_behind"));
    assert_eq!(front.states("?state=accepted"), known("beta", "accepted"));
    assert_eq!(front.states("").len(), 2);
    assert_eq!(front.states("?limit=1&page=1"), known("beta", "accepted"));
    // And beside the database, where it makes a line of the table, too.
    let listed = front.world.run(&["connection", "list"]).exits(0).document;
    let states: Vec<&Value> =
        listed["upstream"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, [&json!("deleted_behind"), &json!("accepted")], "{listed:#}");
    assert_eq!(listed["connections"], json!([]), "none is kept here");
    let refused = front.ask("GET", "/onevent/connections?state=gone", None);
    assert_eq!((refused.status, code(&refused).as_str()), (400, "invalid_query_params"));
    let refused = front.ask("GET", "/onevent/connections?limit=1001", None);
    assert_eq!((refused.status, code(&refused).as_str()), (400, "invalid_query_params"));
    let refused = front.ask_as(OTHER_KEY, "GET", "/onevent/connections", None);
    assert_eq!((refused.status, code(&refused).as_str()), (401, "unknown_account"));
}

#[test]
fn what_a_list_leaves_out_is_not_gone() {
    let mut front = Front::start();
    front.connected("acme");
    front.nango.leave_out("salesforce", "acme");
    front.serve();
    assert!(!front.log().contains("deleted at Nango without onevent"), "{}", front.log());
    assert_eq!(front.states(""), known("acme", "accepted"));
}

#[test]
fn a_rejected_connection_that_nango_has_kept_is_deleted_by_the_next_comparison() {
    let mut front = Front::start();
    front.nango.deletions(Deletions::Refused);
    let (body, status) = front.authorize("acme", BAD);
    assert_eq!(status, 200);
    // The app is told, and nobody uses it.
    let told: Value = serde_json::from_str(&front.app.wait_for(1)[0].body).unwrap();
    assert_eq!(told["success"], false);
    assert_eq!((front.read("acme").status, front.states("")), (424, known("acme", "to_delete")));
    // Nango says it again, and still keeps it.
    assert_eq!(front.nango.tell(&body).unwrap(), 200);
    assert!(front.nango.has("salesforce", "acme"));
    front.nango.deletions(Deletions::Done);
    front.serve();
    assert!(!front.nango.has("salesforce", "acme"));
    assert_eq!((front.states(""), front.app.received().len()), (vec![], 1));
    assert_eq!(front.runs("validate-connection"), 1);
}

#[test]
fn a_rejected_connection_that_nango_has_kept_may_be_connected_again_and_is_set_up() {
    let front = Front::start();
    front.nango.deletions(Deletions::Refused);
    assert_eq!(front.import("acme", BAD).status, 400);
    assert_eq!(front.read("acme").status, 424);
    front.connected("acme");
    assert_eq!((front.read("acme").status, front.states("")), (200, known("acme", "accepted")));
    assert_eq!(front.hooks().len(), 1);
}

#[test]
fn a_connection_whose_creation_nobody_told_is_set_up_when_it_is_reconnected() {
    let front = Front::start();
    front.nango.connection("salesforce", "acme", credentials(TOKEN));
    front.connected("acme");
    assert_eq!(front.hooks().len(), 1);
    // Rejected, such a one is only marked: it may have been in use.
    front.nango.connection("salesforce", "beta", credentials(TOKEN));
    assert_eq!(front.authorize("beta", BAD).1, 200);
    assert!(front.nango.has("salesforce", "beta"));
    assert_eq!(front.read("beta").status, 424);
}
