//! Deploying a project's folder to the local database.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::stage::Stage;

const CHECK: &str = "salesforce/on-events/validate-connection.ts";

fn changes(document: &Value) -> Vec<String> {
    let functions = document["functions"].as_array().unwrap();
    functions.iter().map(|one| format!("{} {}", one["function"], one["change"]).replace('"', "")).collect()
}

fn versions(document: &Value) -> Vec<String> {
    let functions = document["functions"].as_array().unwrap();
    functions.iter().map(|one| format!("{} {}", one["function"], one["version"]).replace('"', "")).collect()
}

impl Stage {
    fn deploy(&self, arguments: &[&str]) -> Value {
        let (code, document) = self.json("deploy", &[&["deploy"], arguments].concat());
        assert_eq!(code, 0, "{document:#}");
        document
    }

    /// A new text for the description of a function: a change of it.
    fn describe(&self, file: &str, description: &str) {
        let path = self.project.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.lines().map(|line| match line.contains("description:") {
            true => format!("  description: '{description}',"),
            false => line.to_owned(),
        });
        std::fs::write(&path, changed.collect::<Vec<_>>().join("\n")).unwrap();
    }
}

#[test]
fn every_document_of_deployments_is_as_its_schema_says() {
    let stage = Stage::new();
    let (code, nothing) = stage.json("deployments", &["deployments", "list"]);
    assert_eq!((code, &nothing["active"], &nothing["history"]), (0, &Value::Null, &json!([])));
    let (code, none) = stage.json("error", &["deployments", "show"]);
    assert_eq!((code, &none["error"]["code"]), (1, &json!("nothing_deployed")));

    let before = stage.files();
    let dry = stage.deploy(&["--dry-run"]);
    assert_eq!((&dry["deployment"], &dry["dry_run"]), (&Value::Null, &json!(true)));
    assert_eq!(changes(&dry).len(), 3);
    assert_eq!(stage.files(), before, "a dry run leaves nothing behind");

    let first = stage.deploy(&["--message", "the first"]);
    let first = first["deployment"].as_str().unwrap().to_owned();
    let (_, shown) = stage.json("deployment", &["deployments", "show"]);
    assert_eq!((&shown["id"], &shown["active"]), (&json!(first), &json!(true)));
    assert_eq!(shown["functions"][0]["version"], "0.0.1");
    let again = stage.deploy(&[]);
    assert_eq!(again["deployment"], json!(first), "nothing changed");
    assert!(changes(&again).iter().all(|change| change.ends_with("unchanged")));

    stage.describe(CHECK, "another");
    let second = stage.deploy(&[]);
    let updated: Vec<_> = changes(&second).into_iter().filter(|change| change.ends_with("updated")).collect();
    assert_eq!(updated, ["validate-connection updated"]);
    let second = second["deployment"].as_str().unwrap().to_owned();
    let (_, diff) = stage.json("deployments-diff", &["deployments", "diff", &first]);
    assert_eq!((&diff["from"], &diff["to"]), (&json!(first), &json!(second)));
    assert!(diff["functions"][0]["text"].as_str().unwrap().contains("+  description: 'another',"));
    assert_eq!(diff["functions"][0]["files"], json!([{ "path": CHECK, "change": "updated" }]));
    stage
        .run(&["deployments", "diff", &first, &second])
        .says(&["0.0.1 → 0.0.2", "+  description: 'another',"]);

    let (code, back) = stage.json("deployment", &["deployments", "rollback", "--message", "not yet"]);
    assert_eq!((code, &back["id"]), (0, &json!(first)));
    let (code, active) = stage.json("error", &["deployments", "rollback", &first]);
    assert_eq!((code, &active["error"]["code"]), (1, &json!("deployment_active")));
    let (_, list) = stage.json("deployments", &["deployments", "list"]);
    assert_eq!(list["active"], json!(first));
    let acts: Vec<&Value> =
        list["history"].as_array().unwrap().iter().map(|entry| &entry["message"]).collect();
    assert_eq!(acts, [&json!("not yet"), &Value::Null, &json!("the first")]);

    let (_, pruned) = stage.json("deployments-pruned", &["deployments", "prune", "--keep", "1"]);
    assert_eq!((&pruned["deployments"], &pruned["function_versions"]), (&json!(1), &json!(1)));
    for command in [vec!["show", &second], vec!["rollback"], vec!["show", "nonsense"]] {
        let (code, gone) = stage.json("error", &[&["deployments"], &command[..]].concat());
        assert_eq!(code, 1, "{gone:#}");
    }
    let (_, prod) = stage.json("deployments", &["deployments", "list", "-e", "prod"]);
    assert_eq!(prod["active"], Value::Null, "another environment");
}

#[test]
fn what_does_not_load_changes_nothing_and_says_where() {
    let stage = Stage::new();
    stage.deploy(&[]);
    let (_, before) = stage.json("deployments", &["deployments", "list"]);
    for (code, says) in [
        ("export default {;\n", "syntax_error"),
        (
            "import { createOnEvent } from 'nango';\n\nexport default createOnEvent({ event: 'on-lunch', exec: async () => {} } as any);\n",
            "event must be one of",
        ),
        ("\n\nthrow new Error('at load');\n", "at load"),
    ] {
        stage.write("hubspot/on-events/broken.ts", code);
        std::fs::write(
            stage.project.path().join("index.ts"),
            "import './salesforce/on-events/validate-connection';\nimport './hubspot/on-events/broken';\n",
        )
        .unwrap();
        for arguments in [&["deploy"][..], &["deploy", "--dry-run"]] {
            let (exit, error) = stage.json("error", arguments);
            assert_eq!((exit, &error["error"]["code"]), (10, &json!("function_broken")), "{error:#}");
            assert_eq!(error["error"]["file"], "hubspot/on-events/broken.ts", "{error:#}");
            assert!(error["error"]["line"].is_u64() && error["error"]["column"].is_u64());
            let message = error["error"]["message"].as_str().unwrap();
            assert!(
                message.contains("hubspot/on-events/broken.ts:")
                    && (says == "syntax_error" || message.contains(says)),
                "{message}"
            );
        }
    }
    let (_, after) = stage.json("deployments", &["deployments", "list"]);
    assert_eq!(after, before);

    // Another integration is deployed without it, and its own functions stay.
    stage.describe(CHECK, "changed");
    let one = stage.deploy(&["--integration", "salesforce"]);
    assert_eq!(changes(&one)[0], "validate-connection updated");
    let (code, nothing) = stage.json("error", &["deploy", "--integration", "slack"]);
    assert_eq!((code, &nothing["error"]["code"]), (10, &json!("nothing_to_deploy")));
}

#[test]
fn one_integration_leaves_the_functions_of_others_alone() {
    let stage = Stage::new();
    let check = "import { createOnEvent } from 'nango';\n\
                 export default createOnEvent({ event: 'validate-connection', description: '', exec: async () => {} });\n";
    stage.function("hubspot/on-events/check", check);
    stage.function("hubspot/syncs/all", "export default 1;\n");
    let all = stage.deploy(&[]);
    assert_eq!(all["skipped"], json!(["./hubspot/syncs/all"]));
    stage.run(&["deploy"]).complains(&["hubspot/syncs/all is a sync"]);
    // The project of a team that has hubspot alone.
    stage.write("index.ts", "import './hubspot/on-events/check';\n");
    stage.write("hubspot/on-events/check.ts", &check.replace("''", "'new'"));
    stage.deploy(&["--integration", "hubspot"]);
    let (_, shown) = stage.json("deployment", &["deployments", "show"]);
    let versions = versions(&shown);
    assert_eq!(versions.len(), 4, "{versions:?}");
    assert_eq!(versions.last().unwrap(), "check 0.0.2");
    let everything = stage.deploy(&[]);
    assert_eq!(changes(&everything).iter().filter(|change| change.ends_with("deleted")).count(), 3);
}

#[test]
fn a_server_without_a_project_runs_what_is_deployed() {
    let stage = Stage::new();
    stage.deploy(&[]);
    let served = |arguments: &[&str]| -> u64 {
        let mut command =
            stage.command(&[&["serve", "--listen", "127.0.0.1:0", "--json"], arguments].concat());
        let mut serving = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut documents =
            serde_json::Deserializer::from_reader(serving.stdout.take().unwrap()).into_iter::<Value>();
        let started = documents.next().unwrap().unwrap();
        let asked = Command::new("kill").arg(serving.id().to_string()).status().unwrap();
        assert!(asked.success() && serving.wait().unwrap().success(), "SIGTERM ends it");
        started["functions"].as_u64().unwrap()
    };
    stage.write("index.ts", "import './salesforce/on-events/validate-connection';\n");
    assert_eq!(served(&[]), 1, "the folder's");
    assert_eq!(served(&["--deployed"]), 3, "what is deployed");
    // A machine that has the settings and the database, and no project.
    std::fs::remove_file(stage.project.path().join("index.ts")).unwrap();
    assert_eq!(served(&[]), 3);
    assert_eq!(stage.run(&["serve", "--watch"]).code, 2, "there is nothing to watch");
    for command in [&["deployments", "list"][..], &["runs", "list"]] {
        assert_eq!(stage.run(command).code, 0, "{command:?}");
    }
    assert_eq!(stage.run(&["deploy"]).code, 10, "there is nothing to deploy");
}

#[test]
fn a_deployment_that_is_killed_is_made_as_a_whole_or_not_at_all() {
    let stage = Stage::new();
    stage.deploy(&[]);
    let (_, mut before) = stage.json("deployments", &["deployments", "list"]);
    for round in 0..8_u64 {
        stage.describe(CHECK, &format!("round {round}"));
        let mut deploying =
            stage.command(&["deploy"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 * round));
        deploying.kill().unwrap();
        deploying.wait().unwrap();
        let (code, after) = stage.json("deployments", &["deployments", "list"]);
        assert_eq!(code, 0, "{after:#}");
        let count = |document: &Value| document["history"].as_array().unwrap().len();
        assert!(after == before || count(&after) == count(&before) + 1, "{after:#}");
        let (_, shown) = stage.json("deployment", &["deployments", "show"]);
        assert_eq!(shown["functions"].as_array().unwrap().len(), 3);
        before = after;
    }
    // And the next one is made.
    stage.describe(CHECK, "the last");
    let last = stage.deploy(&[]);
    assert_ne!(last["deployment"], before["active"]);
}
