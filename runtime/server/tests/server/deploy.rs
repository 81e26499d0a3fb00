//! Deploying over HTTP: as Nango's command line does it, and in onevent's own form.

use onevent_contract::Outcome;
use onevent_store::RunFilter;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, World};

/// A function as esbuild leaves it.
fn bundle(definition: &str) -> String {
    format!(
        "\"use strict\";\nvar z = require(\"zod\");\nvar own = {{ {definition} }};\n\
         module.exports = {{ __esModule: true, default: own }};\n"
    )
}

fn event(name: &str, event: &str, exec: &str) -> Value {
    let code = bundle(&format!(
        "type: \"onEvent\", event: \"{event}\", description: \"of {name}\", exec: async (nango) => {{ {exec} }}"
    ));
    json!({ "name": name, "event": event, "fileBody": { "js": code, "ts": format!("// {name}: {exec}\n") } })
}

fn validation(exec: &str) -> Value {
    event("check", "validate-connection", exec)
}

fn action(name: &str, exec: &str) -> Value {
    let code = bundle(&format!("type: \"action\", exec: async (nango, input) => {{ {exec} }}"));
    json!({
        "type": "action",
        "syncName": name,
        "providerConfigKey": "hubspot",
        "models": ["ActionOutput_hubspot_echo"],
        "runs": null,
        "version": "1.0.0",
        "metadata": { "description": "", "scopes": [] },
        "endpoints": [],
        "track_deletes": false,
        "models_json_schema": { "definitions": {} },
        "features": [],
        "fileBody": { "js": code, "ts": "// an action\n" },
    })
}

/// What the command line sends with the deployment itself.
fn body(events: &[(&str, Vec<Value>)], actions: Vec<Value>) -> Value {
    let providers: Vec<Value> = events
        .iter()
        .map(|(integration, scripts)| json!({ "providerConfigKey": integration, "scripts": scripts }))
        .collect();
    json!({
        "flowConfigs": actions,
        "onEventScriptsByProvider": providers,
        "deployMode": "all",
        "reconcile": true,
        "debug": false,
        "sdkVersion": "0.71.10-zero",
        "source": "repo",
        "nangoYamlBody": "",
    })
}

fn hubspot(scripts: Vec<Value>) -> Value {
    body(&[("hubspot", scripts)], Vec::new())
}

/// A server that runs what is deployed.
async fn world() -> World {
    let world = World::start().await;
    world.service.run_deployments();
    world
}

impl World {
    async fn deploy(&self, body: &Value) -> Answer {
        self.ask("POST", "/sync/deploy", Some(body)).await
    }

    /// What a deployment would do, as far as it is something: `newActions hubspot/echo`.
    async fn plan(&self, body: &Value) -> Vec<String> {
        let mut body = body.clone();
        body["reconcile"] = json!(false);
        for field in ["nangoYamlBody", "source"] {
            body.as_object_mut().unwrap().remove(field);
        }
        let answer = self.ask("POST", "/sync/deploy/confirmation", Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let lists = answer.body.as_object().unwrap();
        assert_eq!(lists.len(), 10);
        let mut plan = Vec::new();
        for (list, functions) in lists {
            for one in functions.as_array().unwrap() {
                let (integration, name) = (&one["providerConfigKey"], &one["name"]);
                plan.push(format!("{list} {}/{}", integration.as_str().unwrap(), name.as_str().unwrap()));
            }
        }
        plan
    }
}

/// `hubspot/check 0.0.1`
fn versions(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let deployed = answer.body.as_array().unwrap();
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    deployed
        .iter()
        .map(|one| {
            format!("{}/{} {}", text(one, "providerConfigKey"), text(one, "name"), text(one, "version"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nangos_command_line_deploys_runs_when_a_connection_is_created() {
    let world = world().await;
    let nothing = world.get("/integrations/hubspot/functions").await;
    assert_eq!(nothing.body["data"], json!([]), "the folder's functions are not what runs");
    assert_eq!(world.import("early", "bad").await.status, StatusCode::CREATED);

    let refuse =
        "if ((await nango.getToken()) === 'bad') throw new nango.ActionError('refused in the bundle');";
    let setup = event("setup", "post-connection-creation", "await nango.updateMetadata({ by: 'bundle' });");
    let first = body(&[("hubspot", vec![validation(refuse), setup])], vec![action("echo", "return input;")]);
    assert_eq!(
        world.plan(&first).await,
        ["newActions hubspot/echo", "newOnEventScripts hubspot/check", "newOnEventScripts hubspot/setup"]
    );
    let answer = world.deploy(&first).await;
    assert_eq!(versions(&answer), ["hubspot/check 0.0.1", "hubspot/setup 0.0.1", "hubspot/echo 0.0.1"]);
    assert_eq!(answer.body[0]["type"], "on-event");
    assert_eq!(answer.body[2]["models"], json!(["ActionOutput_hubspot_echo"]));
    assert_eq!(world.plan(&first).await, Vec::<String>::new(), "it is what runs");

    let refused = world.import("acme", "bad").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "connection_validation_failed"));
    assert_eq!(refused.body["error"]["message"], "refused in the bundle");
    assert_eq!(world.import("acme", "good").await.status, StatusCode::CREATED);
    let acme = world.get("/connections/acme?provider_config_key=hubspot").await;
    assert_eq!(acme.body["metadata"], json!({ "by": "bundle" }));

    let listed = world.get("/integrations/hubspot/functions/check").await;
    assert_eq!(
        (&listed.body["data"]["version"], &listed.body["data"]["event"]),
        (&json!("0.0.1"), &json!("validate-connection"))
    );
    assert!(listed.body["data"]["last_deployed"].is_string());
    let code = world.get("/integrations/hubspot/functions/check/code").await;
    assert_eq!(code.body["code"], format!("// check: {refuse}\n"), "what the author wrote");

    // Every run names the deployment it ran on.
    let active = world.get("/deployments").await.body["active"].as_str().unwrap().to_owned();
    let store = world.service.main_store().await.unwrap();
    let runs = store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap();
    assert!(runs.iter().any(|run| run.outcome == Outcome::Rejected) && runs.len() == 3);
    assert!(runs.iter().all(|run| run.deployment.as_deref() == Some(active.as_str())), "{runs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_did_not_change_keep_their_version_and_other_integrations_theirs() {
    let world = world().await;
    let slack = ("slack", vec![event("hello", "post-connection-creation", "")]);
    let first = body(&[("hubspot", vec![validation("1")]), slack.clone()], vec![action("echo", "")]);
    world.deploy(&first).await;

    // BUG 5 and 6 of Nango's: event functions alone, of one integration.
    let mut one = hubspot(vec![validation("1"), event("other", "pre-connection-deletion", "")]);
    one["deployMode"] = json!("integration");
    assert_eq!(world.plan(&one).await, ["deletedActions hubspot/echo", "newOnEventScripts hubspot/other"]);
    assert_eq!(versions(&world.deploy(&one).await), ["hubspot/check 0.0.1", "hubspot/other 0.0.1"]);
    let functions = |answer: Answer| -> Vec<String> {
        let functions = answer.body["functions"].as_array().unwrap().clone();
        functions
            .iter()
            .map(|one| format!("{} {}", one["function"], one["version"]).replace('"', ""))
            .collect()
    };
    let active = world.get("/deployments").await.body["active"].as_str().unwrap().to_owned();
    let shown = functions(world.get(&format!("/deployments/{active}")).await);
    assert_eq!(shown, ["hello 0.0.1", "check 0.0.1", "other 0.0.1"]);

    // One action alone takes nothing away.
    let mut single = body(&[], vec![action("echo", "return 2;")]);
    single["deployMode"] = json!("single");
    single.as_object_mut().unwrap().remove("onEventScriptsByProvider");
    assert_eq!(versions(&world.deploy(&single).await), ["hubspot/echo 0.0.2"]);

    // Everything: what is not there is gone.
    let all = hubspot(vec![validation("2")]);
    let plan = world.plan(&all).await;
    assert_eq!(
        plan,
        [
            "deletedActions hubspot/echo",
            "updatedOnEventScripts hubspot/check",
            "deletedOnEventScripts slack/hello",
            "deletedOnEventScripts hubspot/other"
        ]
    );
    assert_eq!(versions(&world.deploy(&all).await), ["hubspot/check 0.0.2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_is_wrong_changes_nothing_and_says_where() {
    let world = world().await;
    let good = hubspot(vec![validation("")]);
    world.deploy(&good).await;
    let before = world.get("/deployments").await.body;

    let mut syntax = validation("");
    syntax["fileBody"]["js"] = json!("module.exports = {\n  a: [;\n};");
    let mut no_export = validation("");
    no_export["fileBody"]["js"] = json!("exports.check = 1;");
    no_export["fileBody"]["ts"] = json!("import {} from 'nango';\n\nexport default createOnEvent;\n");
    let mut other_event = validation("");
    other_event["event"] = json!("pre-connection-deletion");
    let mut endless = validation("");
    endless["fileBody"]["js"] = json!("for (;;) {}");
    let mut package = validation("");
    package["fileBody"]["js"] = json!("const soap = require('soap');");
    let mut huge = validation("");
    huge["fileBody"]["js"] = json!(format!("// {}\n", "x".repeat(40 * 1024 * 1024)));
    for (script, code, says) in [
        (syntax, "function_broken", "hubspot/on-events/check.cjs:2:7: "),
        (
            no_export,
            "function_broken",
            "hubspot/on-events/check.ts:3:1: the default export must be what createOnEvent()",
        ),
        (
            other_event,
            "event_mismatch",
            "hubspot/on-events/check.ts: its default export says `validate-connection`",
        ),
        // Where others keep the machine busy, its wall time is over first.
        (endless, "function_broken", "hubspot/on-events/check.ts: code outside `exec` "),
        (
            package,
            "function_broken",
            "hubspot/on-events/check.cjs:1:14: code outside `exec` threw: Uncaught Error: Cannot find module 'soap'",
        ),
        (huge, "function_broken", "limit file_bytes: 4194304"),
    ] {
        for path in ["/sync/deploy/confirmation", "/sync/deploy"] {
            let answer = world.ask("POST", path, Some(&hubspot(vec![script.clone()]))).await;
            assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, code), "{answer:?}");
            let message = answer.body["error"]["message"].as_str().unwrap();
            assert!(message.contains(says), "{message}");
        }
    }
    assert_eq!(world.get("/deployments").await.body, before);
    assert_eq!(world.import("acme", "any").await.status, StatusCode::CREATED, "the good one goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_read_strictly_and_every_answer_is_json() {
    let world = world().await;
    let good = hubspot(vec![validation("")]);
    let with = |path: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    let mut unknown = good.clone();
    unknown["more"] = json!(1);
    let mut without = good.clone();
    without.as_object_mut().unwrap().remove("nangoYamlBody");
    let script = "/onEventScriptsByProvider/0/scripts/0";
    for (body, place) in [
        (unknown, json!([])),
        (without, json!(["nangoYamlBody"])),
        (
            with(&format!("{script}/name"), json!("../../etc/passwd")),
            json!(["onEventScriptsByProvider", 0, "scripts", 0, "name"]),
        ),
        (
            with(&format!("{script}/name"), json!("")),
            json!(["onEventScriptsByProvider", 0, "scripts", 0, "name"]),
        ),
        (
            with(&format!("{script}/event"), json!("on-lunch")),
            json!(["onEventScriptsByProvider", 0, "scripts", 0, "event"]),
        ),
        (
            with("/onEventScriptsByProvider/0/providerConfigKey", json!("a/b")),
            json!(["onEventScriptsByProvider", 0, "providerConfigKey"]),
        ),
        (with("/sdkVersion", json!("newest")), json!(["sdkVersion"])),
        (with("/deployMode", json!("some")), json!(["deployMode"])),
        (hubspot(vec![validation(""), validation("1")]), json!([])),
    ] {
        let answer = world.deploy(&body).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "invalid_body"), "{answer:?}");
        assert_eq!(answer.body["error"]["errors"][0]["path"], place, "{answer:?}");
    }
    // An integration that would leave the project is none of a function.
    let outside = world.deploy(&body(&[("..", vec![validation("")])], Vec::new())).await;
    assert_eq!((outside.status, outside.code()), (StatusCode::BAD_REQUEST, "function_broken"), "{outside:?}");

    let mut sync = action("all", "");
    sync["type"] = json!("sync");
    let mut single = body(&[], vec![sync.clone()]);
    single["deployMode"] = json!("single");
    assert_eq!(world.deploy(&single).await.code(), "not_supported");
    let beside = body(&[("hubspot", vec![validation("")])], vec![sync]);
    assert_eq!(versions(&world.deploy(&beside).await), ["hubspot/check 0.0.1"], "a sync is left out");
    assert_eq!(world.deploy(&body(&[], Vec::new())).await.code(), "nothing_to_deploy");

    for path in ["/functions/deployments/bundle/preview", "/functions/deployments/bundle"] {
        let answer = world.ask("POST", path, Some(&json!({ "functions": [] }))).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "not_supported"), "{path}");
    }
    let bearer = format!("Bearer {}", world.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("user-agent", "nango-cli/0.39.24 (linux)"),
    ];
    let old = world.send("POST", "/sync/deploy", &headers, Some(good.to_string().into_bytes())).await;
    assert_eq!(old.code(), "invalid_cli_version");
    let whole = world.send("POST", "/sync/deploy", &headers[..2], Some(vec![b' '; 76 * 1024 * 1024])).await;
    assert_eq!(whole.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(whole.code(), "payload_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_decides_the_environment_and_needs_the_scope() {
    let world = world().await;
    let reader = world.key_for(&["environment:connections:*", "environment:functions:*"]).await;
    let good = hubspot(vec![validation("throw new nango.ActionError('in dev');")]);
    for (method, path) in [
        ("POST", "/sync/deploy"),
        ("POST", "/sync/deploy/confirmation"),
        ("GET", "/deployments"),
        ("POST", "/deployments/prune"),
    ] {
        let answer = world.ask_with(&reader, method, path, (method == "POST").then_some(&good)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "forbidden"), "{path}");
    }
    let deployer = world.key_for(&["environment:deploy"]).await;
    let answer = world.ask_with(&deployer, "POST", "/sync/deploy", Some(&good)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let prod = world.new_key("prod", &onevent_contract::Scopes::everything()).await;
    let other = world.ask_with(&prod, "GET", "/deployments", None).await;
    assert_eq!((&other.body["environment"], &other.body["active"]), (&json!("prod"), &Value::Null));
    assert_eq!(world.import("acme", "x").await.status, StatusCode::BAD_REQUEST, "dev runs it");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_deployments_at_once_each_is_made_or_comes_too_late() {
    let world = world().await;
    let bodies: Vec<Value> = (0..4).map(|number| hubspot(vec![validation(&format!("{number}"))])).collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| world.deploy(body))).await;
    let made = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    for answer in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::CONFLICT, "concurrent_deployment"),
            "{answer:?}"
        );
    }
    let history = world.get("/deployments").await;
    assert_eq!(history.body["history"].as_array().unwrap().len(), made);
    assert!(made >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_the_queue_runs_on_its_own_deployment() {
    let world = world().await;
    let setup = |by: &str| {
        let exec = format!("await nango.updateMetadata({{ by: '{by}' }});");
        hubspot(vec![event("setup", "post-connection-creation", &exec)])
    };
    world.deploy(&setup("first")).await;
    let first = world.get("/deployments").await.body["active"].clone();
    // From here on setup waits in the queue, and nobody works on it.
    drop(world.service.start_workers(|_, _| {}).await.unwrap());
    assert_eq!(world.import("acme", "x").await.status, StatusCode::CREATED);
    world.deploy(&setup("second")).await;
    let _workers = world.service.start_workers(|_, _| {}).await.unwrap();
    let store = world.service.main_store().await.unwrap();
    let run = loop {
        match store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap().pop() {
            Some(run) => break run,
            None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    };
    assert_eq!(run.deployment.as_deref(), first.as_str());
    let acme = world.get("/connections/acme?provider_config_key=hubspot").await;
    assert_eq!(acme.body["metadata"], json!({ "by": "first" }));
}

const CHECK: &str = "import { createOnEvent } from 'nango';\nimport { word } from '../word';\n\
                     export default createOnEvent({ event: 'validate-connection', description: '', exec: async (nango) => {\n    \
                     throw new nango.ActionError(word);\n} });\n";

fn files(word: &str) -> Value {
    json!({
        "index.ts": "import './hubspot/on-events/check';\n",
        "hubspot/on-events/check.ts": CHECK,
        "hubspot/word.ts": format!("export const word: string = '{word}';\n"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_deployed_compared_taken_back_and_pruned() {
    let world = world().await;
    let deploy = async |word: &str, dry_run: bool| {
        let body = json!({ "files": files(word), "message": word, "dry_run": dry_run });
        world.ask("POST", "/deployments", Some(&body)).await
    };
    let dry = deploy("one", true).await;
    assert_eq!(
        (&dry.body["deployment"], &dry.body["functions"][0]["change"]),
        (&Value::Null, &json!("created"))
    );
    assert_eq!(world.get("/deployments").await.body["active"], Value::Null);
    let id = |answer: &Answer| answer.body["deployment"].as_str().unwrap().to_owned();
    let one = id(&deploy("one", false).await);
    let two = id(&deploy("two", false).await);
    let message = async |id: &str| world.import(id, "x").await.body["error"]["message"].clone();
    assert_eq!(message("a").await, "two");

    let diff = world.get(&format!("/deployments/{one}/diff")).await;
    let change = &diff.body["functions"][0];
    assert_eq!((&change["before"], &change["after"]), (&json!("0.0.1"), &json!("0.0.2")));
    assert_eq!(change["files"], json!([{ "path": "hubspot/word.ts", "change": "updated" }]));
    assert_eq!(change["text"], "", "its own file is the same");
    let same = world.get(&format!("/deployments/{one}/diff?to={one}")).await;
    assert_eq!(same.body["functions"], json!([]));

    let back =
        world.ask("POST", &format!("/deployments/{one}/rollback"), Some(&json!({ "message": "oh" }))).await;
    assert_eq!((back.status, &back.body["id"]), (StatusCode::OK, &json!(one)), "{back:?}");
    assert_eq!(message("b").await, "one");
    let again = world.ask("POST", &format!("/deployments/{one}/rollback"), Some(&json!({}))).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "deployment_active"));
    let history = world.get("/deployments").await.body["history"].clone();
    let told = |number: usize| (history[number]["act"].clone(), history[number]["message"].clone());
    assert_eq!(told(0), (json!("rollback"), json!("oh")));
    assert_eq!(told(1), (json!("deploy"), json!("two")));

    let pruned = world.ask("POST", "/deployments/prune", Some(&json!({ "keep": 1 }))).await;
    assert_eq!(pruned.body["deployments"], 1);
    let gone = world.get(&format!("/deployments/{two}")).await;
    assert_eq!((gone.status, gone.code()), (StatusCode::NOT_FOUND, "unknown_deployment"));
    assert_eq!(world.get("/deployments/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_taken_away_from_what_is_deployed() {
    let world = world().await;
    let both = body(
        &[(
            "hubspot",
            vec![validation("throw new Error('no')"), event("echo", "pre-connection-deletion", "")],
        )],
        vec![action("echo", "return input;")],
    );
    assert_eq!(world.deploy(&both).await.status, StatusCode::OK);
    assert_eq!(world.import("acme", "any").await.code(), "connection_validation_failed");
    let path = |name: &str| format!("/integrations/hubspot/functions/{name}");
    for (name, code) in
        [("echo", "ambiguous_function"), ("echo?type=sync", "not_found"), ("none", "not_found")]
    {
        assert_eq!(world.ask("DELETE", &path(name), None).await.code(), code, "{name}");
    }
    let other = world.key_for(&["environment:functions:read"]).await;
    assert_eq!(world.ask_with(&other, "DELETE", &path("check"), None).await.code(), "forbidden");

    for name in ["check", "echo?type=action"] {
        let deleted = world.ask("DELETE", &path(name), None).await;
        assert_eq!((deleted.status, deleted.body), (StatusCode::OK, json!({ "data": { "success": true } })));
        assert_eq!(world.ask("DELETE", &path(name), None).await.code(), "not_found", "{name}");
    }
    let left = world.get("/integrations/hubspot/functions").await;
    let left: Vec<(&str, &str)> = left.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["version"].as_str().unwrap()))
        .collect();
    assert_eq!(left, [("echo", "0.0.1")], "the other of that name stays, with its version");
    assert_eq!(world.import("acme", "any").await.status, StatusCode::CREATED, "nothing rejects it any more");
    let history = world.get("/deployments").await;
    let newest = &history.body["history"][0];
    assert!(newest.to_string().contains("hubspot/echo was deleted"), "{newest}");

    let folder = World::start().await;
    let refused = folder.ask("DELETE", &path("echo"), None).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "function_managed_by_deploy"), "{refused:?}");
    assert_eq!(folder.get(&path("echo")).await.status, StatusCode::OK);
}
