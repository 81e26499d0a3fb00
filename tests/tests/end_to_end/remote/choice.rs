//! Which side a dry run takes, and where it learns of Nango.

use serde_json::{Value, json};

use super::stage::{KEY, Stage, UNKNOWN_KEY};
use crate::world::World;

const DRYRUN: [&str; 3] = ["dryrun", "check", "acme"];

fn allowing_loopback(world: &World) {
    let config = format!(
        "[integrations.salesforce]\nbase_url = \"{}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n",
        world.provider.base_url()
    );
    world.file("onevent.toml", &config);
}

#[test]
fn a_stored_connection_comes_first_and_remote_forces_the_other_one() {
    let stage = Stage::with_body("nango.log(String((await nango.getMetadata())?.from));");
    stage.set_metadata(json!({"from": "nango"}));
    let from = |answer: &crate::world::CommandOutput| answer.document["logs"][0]["message"].clone();
    let before = stage.run(&DRYRUN).exits(0);
    assert_eq!((from(&before), before.document["remote"].is_string()), (json!("nango"), true));

    allowing_loopback(&stage.world);
    stage.world.create_with("acme", "first", &["--metadata", r#"{"from": "here"}"#]).exits(0);
    let asked = stage.nango.journal().len();
    let stored = stage.run(&DRYRUN).exits(0);
    assert_eq!((from(&stored), &stored.document["remote"]), (json!("here"), &Value::Null));
    assert_eq!(stage.nango.journal().len(), asked, "Nango was not asked");
    let forced = stage.run(&[&DRYRUN[..], &["--remote"]].concat()).exits(0);
    assert_eq!(from(&forced), "nango");
    // Another id is not stored.
    stage.nango.connection("salesforce", "globex", json!({}));
    assert_eq!(from(&stage.run(&["dryrun", "check", "globex"]).exits(0)), "undefined");
}

#[test]
fn without_a_key_there_is_only_what_is_stored() {
    let stage = Stage::with_body("");
    let answer = stage.run_with(&DRYRUN, &[]).exits(1);
    assert_eq!(answer.error_code(), "unknown_connection");
    let hint = answer.document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("set NANGO_SECRET_KEY_DEV"), "{hint}");

    let remote = [&DRYRUN[..], &["--remote"]].concat();
    let answer = stage.run_with(&remote, &[]).exits(2);
    assert_eq!(answer.error_code(), "missing_secret_key");
    // A key that names no environment, or another one, is not used: it could be production's.
    let others = [("NANGO_SECRET_KEY", KEY), ("NANGO_SECRET_KEY_PROD", KEY)];
    let answer = stage.run_with(&remote, &others).exits(2);
    let hint = answer.document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("set NANGO_SECRET_KEY_DEV"), "{hint}");
    assert!(hint.contains("there is NANGO_SECRET_KEY, NANGO_SECRET_KEY_PROD"), "{hint}");
    assert!(stage.nango.journal().is_empty());
    stage.run_with(&[&remote[..], &["-e", "prod"]].concat(), &others).exits(0);
    stage
        .run_with(&[&remote[..], &["-e", "eu-west"]].concat(), &[("NANGO_SECRET_KEY_EU_WEST", KEY)])
        .exits(0);
    stage.run(&[&remote[..], &["--connection", "@first.json"]].concat()).exits(2);
}

#[test]
fn the_projects_env_file_is_read_and_the_environment_wins() {
    let stage = Stage::with_body("");
    let file = |key: &str| {
        let text =
            format!("# Nango\nNANGO_HOSTPORT={}/\nNANGO_SECRET_KEY_DEV=\"{key}\"\n", stage.nango.base_url());
        stage.world.file(".env", &text);
    };
    file(KEY);
    let answer = stage.world.run(&DRYRUN).exits(0);
    assert_eq!(answer.document["remote"], stage.nango.base_url());
    // From elsewhere, too: the file is the project's.
    let mut command = stage.world.command(&DRYRUN);
    assert!(command.current_dir(stage.world.path().join("salesforce")).output().unwrap().status.success());

    let unknown = stage.run_with(&DRYRUN, &[("NANGO_SECRET_KEY_DEV", UNKNOWN_KEY)]).exits(2);
    assert_eq!(unknown.error_code(), "nango_unauthorized");
    file(UNKNOWN_KEY);
    stage.run(&DRYRUN).exits(0);
    // The advice names the place of the key that was refused.
    let answer = stage.world.run(&DRYRUN).exits(2);
    let hint = answer.document["error"]["hint"].as_str().unwrap();
    assert!(hint.ends_with("NANGO_SECRET_KEY_DEV (.env:3)"), "{hint}");
    assert!(!answer.document.to_string().contains(UNKNOWN_KEY));

    stage.world.file(".env", "NANGO_SECRET_KEY_DEV=two words\n");
    let answer = stage.world.run(&DRYRUN).exits(10);
    assert_eq!(answer.error_code(), "invalid_dotenv");
    assert_eq!(answer.document["error"]["line"], 1);
}

#[test]
fn the_settings_show_where_the_key_is_from_and_not_what_it_is() {
    let stage = Stage::with_body("");
    stage.world.file(".env", &format!("A=1\nNANGO_SECRET_KEY_DEV={KEY}\n"));
    let setting = |answer: &crate::world::CommandOutput, key: &str| {
        let settings = answer.document["settings"].as_array().unwrap();
        settings.iter().find(|setting| setting["key"] == key).cloned().unwrap_or_default()
    };
    let answer = stage.run_with(&["config"], &[]).exits(0);
    let key = setting(&answer, "nango.secret_key");
    assert_eq!((&key["value"], &key["origin"]["file"]), (&json!("[redacted]"), &json!(".env")));
    assert_eq!(key["origin"]["line"], 2);
    let host = setting(&answer, "nango.hostport");
    assert_eq!(
        (&host["value"], &host["origin"]["name"]),
        (&json!(stage.nango.base_url()), &json!("NANGO_HOSTPORT"))
    );
    let key = setting(&stage.run(&["config"]).exits(0), "nango.secret_key");
    assert_eq!(key["origin"]["name"], "NANGO_SECRET_KEY_DEV");
    assert_eq!(setting(&stage.run(&["config", "-e", "prod"]).exits(0), "nango.secret_key"), Value::Null);
    // It is a setting for the environment alone.
    stage.run(&["config", "--set", "nango.secret_key=x"]).exits(2);
    stage.world.file("onevent.toml", "[nango]\nhostport = \"https://nango.example.com\"\n");
    let answer = stage.world.run(&["config"]).exits(0);
    assert_eq!(setting(&answer, "nango.hostport")["value"], "https://nango.example.com");
    stage.world.file("onevent.toml", "[nango]\nsecret_key = \"x\"\n");
    stage.world.run(&["config"]).exits(10);
    let answer = stage.world.run_with(&["config"], &[("NANGO_HOSTPORT", "localhost:3003")]);
    assert_ne!(answer.code, 0);
}

#[test]
fn the_connection_decides_between_functions_of_one_name() {
    let stage = Stage::with_body("nango.log(nango.providerConfigKey);");
    let code = std::fs::read_to_string(stage.world.path().join("salesforce/on-events/check.ts")).unwrap();
    stage.world.file("hubspot/on-events/check.ts", &code);
    stage
        .world
        .file("index.ts", "import './salesforce/on-events/check';\nimport './hubspot/on-events/check';\n");
    let answer = stage.run(&DRYRUN).exits(0);
    assert_eq!(answer.document["logs"][0]["message"], "salesforce");
    let listed = &stage.nango.journal()[0];
    assert_eq!(listed.path, "/connections?connectionId=acme");

    stage.nango.integration("hubspot", "hubspot", "http://127.0.0.1:1");
    stage.nango.connection("hubspot", "acme", json!({}));
    let answer = stage.run(&DRYRUN).exits(2);
    assert_eq!(answer.error_code(), "ambiguous_function");
    let message = answer.document["error"]["message"].as_str().unwrap();
    assert!(message.contains("salesforce/check or hubspot/check"), "{message}");
    let answer = stage.run(&[&DRYRUN[..], &["--integration-id", "hubspot"]].concat()).exits(0);
    assert_eq!(answer.document["logs"][0]["message"], "hubspot");
    stage.run(&["dryrun", "check", "nobody"]).exits(2);
}

#[test]
fn a_person_is_told_which_side_was_taken() {
    let stage = Stage::with_body("");
    let output = std::process::Command::new(stage.world.command(&[]).get_program())
        .args(DRYRUN)
        .current_dir(stage.world.path())
        .env_clear()
        .envs([("NANGO_HOSTPORT", stage.nango.base_url()), ("NANGO_SECRET_KEY_DEV", KEY)])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text, format!("dry run against {}\n", stage.nango.base_url()));
    assert!(String::from_utf8(output.stdout).unwrap().contains("✓ salesforce/check succeeded"));
}
