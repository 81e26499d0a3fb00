//! Nango's own command line, in the pinned version, against `onevent serve`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::Server;
use super::stage::{Stage, until};
use crate::world::command_in;

/// A copy of the project in `tests/official/deploy`, with the command line installed.
struct Project(TempDir);

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        match (entry.is_dir(), name.to_str().unwrap()) {
            (_, "node_modules" | "build" | ".nango") => {}
            (true, _) => copy(&entry, &to.join(name)),
            (false, _) => {
                std::fs::copy(&entry, to.join(name)).unwrap();
            }
        }
    }
}

impl Project {
    fn install() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        copy(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("official/deploy"), project.0.path());
        // Marks a project; it may be empty.
        std::fs::create_dir(project.0.path().join(".nango")).unwrap();
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        let output = Command::new("npm").args(install).current_dir(project.0.path()).output().unwrap();
        assert!(output.status.success(), "npm could not install Nango's command line: {output:?}");
        project
    }

    /// `nango …`: its exit code, and what it said.
    async fn nango(&self, server: &Server, arguments: &[&str]) -> (i32, String) {
        let output = tokio::process::Command::new(self.0.path().join("node_modules/.bin/nango"))
            .args(arguments)
            .args(["--no-interactive", "--no-dependency-update"])
            .current_dir(self.0.path())
            .env("NANGO_HOSTPORT", &server.url)
            .env("NANGO_SECRET_KEY_DEV", &server.key)
            .env("NANGO_CLI_UPGRADE_MODE", "ignore")
            .env("NANGO_CLI_DEPENDENCY_UPDATE", "false")
            .env("NANGO_DEPLOY_AUTO_CONFIRM", "true")
            .env("CI", "true")
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
    }
}

/// What TypeScript says of the project that `onevent init` makes, against the types of the package `nango` itself.
fn compiled_with_nangos_types(packages: &Path, import: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut init = command_in(folder.path(), &["init", "acme"]);
    let made = init.output().unwrap();
    assert!(made.status.success(), "{made:?}");
    std::fs::remove_file(folder.path().join("nango.d.ts")).unwrap();
    let configuration = folder.path().join("tsconfig.json");
    let own = ",\n        \"paths\": { \"nango\": [\"./nango.d.ts\"] }";
    let text = std::fs::read_to_string(&configuration).unwrap();
    assert!(text.contains(own), "{text}");
    std::fs::write(&configuration, text.replace(own, "")).unwrap();
    let js_sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../js-sdk/node_modules");
    std::fs::create_dir_all(folder.path().join("node_modules/@types")).unwrap();
    for (from, package) in [(packages, "nango"), (packages, "zod"), (js_sdk.as_path(), "@types/node")] {
        symlink(from.join(package), folder.path().join("node_modules").join(package)).unwrap();
    }
    let function = folder.path().join("acme/on-events/validate-connection.ts");
    let text = std::fs::read_to_string(&function).unwrap();
    std::fs::write(&function, text.replace("import { createOnEvent } from 'nango';", import)).unwrap();
    let mut node = Command::new("node");
    node.arg(js_sdk.join("typescript/bin/tsc")).args(["-p", ".", "--pretty", "false"]);
    let output = node.current_dir(folder.path()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// The object that a dry run prints at its end.
fn output(said: &str) -> Value {
    let (_, rest) = said.split_once("\nDone\n").unwrap_or_else(|| panic!("no end: {said}"));
    let json = rest.split_inclusive("\n}\n").next().unwrap();
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[tokio::test]
async fn nangos_command_line_deploys_dry_runs_and_pulls_and_its_types_take_a_new_project() {
    let stage = Stage::new().await;
    // What is deployed runs here, and nothing else.
    std::fs::remove_file(stage.path().join("index.ts")).unwrap();
    let server = stage.serve();
    let project = Project::install();
    let packages = project.0.path().join("node_modules");
    let as_made = "import { createOnEvent } from 'nango';";
    assert_eq!(compiled_with_nangos_types(&packages, as_made), (0, String::new()));
    let (code, said) = compiled_with_nangos_types(&packages, "import { createOnEvents } from 'nango';");
    assert!(code != 0 && ["TS2305", "TS2724"].iter().any(|code| said.contains(code)), "a control: {said}");
    let (code, said) = project.nango(&server, &["deploy", "dev"]).await;
    assert!(code == 0 && said.contains("account@v0.0.1") && said.contains("validate@v0.0.1"), "{said}");

    let connection = json!({
        "provider_config_key": "hubspot",
        "connection_id": "acme",
        "credentials": { "type": "OAUTH2", "access_token": "token-of-acme" },
        "connection_config": { "region": "eu" },
    });
    let created = server.ask(Method::POST, "/connections", Some(connection)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    until("its setup", async || server.metadata("acme").await["digest"].is_string()).await;
    // What it writes is there before its run is kept.
    until("the end of its run", async || {
        let ended = server.get("/events?kind=setup&state=waiting").await.body;
        ended["events"].as_array().unwrap().is_empty()
    })
    .await;
    let (requests, runs) = (stage.outside.seen().requests.len(), server.get("/runs").await.body);

    // The function runs there, and this server is asked for all that it needs.
    let dry = ["dryrun", "account", "acme", "-e", "dev", "--validation", "--input", r#"{"text": "hi"}"#];
    let (code, said) = project.nango(&server, &dry).await;
    assert_eq!(code, 0, "{said}");
    let told = output(&said);
    assert_eq!(told["account"], "GET /api/account?of=hi", "through the proxy");
    assert_eq!(told["hook"], r#"{"of":"hi"}"#);
    assert_eq!((&told["region"], &told["token"]), (&json!("eu"), &json!("token-of-acme")));
    assert_eq!(told["variables"], r#"[{"name":"REGION","value":"eu"}]"#);
    assert_eq!(told["provider"], "hubspot");
    assert_eq!(told["echo"], r#"{"text":"hi"}"#, "an action that is deployed");
    assert!(told["metadata"].as_str().unwrap().contains("digest"));
    let seen = stage.outside.seen().requests;
    assert_eq!(seen.len(), requests + 2);
    assert!(seen.iter().all(|one| one.headers["authorization"] == "Bearer token-of-acme"));
    let count = |runs: &Value| runs["runs"].as_array().unwrap().len();
    assert_eq!(count(&server.get("/runs").await.body), count(&runs) + 1, "of the action that it triggered");

    // What an author wrote comes back.
    let file = project.0.path().join("hubspot/on-events/validate.ts");
    let written = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (code, said) = project.nango(&server, &["pull", "hubspot", "validate", "-e", "dev"]).await;
    assert_eq!((code, std::fs::read_to_string(&file).unwrap()), (0, written), "{said}");

    // What is not there, and what the command line itself cannot do.
    let (code, said) = project.nango(&server, &["dryrun", "account", "nobody", "-e", "dev"]).await;
    assert!(code != 0 && said.contains("there is no connection `nobody`"), "{said}");
    let (code, said) = project.nango(&server, &["dryrun", "validate", "acme", "-e", "dev"]).await;
    assert!(
        code != 0 && said.contains("Unable to find script file"),
        "it has learnt event functions: {said}"
    );
}
