//! Dry runs against a Nango API: a server of the tests' own that speaks Nango's routes.

mod choice;
mod client;
mod effects;
mod failures;
mod members;
mod stage;

use serde_json::json;

use self::stage::{KEY, Stage};
use crate::world::{ORG, TOKEN};

#[test]
fn the_documented_functions_run_against_nangos_connection() {
    let stage = Stage::documented();
    let validation = stage.run(&["dryrun", "validate-connection", "acme"]).exits(0);
    let report = &validation.document;
    assert_eq!(report["verdict"], json!({"accepted": true, "message": null}));
    assert_eq!(report["metadata"]["after"], json!({"organizationId": ORG}));
    assert_eq!((&report["mode"], &report["metadata"]["persisted"]), (&json!("dry"), &json!(false)));
    assert_eq!(report["remote"], stage.nango.base_url());
    let request = &report["http"][0];
    let url = format!("{}/proxy/services/oauth2/userinfo", stage.nango.base_url());
    assert_eq!(
        (&request["url"], &request["status"], &request["attempt"]),
        (&json!(url), &json!(200), &json!(1))
    );
    // The provider was asked with the connection's token, by Nango; Nango was asked with the key.
    assert_eq!(
        stage.world.provider.journal()[0].header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
    for asked in stage.nango.journal() {
        assert_eq!(asked.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        let flags = ["nango-is-sync", "nango-is-script", "nango-is-dry-run"].map(|name| asked.header(name));
        assert_eq!(flags, [Some("true"), Some("false"), Some("true")], "{}", asked.summary());
        assert!(asked.header("user-agent").unwrap().starts_with("onevent/"));
    }

    let setup = stage.run(&["dryrun", "post-connection-setup", "acme"]).exits(0);
    let webhooks = stage.world.provider.webhooks(ORG);
    assert_eq!(setup.document["metadata"]["after"], json!({"webhookId": webhooks[0].id}));
    assert_eq!(stage.nango.metadata("salesforce", "acme"), json!(null), "nothing is kept");

    stage.set_metadata(json!({"webhookId": webhooks[0].id, "plan": "pro"}));
    let cleanup = stage.run(&["dryrun", "pre-connection-cleanup", "acme"]).exits(0);
    assert_eq!(cleanup.document["metadata"]["before"]["webhookId"], json!(webhooks[0].id));
    assert_eq!(cleanup.document["http"][0]["method"], "DELETE");
    assert!(stage.world.provider.webhooks(ORG).is_empty());

    // What a function drops is warned about as with a connection that is stored here.
    let setup = stage.run(&["dryrun", "post-connection-setup", "acme"]).exits(0);
    assert_eq!(setup.document["warnings"][0]["code"], "metadata_keys_dropped");
    assert_eq!(setup.document["warnings"][0]["keys"], json!(["plan"]));
}

#[test]
fn a_recorded_run_is_tested_without_nango_and_holds_no_secret() {
    let stage = Stage::documented();
    stage.set_metadata(json!({"webhookId": "wh_gone"}));
    stage.run(&["dryrun", "validate-connection", "acme", "--metadata", "{}", "--save"]).exits(0);
    stage.run(&["dryrun", "post-connection-setup", "acme", "--save"]).exits(0);
    let world = stage.without_nango();
    let fixture = world.path().join("salesforce/tests/post-connection-setup.test.json");
    let text = std::fs::read_to_string(fixture).unwrap();
    assert!(!text.contains(TOKEN) && !text.contains(KEY), "{text}");
    assert!(text.contains("\"/webhooks\""), "{text}");
    let answer = world.run(&["test"]).exits(0);
    assert_eq!((&answer.document["passed"], &answer.document["failed"]), (&json!(2), &json!(0)));
}

#[test]
fn a_recorded_connection_and_its_secrets_are_redacted() {
    let stage = Stage::with_body(
        "const connection = await nango.getConnection();\n\
         await nango.getIntegration({ include: ['credentials'] });\n\
         await nango.getEnvironmentVariables();\n\
         nango.log(connection.credentials.access_token);\n\
         await nango.get({ endpoint: '/services/oauth2/userinfo', headers: { 'X-Echo': await nango.getToken() } });",
    );
    stage.nango.variable("PRODUCT_KEY", "a-product-key-1");
    let answer = stage.run(&["dryrun", "check", "acme", "--save"]).exits(0);
    assert_eq!(answer.document["logs"][0]["message"], "[redacted]");
    let text = std::fs::read_to_string(stage.world.path().join("salesforce/tests/check.test.json")).unwrap();
    for secret in [TOKEN, KEY, "client-secret-1", "a-product-key-1"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    stage.without_nango().run(&["test"]).exits(0);
}
