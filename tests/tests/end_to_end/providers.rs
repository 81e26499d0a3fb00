//! A provider that misbehaves: the function's failure, never ours.

use onevent_tests::{Fault, Target, Times};
use serde_json::json;

use crate::world::World;

const VALIDATE: &str = "validate-connection";

fn identity() -> Target {
    Target::path("/services/oauth2/userinfo")
}

#[test]
fn statuses_outside_2xx_reject_with_the_providers_message() {
    for status in [401_u16, 404, 429, 500] {
        let world = World::documented();
        world.provider.plan_fault(identity(), Fault::status(status, "not today"), Times::Always);
        let answer = world.create("acme", "first").exits(1);
        let report = answer.report(VALIDATE);
        assert_eq!(
            (&report["outcome"], &report["error"]["type"]),
            (&json!("failed"), &json!("script_http_error"))
        );
        assert_eq!(report["error"]["status"], status);
        assert_eq!(report["error"]["payload"], json!({"error": "not today"}));
        assert_eq!(report["error"]["additional_properties"]["upstream_response"]["status"], status);
        assert_eq!(report["verdict"]["message"], "not today");
        assert_eq!(report["http"].as_array().unwrap().len(), 1, "no retry unless the function asks for one");
        assert_eq!(world.connection("acme"), None);
    }
}

#[test]
fn a_token_that_the_provider_does_not_know() {
    let world = World::documented();
    let answer = world.create("acme", "unknown").exits(1);
    assert_eq!(answer.report(VALIDATE)["error"]["status"], 401);
}

#[test]
fn garbage_is_text_and_the_function_decides() {
    let world = World::documented();
    world.provider.plan_fault(identity(), Fault::garbage(), Times::Always);
    let answer = world.create("acme", "first").exits(3);
    let message = answer.report(VALIDATE)["verdict"]["message"].as_str().unwrap();
    assert!(message.contains("missing organization_id"), "{message}");
}

#[test]
fn no_answer_at_all_is_a_network_error_of_the_function() {
    let world = World::documented();
    world.provider.plan_fault(identity(), Fault::CloseConnection, Times::Always);
    let answer = world.create("acme", "first").exits(1);
    let error = &answer.report(VALIDATE)["error"];
    assert_eq!(error["type"], "script_network_error");
    assert_eq!(error["payload"]["code"], "ECONNRESET", "{error:#}");
    assert_eq!(answer.report(VALIDATE)["http"][0]["status"], json!(null));

    let world = World::documented();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = format!("integrations.salesforce.base_url=http://{closed}");
    let answer = world.create_with("acme", "first", &["--set", &base]).exits(1);
    assert_eq!(answer.report(VALIDATE)["error"]["payload"]["code"], "ECONNREFUSED");
}

#[test]
fn a_slow_provider_meets_the_wall_clock() {
    let world = World::documented();
    world.provider.plan_fault(identity(), Fault::Delay(std::time::Duration::from_secs(30)), Times::Always);
    let answer = world.create_with("acme", "first", &["--set", "limits.wall=500ms"]).exits(4);
    let report = answer.report(VALIDATE);
    assert_eq!(
        (&report["outcome"], &report["error"]["type"]),
        (&json!("stopped"), &json!("execution_timeout"))
    );
    let waited = format!("; it waited for GET {}/services/oauth2/userinfo", world.provider.base_url());
    assert!(report["error"]["message"].as_str().unwrap().ends_with(&waited), "{report}");
    let frame = &report["error"]["frames"][0];
    assert_eq!(frame["file"], "salesforce/on-events/validate-connection.ts", "{report}");
    let line = usize::try_from(frame["line"].as_u64().unwrap()).unwrap();
    let source =
        std::fs::read_to_string(world.path().join("salesforce/on-events/validate-connection.ts")).unwrap();
    assert!(source.lines().nth(line - 1).unwrap().contains("nango.get"), "{report}");
    assert_eq!(world.connection("acme"), None);
}

#[test]
fn retries_happen_when_the_function_asks_and_each_is_on_record() {
    let world = World::validating(
        "const r = await nango.get({ endpoint: '/services/oauth2/userinfo', retries: 2 }); nango.log(String(r.status));",
    );
    let fault = Fault::Status {
        status: 503,
        headers: vec![("retry-after".to_owned(), "1".to_owned())],
        body: json!({}),
    };
    world.provider.plan_fault(identity(), fault, Times::Next(1));
    let answer = world.create("acme", "first").exits(0);
    let report = answer.report("check");
    let attempts: Vec<_> =
        report["http"].as_array().unwrap().iter().map(|http| (&http["status"], &http["attempt"])).collect();
    assert_eq!(attempts, [(&json!(503), &json!(1)), (&json!(200), &json!(2))]);
}

#[test]
fn without_leave_no_request_goes_to_a_private_address() {
    let world = World::documented();
    let config = std::fs::read_to_string(world.path().join("onevent.toml")).unwrap();
    world.file("onevent.toml", &config.replace("[egress]\nallow = [\"127.0.0.0/8\"]\n", ""));
    let answer = world.create("acme", "first").exits(1);
    let report = answer.report(VALIDATE);
    assert_eq!(report["outcome"], "failed");
    assert!(report["error"].to_string().contains("denied_ip"), "{:#}", report["error"]);
    assert!(world.provider.journal().is_empty());
}
