//! Deploying a project to a running server.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::running_server::Server;
use crate::stage::Stage;

const CHECK: &str = "salesforce/on-events/validate-connection.ts";

/// A server that runs what is deployed to it, in a folder without functions.
fn server() -> (Stage, Server) {
    let stage = Stage::new();
    std::fs::remove_file(stage.project.path().join("index.ts")).unwrap();
    let server = Server::start(&stage);
    (stage, server)
}

impl Stage {
    fn deploy_to(&self, server: &Server, schema: &str, arguments: &[&str]) -> (i32, Value) {
        server.json_in(schema, self.project.path(), &[&["deploy"], arguments].concat())
    }

    fn describe_check(&self, description: &str) {
        let path = self.project.path().join(CHECK);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.lines().map(|line| match line.contains("description:") {
            true => format!("  description: '{description}',"),
            false => line.to_owned(),
        });
        std::fs::write(&path, changed.collect::<Vec<_>>().join("\n")).unwrap();
    }
}

#[test]
fn a_project_is_deployed_to_a_server_as_to_the_local_database() {
    let (far, server) = server();
    let stage = Stage::new();
    stage.function("hubspot/syncs/all", "export default 1;\n");
    for arguments in [&["--dry-run"][..], &["--message", "the first"], &[], &["--dry-run"]] {
        let (code, mut there) = stage.deploy_to(&server, "deploy", arguments);
        let (_, mut here) = stage.json("deploy", &[&["deploy"], arguments].concat());
        assert_eq!(code, 0, "{there:#}");
        for document in [&mut here, &mut there] {
            assert_eq!(document["deployment"].take().is_null(), document["dry_run"] == true);
        }
        assert_eq!(there, here, "{arguments:?}");
    }
    let before = server.json("deployments", &far, &["deployments", "list"]).1;
    assert_eq!(before["history"][0]["message"], "the first");
    assert!(before["history"][0]["client"].as_str().unwrap().starts_with("onevent/"));

    // For a person, too.
    let there = server.run_in(stage.project.path(), &["deploy"]);
    let here = stage.run(&["deploy"]);
    assert_eq!((&there.stdout, &there.stderr), (&here.stdout, &here.stderr));

    // What was deployed runs, and says so.
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(server.json("operation", &far, &create).0, 0);
    let runs = server.json("runs-list", &far, &["runs", "list"]).1;
    assert_eq!(runs["runs"].as_array().unwrap().last().unwrap()["deployment"], before["active"]);
}

#[test]
fn what_does_not_load_is_told_as_without_a_server_and_changes_nothing() {
    let (far, server) = server();
    let stage = Stage::new();
    stage.deploy_to(&server, "deploy", &[]);
    let before = server.json("deployments", &far, &["deployments", "list"]);
    stage.function("hubspot/on-events/broken", "export default {;\n");
    let (code, there) = stage.deploy_to(&server, "error", &[]);
    let here = stage.json("error", &["deploy"]);
    assert_eq!((code, &there), (here.0, &here.1));
    assert_eq!(there["error"]["file"], "hubspot/on-events/broken.ts");
    assert!(there["error"]["line"].is_u64() && there["error"]["column"].is_u64());
    let told = server.run_in(stage.project.path(), &["deploy"]);
    assert_eq!(told.stderr, stage.run(&["deploy"]).stderr);
    assert_eq!(server.json("deployments", &far, &["deployments", "list"]), before);

    // Another integration is deployed without it; and a folder that is no project says so before anybody is asked.
    assert_eq!(stage.deploy_to(&server, "deploy", &["--integration", "salesforce"]).0, 0);
    let (code, nothing) = stage.deploy_to(&server, "error", &["--integration", "slack"]);
    assert_eq!((code, &nothing["error"]["code"]), (10, &json!("nothing_to_deploy")));
    let (code, nowhere) = server.json("error", &far, &["deploy"]);
    assert_eq!((code, &nowhere["error"]["code"]), (10, &json!("project_not_found")));
}

#[test]
fn packages_go_along_also_where_they_are_links() {
    let (far, server) = server();
    let stage = Stage::new();
    // As pnpm lays them out: a package finds its own beside itself, wherever the link to it is.
    let store = "node_modules/.pnpm";
    stage.write(
        &format!("{store}/outer@1/node_modules/outer/package.json"),
        r#"{"name": "outer", "main": "lib/a.js"}"#,
    );
    stage.write(
        &format!("{store}/outer@1/node_modules/outer/lib/a.js"),
        "const { word } = require('inner');\nexports.greet = () => require('./b') + word;\n",
    );
    stage.write(&format!("{store}/outer@1/node_modules/outer/lib/b.js"), "module.exports = 'hello, ';\n");
    stage.write(&format!("{store}/inner@2/node_modules/inner/package.json"), r#"{"name": "inner"}"#);
    stage.write(&format!("{store}/inner@2/node_modules/inner/index.js"), "exports.word = 'world';\n");
    stage.write(&format!("{store}/inner@2/node_modules/inner/secret.txt"), "nobody reads this");
    let at = |path: &str| stage.project.path().join(path);
    symlink("../../inner@2/node_modules/inner", at(&format!("{store}/outer@1/node_modules/inner"))).unwrap();
    symlink(".pnpm/outer@1/node_modules/outer", at("node_modules/outer")).unwrap();
    std::fs::write(at("index.ts"), "").unwrap();
    stage.function(
        "salesforce/on-events/greet",
        "import { createOnEvent } from 'nango';\nimport { greet } from 'outer';\n\
         export default createOnEvent({ event: 'validate-connection', description: '', exec: async (nango) => {\n\
         throw new nango.ActionError(greet());\n} });\n",
    );
    let (code, deployed) = stage.deploy_to(&server, "deploy", &[]);
    assert_eq!(code, 0, "{deployed:#}");
    let (_, here) = stage.json("deploy", &["deploy"]);
    assert_eq!(deployed["functions"], here["functions"]);
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
    let (code, rejected) = server.json("operation", &far, &create);
    assert_eq!((code, &rejected["message"]), (3, &json!("hello, world")));
}

#[test]
fn deployments_of_a_server_are_looked_at_and_taken_back() {
    let (far, server) = server();
    let (code, none) = server.json("error", &far, &["deployments", "show"]);
    assert_eq!((code, &none["error"]["code"]), (1, &json!("nothing_deployed")));
    let stage = Stage::new();
    let id = |document: &Value| document["deployment"].as_str().unwrap().to_owned();
    let first = id(&stage.deploy_to(&server, "deploy", &[]).1);
    let (code, only) = server.json("error", &far, &["deployments", "rollback"]);
    assert_eq!((code, &only["error"]["code"]), (1, &json!("no_earlier_deployment")));
    stage.describe_check("another");
    let second = id(&stage.deploy_to(&server, "deploy", &[]).1);

    let (_, shown) = server.json("deployment", &far, &["deployments", "show"]);
    assert_eq!((&shown["id"], &shown["active"]), (&json!(second), &json!(true)));
    let (_, shown) = server.json("deployment", &far, &["deployments", "show", &first]);
    assert_eq!((&shown["id"], &shown["active"]), (&json!(first), &json!(false)));
    let (_, diff) = server.json("deployments-diff", &far, &["deployments", "diff", &first]);
    assert_eq!((&diff["from"], &diff["to"]), (&json!(first), &json!(second)));
    server
        .run(&far, &["deployments", "diff", &first, &second])
        .says(&["0.0.1 → 0.0.2", "+  description: 'another',"]);
    let (_, back) = server.json("deployment", &far, &["deployments", "rollback", "--message", "not yet"]);
    assert_eq!((&back["id"], &back["active"]), (&json!(first), &json!(true)));
    let (_, list) = server.json("deployments", &far, &["deployments", "list", "--limit", "1"]);
    assert_eq!((&list["active"], &list["history"][0]["message"]), (&json!(first), &json!("not yet")));
    let (_, pruned) = server.json("deployments-pruned", &far, &["deployments", "prune", "--keep", "1"]);
    assert_eq!(pruned["deployments"], 1);
    let (code, gone) = server.json("error", &far, &["deployments", "show", &second]);
    assert_eq!((code, &gone["error"]["code"]), (1, &json!("unknown_deployment")));
}
