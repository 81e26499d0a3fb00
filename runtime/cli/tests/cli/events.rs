//! The documents about events: as their schemas say, on the local database and on a server.

use std::time::Duration;

use serde_json::{Value, json};

use crate::running_server::Server;
use crate::stage::Stage;

const BROKEN: &str = "import { createOnEvent } from 'nango';
export default createOnEvent({
    event: 'post-connection-creation',
    description: 'Has a bug',
    exec: async () => { throw new Error('a bug'); },
});
";
const DEAD: [&str; 4] = ["events", "list", "--state", "dead"];

/// A project with a dead letter, and its id.
fn world() -> (Stage, String) {
    let stage = Stage::new();
    stage.function("salesforce/on-events/broken", BROKEN);
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(stage.run(&create).code, 0);
    let (code, listed) = stage.json("events", &DEAD);
    assert_eq!((code, listed["events"].as_array().unwrap().len()), (0, 1), "{listed:#}");
    let id = listed["events"][0]["id"].as_str().unwrap().to_owned();
    (stage, id)
}

fn decided(id: &str) -> Value {
    json!([{ "id": id, "error": null }])
}

#[test]
fn what_is_said_of_events_is_as_the_schemas_say() {
    let (stage, id) = world();
    let (_, shown) = stage.json("event", &["events", "show", &id]);
    assert_eq!(shown["attempts"][0]["error"]["message"], "a bug", "{shown:#}");
    let (code, replayed) = stage.json("events-replayed", &["events", "replay", &id]);
    assert_eq!((code, &replayed["events"]), (0, &decided(&id)));
    let (code, skipped) = stage.json("events-skipped", &["events", "skip", &id]);
    assert_eq!((code, &skipped["events"]), (0, &decided(&id)));
    let (code, again) = stage.json("events-skipped", &["events", "skip", &id]);
    assert_eq!((code, &again["events"][0]["error"]["code"]), (1, &json!("event_not_skippable")));
    let (code, ended) = stage.json("events", &["events", "replay", &id, "--run"]);
    assert_eq!((code, &ended["events"][0]["state"]), (1, &json!("dead")), "{ended:#}");
    let (_, audit) = stage.json("events-audit", &["events", "audit", "--event", &id]);
    let actions: Vec<&Value> = audit["audit"].as_array().unwrap().iter().map(|act| &act["action"]).collect();
    assert_eq!(actions, ["event_replayed", "event_skipped", "event_replayed"]);
    let (_, shown) = stage.json("event", &["events", "show", &id]);
    assert_eq!(
        (shown["audit"].as_array().unwrap().len(), shown["attempts"].as_array().unwrap().len()),
        (3, 2)
    );
    assert_eq!(stage.json("error", &["events", "show", "x"]).0, 1);
}

#[test]
fn a_server_says_the_same() {
    let (stage, id) = world();
    let server = Server::start(&stage);
    let (_, replayed) = server.json("events-replayed", &stage, &["events", "replay", &id]);
    assert_eq!((&replayed["on"], &replayed["events"]), (&json!("current"), &decided(&id)));
    let dead = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let (_, listed) = server.json("events", &stage, &DEAD);
        !listed["events"].as_array().unwrap().is_empty()
    });
    assert!(dead, "it fails again");
    let (_, shown) = server.json("event", &stage, &["events", "show", &id]);
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 2, "{shown:#}");
    let (_, skipped) = server.json("events-skipped", &stage, &["events", "skip", "--all-dead"]);
    assert_eq!(skipped["events"], decided(&id));
    let (_, none) =
        server.json("events-replayed", &stage, &["events", "replay", "--all-dead", "--on", "original"]);
    assert_eq!((&none["on"], &none["events"]), (&json!("original"), &json!([])));
    let (_, audit) = server.json("events-audit", &stage, &["events", "audit"]);
    assert_eq!(audit["audit"].as_array().unwrap().len(), 2);
}
