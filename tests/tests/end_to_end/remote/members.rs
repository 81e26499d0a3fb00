//! The other members of `nango` against Nango's API.

use onevent_tests::{Fault, Target, Times};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::world::{TOKEN, World};

#[test]
fn connection_integration_and_variables_are_nangos() {
    let stage = Stage::with_body(
        "const connection = await nango.getConnection();\n\
         const other = await nango.getConnection('github', 'globex');\n\
         const integration = await nango.getIntegration({ include: ['webhook', 'credentials'] });\n\
         await nango.updateMetadata({ seen: true });\n\
         nango.log('x', { config: connection.connection_config, provider: nango.provider, token: (await nango.getToken()) === connection.credentials.access_token,\n\
           other: other.credentials, webhook: integration.webhook_url === await nango.getWebhookURL(), logo: typeof integration.logo,\n\
           client: integration.credentials.client_id, secret: integration.credentials.client_secret, variables: await nango.getEnvironmentVariables(),\n\
           metadata: (await nango.getConnection()).metadata });\n\
         const missing = await nango.getConnection('github', 'nobody').catch((e: any) => [e.response.status, e.response.data.error.code]);\n\
         nango.log('y', missing);",
    );
    stage.nango.integration("github", "github-app", "http://127.0.0.1:9");
    let app = json!({ "type": "APP", "access_token": "app-token-1", "jwtToken": "jwt-1" });
    stage.nango.connection("github", "globex", app.clone());
    stage.nango.set_connection_config(
        "salesforce",
        "acme",
        json!({"instance_url": "https://x"}).as_object().unwrap().clone(),
    );
    stage.nango.variable("REGION", "eu-west");
    stage.nango.variable("DBPASS", "hunter2");
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    let meta = &answer.document["logs"][0]["meta"];
    assert_eq!(meta["config"], json!({"instance_url": "https://x"}));
    assert_eq!(
        (&meta["provider"], &meta["token"], &meta["webhook"]),
        (&json!("salesforce"), &json!(true), &json!(true))
    );
    // Credentials of a kind that the proxy here does not know, and hidden in the report.
    assert_eq!(meta["other"], json!({"type": "APP", "access_token": "[redacted]", "jwtToken": "[redacted]"}));
    assert_eq!((&meta["client"], &meta["logo"]), (&json!("client-1"), &json!("string")));
    let variables =
        json!([{"name": "REGION", "value": "eu-west"}, {"name": "DBPASS", "value": "[redacted]"}]);
    assert_eq!((&meta["variables"], &meta["secret"]), (&variables, &json!("[redacted]")));
    assert_eq!(meta["metadata"], json!({"seen": true}));
    assert_eq!(answer.document["logs"][1]["meta"]["value"], json!([404, "not_found"]));
    assert!(!answer.document.to_string().contains(TOKEN));
}

#[test]
fn fetch_leaves_from_here_under_the_egress_policy() {
    let stage = Stage::with_body(
        "const url = new URL((await nango.getEnvironmentVariables())[0].value);\n\
         const said = await nango.uncontrolledFetch({ url }).then((r: any) => r.status, (e: any) => e.payload.code);\n\
         nango.log(String(said));",
    );
    let url = format!("{}/environment-variables", stage.nango.base_url());
    stage.nango.variable("URL", &url);
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    assert_eq!(
        answer.document["logs"][0]["message"], "url_not_allowed",
        "though Nango itself is on loopback"
    );
    stage.world.file("onevent.toml", "[egress]\nallow = [\"127.0.0.0/8\"]\n");
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    assert_eq!(answer.document["logs"][0]["message"], "401", "without the key");
}

/// A project with the action `inner`, and the event function `check` that triggers `input`.
fn triggering(action: &str) -> Stage {
    let stage = Stage::of(World::validating(&format!(
        "try {{ nango.log('x', {{ got: await nango.triggerAction('salesforce', nango.connectionId, '{action}', {{ n: 1 }}) }}); }}\n\
         catch (e: any) {{ nango.log('x', {{ code: e.code, message: e.message, body: e.response?.data }}); }}"
    )));
    stage.world.file(
        "salesforce/actions/inner.ts",
        "import { createAction } from 'nango';\nexport default createAction({ description: 'd', version: '1.0.0',\n\
         exec: async (nango: any, input: any) => {\n\
         await nango.updateMetadata({ inner: input.n });\n\
         const { data } = await nango.get({ endpoint: '/services/oauth2/userinfo' });\n\
         return { org: data.organization_id, metadata: await nango.getMetadata() };\n} } as any);\n",
    );
    stage
        .world
        .file("index.ts", "import './salesforce/on-events/check';\nimport './salesforce/actions/inner';\n");
    stage
}

/// What the function logged last.
fn seen(document: &Value) -> Value {
    let logs = document["logs"].as_array().unwrap();
    logs.iter().rfind(|line| line["message"] == "x").unwrap()["meta"].clone()
}

#[test]
fn an_action_of_the_project_runs_dry_against_the_same_connection() {
    let stage = triggering("inner");
    stage.set_metadata(json!({"plan": "pro"}));
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    let got = &seen(&answer.document)["got"];
    assert_eq!(got["metadata"], json!({"plan": "pro", "inner": 1}));
    assert_eq!(got["org"], crate::world::ORG);
    assert_eq!(stage.nango.metadata("salesforce", "acme"), json!({"plan": "pro"}));
    assert!(stage.nango.journal().iter().all(|asked| asked.path != "/action/trigger"));
}

#[test]
fn an_action_that_only_nango_has_is_triggered_only_where_writes_are_allowed() {
    let stage = triggering("deployed");
    stage.nango.action("salesforce", "deployed", 200, json!({"from": "nango"}));
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    let refused = seen(&answer.document);
    assert_eq!(refused["code"], "action_not_local");
    assert!(refused["message"].as_str().unwrap().contains("--allow-writes"), "{refused}");
    assert!(stage.nango.journal().iter().all(|asked| asked.path != "/action/trigger"));

    let answer = stage.run(&["dryrun", "check", "acme", "--allow-writes"]).exits(0);
    assert_eq!(seen(&answer.document)["got"], json!({"from": "nango"}));
    // It acts at a provider, so it is in the report like a request of the function's own.
    let sent = &answer.document["http"][0];
    assert!(sent["url"].as_str().unwrap().ends_with("/action/trigger"), "{sent}");
    assert_eq!((&sent["method"], &sent["status"]), (&json!("POST"), &json!(200)));
    let journal = stage.nango.journal();
    let asked = journal.iter().find(|asked| asked.path == "/action/trigger").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&asked.body).unwrap(),
        json!({"action_name": "deployed", "input": {"n": 1}})
    );
    assert_eq!(asked.header("connection-id"), Some("acme"));

    // One that fails answers as it does everywhere.
    let error = json!({"error": {"code": "action_script_runtime_error", "payload": {"why": "no"}}});
    stage.nango.action("salesforce", "deployed", 500, error.clone());
    let answer = stage.run(&["dryrun", "check", "acme", "--allow-writes"]).exits(0);
    assert_eq!(seen(&answer.document)["body"], error);
    // A broken one of the project is not replaced by the deployed one.
    stage.world.file("salesforce/actions/deployed.ts", "export default {;");
    let index = "import './salesforce/on-events/check';\nimport './salesforce/actions/deployed';\n";
    stage.world.file("index.ts", index);
    let answer = stage.run(&["dryrun", "check", "acme", "--allow-writes"]).exits(0);
    assert_eq!(seen(&answer.document)["body"]["error"]["code"], "not_found");
}

#[test]
fn pages_are_followed_with_the_template_of_the_connections_provider() {
    let body = "const pages: any[] = [];\n\
                for await (const page of nango.paginate({ endpoint: '/contacts', paginate: { response_path: 'items' } })) pages.push(page);\n\
                nango.log('x', pages);";
    let stage = Stage::with_body(body);
    // A provider of one page: the cursor of Notion's template is absent in it.
    stage.nango.integration("salesforce", "notion", stage.world.provider.base_url());
    let answer =
        Fault::Status { status: 200, headers: vec![], body: json!({"items": [1, 2], "next_cursor": null}) };
    stage.world.provider.plan_fault(Target::path("/contacts"), answer, Times::Always);
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(0);
    assert_eq!(answer.document["logs"][0]["meta"]["value"], json!([[1, 2]]));
    // A template that nobody here knows: the call has to name its options.
    stage.nango.integration("salesforce", "some-crm", stage.world.provider.base_url());
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(1);
    assert_eq!(answer.document["error"]["type"], "script_internal_error");
}

#[test]
fn a_link_to_the_providers_own_origin_is_followed() {
    // GitHub's template says where its API is; answers come from Nango's address all the same.
    let body = "const pages: any[] = [];\n\
                for await (const page of nango.paginate({ endpoint: '/repos', paginate: { type: 'link', link_path_in_response_body: 'next', response_path: 'items' } })) {\n\
                  pages.push(page);\n}\nnango.log('x', pages);";
    let stage = Stage::with_body(body);
    stage.nango.integration("salesforce", "github", stage.world.provider.base_url());
    let page = |items: Value, next: Value| Fault::Status {
        status: 200,
        headers: vec![],
        body: json!({"items": items, "next": next}),
    };
    let next = json!("https://api.github.com/repos?page=2");
    let target = || Target::path("/repos");
    stage.world.provider.plan_fault(target(), page(json!([1]), next), Times::Next(1));
    let answer = stage.run(&["dryrun", "check", "acme"]);
    // The second page was asked for at GitHub, through Nango.
    let journal = stage.nango.journal();
    let second = journal.iter().rfind(|asked| asked.path.starts_with("/proxy/")).unwrap();
    assert_eq!(second.path, "/proxy/repos?page=2", "{:#}", answer.document);
    assert_eq!(second.header("base-url-override"), Some("https://api.github.com"));

    let elsewhere = json!("https://evil.example/repos?page=2");
    stage.world.provider.plan_fault(target(), page(json!([1]), elsewhere), Times::Next(1));
    let answer = stage.run(&["dryrun", "check", "acme"]).exits(1);
    let message = answer.document["error"]["message"].as_str().unwrap();
    assert!(message.contains("https://evil.example, not at https://api.github.com"), "{message}");
}
