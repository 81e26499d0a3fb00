//! `DELETE /connections/:id`.

use super::stage::{Front, OTHER_KEY, code};
use crate::world::World;

const SETUP: &str = "await nango.updateMetadata({ setUp: true });";
const CLEANUP: &str = "throw new ActionError({ message: 'the account is locked' });";

fn failing() -> World {
    World::with_functions(&[
        ("setup", "post-connection-creation", "undefined", SETUP),
        ("cleanup", "pre-connection-deletion", "undefined", CLEANUP),
    ])
}

#[test]
fn cleanup_runs_before_nango_deletes() {
    for path in ["connections", "connection"] {
        let front = Front::start();
        front.connected("acme");
        assert_eq!(front.hooks().len(), 1);
        let answer = front.ask("DELETE", &format!("/{path}/acme?provider_config_key=salesforce"), None);
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true}"#));
        assert_eq!(front.hooks().len(), 0);
        assert!(!front.nango.has("salesforce", "acme"));
    }
}

#[test]
fn a_cleanup_that_fails_is_in_nobodys_way_unless_it_shall_be() {
    for (policy, status, stays) in [("continue", 200, false), ("block", 409, true)] {
        let setting = format!("on_failure.cleanup={policy}");
        let front = Front::of(failing(), &["--set", &setting]);
        assert_eq!(front.import("acme", crate::world::TOKEN).status, 201);
        front.wait_for("the setup", |front| front.nango.metadata("salesforce", "acme")["setUp"] == true);
        let answer = front.delete("acme");
        assert_eq!(answer.status, status, "{policy}: {}", answer.body);
        if stays {
            assert_eq!(code(&answer), "cleanup_failed");
            assert!(answer.body.contains("the account is locked"), "{}", answer.body);
        }
        assert_eq!(front.nango.has("salesforce", "acme"), stays, "{policy}");
    }
}

#[test]
fn a_connection_that_nango_does_not_delete_stays_and_can_be_used() {
    let front = Front::start();
    front.connected("acme");
    front.nango.keep_connections();
    let answer = front.delete("acme");
    assert_eq!((answer.status, code(&answer).as_str()), (500, "server_error"));
    assert_eq!(front.read("acme").status, 200);
}

#[test]
fn nothing_runs_for_a_connection_that_is_not_there_or_for_a_key_that_is_not_known() {
    let front = Front::start();
    let answer = front.delete("nobody");
    assert_eq!((answer.status, code(&answer).as_str()), (404, "unknown_connection"));
    front.connected("acme");
    let path = "/connections/acme?provider_config_key=salesforce";
    let answer = front.ask_as("00000000-0000-4000-8000-00000000000f", "DELETE", path, None);
    assert_eq!(answer.status, 401);
    assert_eq!(front.ask_as(OTHER_KEY, "DELETE", path, None).status, 200);
    assert_eq!(front.hooks().len(), 1, "no cleanup has run");
}
