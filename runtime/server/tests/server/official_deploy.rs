//! Nango's own command line, in the pinned version, deploys a project to a listener of onevent.

use std::path::{Path, PathBuf};
use std::process::Command;

use onevent_store::RunFilter;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{Answer, World};

fn project_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/official/deploy")
}

/// A copy of the project, with the command line installed.
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
        copy(&project_folder(), project.0.path());
        // Marks a project; it may be empty.
        std::fs::create_dir(project.0.path().join(".nango")).unwrap();
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        let output = Command::new("npm").args(install).current_dir(project.0.path()).output();
        // This test needs Node 20 or newer with npm.
        let output = output.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "npm could not install Nango's command line; it needs the npm registry:\n{told}"
        );
        project
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from));
        std::fs::write(self.0.path().join(path), text.replace(from, to)).unwrap();
    }

    /// `nango deploy dev …`: whether it succeeded, and what it said.
    async fn deploy(&self, world: &World, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(self.0.path().join("node_modules/.bin/nango"));
        command
            .args(["deploy", "dev"])
            .args(arguments)
            .current_dir(self.0.path())
            .env("NANGO_HOSTPORT", format!("http://{}", world.address))
            .env("NANGO_SECRET_KEY_DEV", &world.key)
            .env("NANGO_CLI_UPGRADE_MODE", "ignore")
            .env("NANGO_CLI_DEPENDENCY_UPDATE", "false")
            .env("NANGO_DEPLOY_AUTO_CONFIRM", "true")
            .env("CI", "true");
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl World {
    async fn import_from(&self, id: &str, region: &str) -> Answer {
        let body = json!({
            "provider_config_key": "hubspot",
            "connection_id": id,
            "credentials": { "type": "OAUTH2", "access_token": "token" },
            "connection_config": { "region": region },
        });
        self.ask("POST", "/connections", Some(&body)).await
    }

    /// The frames of the error of the newest run.
    async fn newest_frames(&self) -> Vec<(String, u64)> {
        let store = self.service.main_store().await.unwrap();
        let newest = store.runs(&RunFilter::of("dev".parse().unwrap())).await.unwrap().remove(0);
        let report = store.run(&newest.run_id.to_string()).await.unwrap().unwrap().report;
        let frames = report["error"]["frames"].as_array().unwrap().clone();
        let frame =
            |frame: &Value| (frame["file"].as_str().unwrap().to_owned(), frame["line"].as_u64().unwrap());
        frames.iter().map(frame).collect()
    }
}

/// The line of the text, from 1, that holds this.
fn line(text: &str, holds: &str) -> u64 {
    text.lines().position(|line| line.contains(holds)).unwrap() as u64 + 1
}

#[tokio::test(flavor = "multi_thread")]
async fn nangos_command_line_deploys_and_what_it_deployed_runs() {
    let world = World::start().await;
    world.service.run_deployments();
    let project = Project::install();
    let (done, said) = project.deploy(&world, &[]).await;
    assert!(done && said.contains("Deployed"), "{said}");
    for deployed in ["validate@v0.0.1", "setup@v0.0.1", "echo@v0.0.1"] {
        assert!(said.contains(deployed), "{deployed}: {said}");
    }

    // A connection is created: its functions run.
    let refused = world.import_from("acme", "us").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "connection_validation_failed"));
    assert_eq!(refused.body["error"]["message"], "only accounts in the EU");
    let created = world.import_from("acme", "eu").await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let acme = world.get("/connections/acme?provider_config_key=hubspot").await;
    assert_eq!(acme.body["metadata"], json!({ "digest": "822b33ad" }));

    // Frames point into the author's file, as he wrote it, and into the file that it imports.
    world.import_from("lost", "nowhere").await;
    let frames = world.newest_frames().await;
    assert_eq!(frames[0].0, "hubspot/lib/region.ts");
    let written = project.text("hubspot/on-events/validate.ts");
    assert_eq!(frames[1], ("hubspot/on-events/validate.ts".to_owned(), line(&written, "refuse(region);")));
    let code = world.get("/integrations/hubspot/functions/validate/code").await;
    assert_eq!(code.body["code"], written);

    // What did not change keeps its version.
    project.replace("hubspot/on-events/validate.ts", "'only accounts in the EU'", "'EU only'");
    let (done, said) = project.deploy(&world, &[]).await;
    assert!(done && said.contains("validate@v0.0.2") && said.contains("setup@v0.0.1"), "{said}");
    assert_eq!(world.import_from("other", "us").await.body["error"]["message"], "EU only");

    // A wrong default export is refused with its place, and nothing changes.
    let schema = "z.object({ digest: z.string().optional() })";
    let wrong = "{ digest: 'text' } as unknown as z.ZodObject<{ digest: z.ZodOptional<z.ZodString> }>";
    project.replace("hubspot/on-events/setup.ts", schema, wrong);
    let (done, said) = project.deploy(&world, &[]).await;
    let place = line(&project.text("hubspot/on-events/setup.ts"), "export default");
    let told = format!("hubspot/on-events/setup.ts:{place}:1: metadata must be a zod schema");
    assert!(!done && said.contains(&told), "{told}: {said}");
    assert_eq!(world.get("/deployments").await.body["history"].as_array().unwrap().len(), 2);
}
