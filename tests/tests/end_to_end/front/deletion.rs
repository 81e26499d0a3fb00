//! `DELETE /connections/:id`.

use onevent_tests::Deletions;

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
    front.nango.deletions(Deletions::Refused);
    let answer = front.delete("acme");
    assert_eq!((answer.status, code(&answer).as_str()), (500, "server_error"));
    assert_eq!(front.read("acme").status, 200);
}

#[test]
fn nothing_runs_for_a_connection_that_is_not_there_or_for_a_key_that_is_not_known() {
    let front = Front::start();
    let answer = front.delete("nobody");
    assert_eq!((answer.status, code(&answer).as_str()), (400, "unknown_connection"));
    front.connected("acme");
    let path = "/connections/acme?provider_config_key=salesforce";
    let answer = front.ask_as("00000000-0000-4000-8000-00000000000f", "DELETE", path, None);
    assert_eq!(answer.status, 401);
    assert_eq!(front.ask_as(OTHER_KEY, "DELETE", path, None).status, 200);
    assert_eq!(front.hooks().len(), 1, "no cleanup has run");
}

#[test]
fn two_deletions_at_once_clean_up_once() {
    let front = Front::start();
    front.connected("acme");
    let mut statuses = std::thread::scope(|scope| {
        let both = [scope.spawn(|| front.delete("acme").status), scope.spawn(|| front.delete("acme").status)];
        both.map(|one| one.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(front.runs("pre-connection-cleanup"), 1);
}

#[test]
fn a_deletion_whose_answer_is_lost_is_one() {
    let mut front = Front::start();
    front.connected("acme");
    front.nango.deletions(Deletions::DoneUnsaid);
    assert_eq!(front.delete("acme").status, 500);
    assert_eq!((front.hooks().len(), front.states("")), (0, vec![]));
    front.serve();
    assert!(!front.log().contains("deleted at Nango without onevent"), "{}", front.log());
}

#[test]
fn what_was_never_accepted_has_nothing_to_clean_up_and_nothing_to_block() {
    let front = Front::of(failing_with_check(), &["--set", "on_failure.cleanup=block"]);
    front.nango.deletions(Deletions::Refused);
    assert_eq!(front.import("acme", "token").status, 400);
    assert!(front.nango.has("salesforce", "acme"));
    front.nango.deletions(Deletions::Done);
    let answer = front.delete("acme");
    assert_eq!((answer.status, front.runs("cleanup")), (200, 0), "{}", answer.body);
    assert!(!front.nango.has("salesforce", "acme"));
}

fn failing_with_check() -> World {
    World::with_functions(&[
        ("check", "validate-connection", "undefined", CLEANUP),
        ("cleanup", "pre-connection-deletion", "undefined", CLEANUP),
    ])
}
