//! What fails is tried again, is seen, and is put right: retries, dead letters, quarantines, blocked setups, staged
//! credentials.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::server::Server;
use super::stage::{Stage, until};

/// Retries that a test can wait for.
const QUICK: &str = "[retries]\nbackoff = \"200ms\"\nmax = 50\nmax_backoff = \"400ms\"\n";

/// Has a bug, unless it is mended.
fn setup(is_mended: bool) -> String {
    let work = match is_mended {
        false => "await nango.log('about to fail'); (undefined as any).id;",
        true => {
            "await nango.post({ endpoint: '/hooks', headers: { 'idempotency-key': run.idempotencyKey,
                 'x-attempt': `${run.attempt} of ${run.event} on ${run.operation}, replay: ${run.isReplay}` } });"
        }
    };
    format!(
        "import {{ createOnEvent }} from 'nango';\n\
         export default createOnEvent({{ event: 'post-connection-creation', description: 'Makes a hook',\n\
         exec: async (nango, run) => {{\n{work}\n}} }});\n"
    )
}

fn events(stage: &Stage, more: &[&str]) -> Vec<Value> {
    stage.run(&[&["events", "list"], more].concat())["events"].as_array().unwrap().clone()
}

async fn until_one_is(stage: &Stage, kind: &str, state: &str) -> Value {
    until(state, async || !events(stage, &["--kind", kind, "--state", state]).is_empty()).await;
    events(stage, &["--kind", kind, "--state", state]).remove(0)
}

const CONNECTION: &str = "/connections/acme?provider_config_key=hubspot";

async fn status(server: &Server, method: Method) -> StatusCode {
    server.ask(method, CONNECTION, None).await.status
}

#[tokio::test]
async fn a_provider_that_is_down_when_a_customer_connects_is_asked_again_until_it_is_up() {
    let stage = Stage::new().await;
    stage.settings(QUICK);
    let server = stage.serve();
    stage.outside.fail("/api/hooks", 503);
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED);
    until("a retry", async || stage.outside.asked("POST", "/api/hooks") >= 3).await;
    assert!(stage.outside.seen().webhooks.is_empty(), "its setup is not done");
    stage.outside.mend();
    until("the setup", async || server.metadata("acme").await["hook"] == "made").await;
    let event = until_one_is(&stage, "setup", "done").await;
    let attempts = event["attempt"].as_u64().unwrap();
    assert!(attempts >= 4, "{event:#}");
    let shown = stage.run(&["events", "show", event["id"].as_str().unwrap()]);
    let runs = shown["attempts"].as_array().unwrap();
    let of = |field: &str| runs.iter().map(|run| run[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("attempt"), (1..=attempts).map(Value::from).collect::<Vec<_>>());
    assert!(of("run_id").iter().all(|id| *id == event["id"]), "one run, several attempts");
    assert_eq!(
        (&runs[0]["error"]["status"], &runs.last().unwrap()["outcome"]),
        (&json!(503), &json!("succeeded"))
    );
    until("the webhook", async || stage.outside.seen().webhooks.len() == 1).await;
}

#[tokio::test]
async fn a_bug_makes_a_dead_letter_that_is_replayed_once_it_is_mended() {
    let stage = Stage::new().await;
    stage.file("hubspot/on-events/setup.ts", &setup(false));
    let mut server = stage.serve();
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED);
    let dead = until_one_is(&stage, "setup", "dead").await;
    let id = dead["id"].as_str().unwrap();
    assert_eq!(dead["attempt"], 1, "what the function does wrong is not tried again: {dead:#}");
    let shown = server.get(&format!("/events/{id}")).await.body;
    let attempt = &shown["attempts"][0];
    assert_eq!(attempt["error"]["frames"][0]["file"], "hubspot/on-events/setup.ts", "{shown:#}");
    assert_eq!(attempt["logs"][0]["message"], "about to fail");
    assert_eq!(server.get(CONNECTION).await.status, StatusCode::OK, "the connection is there all the same");

    // Whoever may only look cannot decide.
    let reader = stage.run(&["keys", "create", "--scope", "environment:functions:invocations"]);
    let key = server.key.clone();
    server = server.with_key(reader["secret_key"].as_str().unwrap());
    assert_eq!(server.get(&format!("/events/{id}")).await.status, StatusCode::OK);
    let refused = server.ask(Method::POST, &format!("/events/{id}/replay"), None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    server.signal("TERM");
    server.ended().await;
    stage.file("hubspot/on-events/setup.ts", &setup(true));
    let server = stage.serve().with_key(&key);
    let replayed = server.ask(Method::POST, "/events/replay?kind=setup&function=setup", None).await;
    assert_eq!(replayed.status, StatusCode::ACCEPTED);
    assert_eq!(replayed.body["events"], json!([{ "id": id, "error": null }]));
    let done = until_one_is(&stage, "setup", "done").await;
    assert_eq!((&done["id"], &done["attempt"], &done["replayed_after"]), (&dead["id"], &json!(2), &json!(1)));
    let asked = stage.outside.seen().requests;
    let hook = asked.iter().find(|seen| seen.path == "/api/hooks").unwrap();
    assert_eq!(hook.headers["idempotency-key"], id);
    assert_eq!(hook.headers["x-attempt"], "2 of post-connection-creation on creation, replay: true");
    let again = server.ask(Method::POST, &format!("/events/{id}/replay"), None).await;
    assert_eq!(
        (again.status, &again.body["error"]["code"]),
        (StatusCode::CONFLICT, &json!("event_not_replayable"))
    );

    let acts = stage.run(&["events", "audit"]);
    let acts = acts["audit"].as_array().unwrap();
    assert_eq!(
        (acts.len(), &acts[0]["action"], &acts[0]["subject"]),
        (1, &json!("event_replayed"), &dead["id"])
    );
    assert_ne!(acts[0]["actor"], "cli", "the key is named, not shown");
    assert_ne!(acts[0]["actor"], json!(key));
}

/// Deploys the project to the server. The id of what it runs from now on.
fn deploy(stage: &Stage, server: &Server) -> Value {
    let mut command = stage.command(&["deploy", "--server", &server.url]);
    let output = command.env("ONEVENT_SECRET_KEY", &server.key).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["deployment"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_replayed_on_the_deployment_that_failed_and_on_the_one_that_is_mended() {
    let stage = Stage::new().await;
    stage.file("hubspot/on-events/setup.ts", &setup(false));
    let server = stage.serve_with(&["--deployed"]);
    let broken = deploy(&stage, &server);
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED);
    let dead = until_one_is(&stage, "setup", "dead").await;
    let id = dead["id"].as_str().unwrap();
    stage.file("hubspot/on-events/setup.ts", &setup(true));
    let mended = deploy(&stage, &server);
    assert_ne!(broken, mended);
    // The dead letter names the other one, so that it stays.
    stage.run(&["deployments", "prune", "--keep", "1"]);

    stage.run(&["events", "replay", id, "--on", "original"]);
    let is_dead_again = |event: &Value| (&event["state"], &event["attempt"]) == (&json!("dead"), &json!(2));
    until("the second failure", async || events(&stage, &["--kind", "setup"]).iter().any(is_dead_again))
        .await;
    assert_eq!(stage.outside.asked("POST", "/api/hooks"), 0, "it ran the code that failed");

    stage.run(&["events", "replay", id]);
    until_one_is(&stage, "setup", "done").await;
    let shown = stage.run(&["events", "show", id]);
    let attempts = shown["attempts"].as_array().unwrap();
    let of = |field: &str| attempts.iter().map(|run| run[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("outcome"), ["failed", "failed", "succeeded"], "{shown:#}");
    assert_eq!(of("deployment"), [broken.clone(), broken, mended], "{shown:#}");
    let asked = stage.outside.seen().requests;
    let hook = asked.iter().find(|seen| seen.path == "/api/hooks").unwrap();
    assert_eq!(hook.headers["x-attempt"], "3 of post-connection-creation on creation, replay: true");
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_skipped_and_replayed_at_the_command_line_without_a_server() {
    let stage = Stage::new().await;
    stage.file("hubspot/on-events/setup.ts", &setup(false));
    stage.file("token.json", r#"{"type": "OAUTH2", "access_token": "token-of-a-customer"}"#);
    for id in ["acme", "globex"] {
        stage.run(&["connection", "create", "hubspot", id, "--credentials", "@token.json"]);
    }
    let dead = events(&stage, &["--state", "dead"]);
    assert_eq!(dead.len(), 2, "a command does not wait and try again");
    stage.run(&["events", "skip", "--all-dead", "--connection", "globex"]);
    stage.file("hubspot/on-events/setup.ts", &setup(true));
    let ended = stage.run(&["events", "replay", "--all-dead", "--run"]);
    assert_eq!(ended["events"][0]["state"], "done", "{ended:#}");
    assert_eq!(stage.outside.asked("POST", "/api/hooks"), 1);
    let states: Vec<Value> =
        events(&stage, &["--kind", "setup"]).iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["skipped", "done"]);
    let acts = stage.run(&["events", "audit"]);
    let acts: Vec<_> =
        acts["audit"].as_array().unwrap().iter().map(|act| (&act["actor"], &act["action"])).collect();
    assert_eq!(acts, [(&json!("cli"), &json!("event_replayed")), (&json!("cli"), &json!("event_skipped"))]);
}

#[tokio::test]
async fn a_quarantined_connection_is_gone_for_its_users_until_its_cleanup_succeeds() {
    let stage = Stage::new().await;
    stage.settings(&format!("[on_failure]\ncleanup = \"quarantine\"\n{QUICK}"));
    let server = stage.serve();
    server.import("acme", json!({})).await;
    until("the setup", async || server.metadata("acme").await["hook"] == "made").await;
    stage.outside.fail("/api/hooks", 503);
    assert_eq!(status(&server, Method::DELETE).await, StatusCode::OK);
    assert_eq!(status(&server, Method::GET).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&server, Method::DELETE).await, StatusCode::BAD_REQUEST, "as Nango says it");
    assert!(server.get("/connections").await.body["connections"].as_array().unwrap().is_empty());
    let again = server.import("acme", json!({})).await;
    assert_eq!(
        (again.status, &again.body["error"]["code"]),
        (StatusCode::CONFLICT, &json!("connection_quarantined"))
    );
    until("a retry", async || stage.outside.asked("DELETE", "/api/hooks") >= 3).await;
    stage.outside.mend();
    let done = until_one_is(&stage, "cleanup", "done").await;
    assert_eq!((&done["function"], &done["operation"]), (&json!("clean"), &json!("deletion")));
    let tokens: Vec<String> =
        stage.outside.seen().requests.iter().map(|seen| seen.headers["authorization"].clone()).collect();
    assert!(tokens.iter().all(|token| token == "Bearer token-of-a-customer"), "its credentials were kept");
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED, "and now they are gone");
}

#[tokio::test]
async fn a_connection_whose_users_wait_for_its_setup_is_there_once_that_is_done() {
    let stage = Stage::new().await;
    stage.settings(&format!("[on_failure]\nsetup = \"block\"\n{QUICK}"));
    let server = stage.serve();
    stage.outside.fail("/api/hooks", 503);
    assert_eq!(server.import("acme", json!({})).await.status, StatusCode::CREATED);
    until("a retry", async || stage.outside.asked("POST", "/api/hooks") >= 2).await;
    assert_eq!(status(&server, Method::GET).await, StatusCode::NOT_FOUND);
    stage.outside.mend();
    until("the setup", async || status(&server, Method::GET).await == StatusCode::OK).await;
    assert_eq!(server.metadata("acme").await["hook"], "made");
}

#[tokio::test(flavor = "multi_thread")]
async fn staged_credentials_that_are_rejected_leave_the_old_ones_working() {
    let stage = Stage::new().await;
    stage.file("good.json", r#"{"type": "OAUTH2", "access_token": "token-of-a-customer"}"#);
    stage.file("bad.json", r#"{"type": "OAUTH2", "access_token": "bad"}"#);
    stage.run(&["connection", "create", "hubspot", "acme", "--credentials", "@good.json"]);
    let reconnect = |staged: &str| {
        let setting = format!("staged_credentials={staged}");
        let arguments =
            ["connection", "reconnect", "hubspot", "acme", "--credentials", "@bad.json", "--set", &setting];
        let output = stage.command(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        stage.run(&["connection", "get", "hubspot", "acme"])["auth_error"].clone()
    };
    assert_eq!(reconnect("true"), Value::Null, "it is as it was");
    stage.run(&["dryrun", "check", "acme"]);
    assert_ne!(reconnect("false"), Value::Null, "as at Nango: it needs other credentials");
    assert!(!stage.command(&["dryrun", "check", "acme"]).output().unwrap().status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_run_finds_its_requests_although_every_run_has_another_key() {
    let stage = Stage::new().await;
    stage.file("hubspot/on-events/setup.ts", &setup(true));
    stage.file("acme.json", r#"{"credentials": {"type": "OAUTH2", "access_token": "token-of-a-customer"}}"#);
    stage.run(&["dryrun", "hubspot/setup", "acme", "--connection", "@acme.json", "--save"]);
    let recorded = std::fs::read_to_string(stage.path().join("hubspot/tests/setup.test.json")).unwrap();
    assert!(recorded.contains(r#""idempotency-key": "[redacted]""#), "{recorded}");
    assert!(recorded.contains("1 of post-connection-creation on creation, replay: false"), "{recorded}");
    stage.run(&["test"]);
}
