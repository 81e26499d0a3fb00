//! What an operation leaves behind, and what it says about it.

use std::fs::OpenOptions;

use onevent_tests::JournalEntry;
use serde_json::{Value, json};

use crate::world::{OTHER_TOKEN, TOKEN, World};

/// Accepts whoever comes first, and then nobody else.
const LOCK: &str = "const { data } = await nango.get({ endpoint: '/services/oauth2/userinfo' });\n\
    const locked = (await nango.getMetadata())?.org;\n\
    if (locked && locked !== data.organization_id) throw new nango.ActionError('another organization');\n\
    await nango.updateMetadata({ org: data.organization_id });";
/// Asks who it is, in the account and in the connection.
const CLEANUP: &str = "await nango.get({ endpoint: '/services/oauth2/userinfo' });\n\
    const c = await nango.getConnection();\n\
    await nango.log(`at ${c.connection_config.site}`);";

fn locked_world() -> World {
    World::with_functions(&[
        ("check", "validate-connection", "undefined", LOCK),
        ("cleanup", "pre-connection-deletion", "undefined", CLEANUP),
    ])
}

fn token_of(entry: &JournalEntry) -> &str {
    entry.header("authorization").unwrap().strip_prefix("Bearer ").unwrap()
}

#[test]
fn cleanup_works_with_what_was_accepted_last_and_not_with_what_was_refused() {
    let world = locked_world();
    world.create_with("acme", "first", &["--connection-config", "site=first"]).exits(0);
    for _ in 0..2 {
        let mut reconnection = world.reconnection("acme", "other");
        reconnection.args(["--connection-config", "site=other"]);
        assert_eq!(reconnection.output().unwrap().status.code(), Some(3));
    }
    // Whoever looks sees what was refused, and why.
    let shown = world.run(&["connection", "get", "salesforce", "acme", "--show-credentials"]).exits(0);
    assert_eq!(shown.document["connection"]["credentials"]["access_token"], OTHER_TOKEN);
    assert_eq!(shown.document["auth_error"]["message"], "another organization");
    // A dry run of each function does what the function itself would.
    let before = world.provider.journal().len();
    world.run(&["dryrun", "check", "acme"]).exits(3);
    world.run(&["dryrun", "cleanup", "acme"]).exits(0);
    let used: Vec<_> = world.provider.journal()[before..].iter().map(|e| token_of(e).to_owned()).collect();
    assert_eq!(used, [OTHER_TOKEN, TOKEN]);

    let before = world.provider.journal().len();
    let deleted = world.delete("acme").exits(0);
    assert_eq!(deleted.document["warnings"], json!([]));
    assert_eq!(token_of(&world.provider.journal()[before]), TOKEN);
    assert_eq!(deleted.report("cleanup")["logs"][0]["message"], "at first");
    assert!(!deleted.document.to_string().contains(TOKEN));
}

#[test]
fn after_an_accepted_reconnect_cleanup_works_with_the_new_credentials() {
    let world = locked_world();
    world.create("acme", "first").exits(0);
    world.reconnect("acme", "other").exits(3);
    world.run(&["connection", "metadata", "set", "salesforce", "acme", "{}"]).exits(0);
    world.reconnect("acme", "other").exits(0);
    let before = world.provider.journal().len();
    world.delete("acme").exits(0);
    assert_eq!(token_of(&world.provider.journal()[before]), OTHER_TOKEN);
}

/// A world whose setup triggers an action that makes a request, and may trigger itself once more.
fn world_with_action() -> World {
    let trigger = "await nango.triggerAction('salesforce', nango.connectionId, 'act', { again: true });";
    let world = World::with_functions(&[("setup", "post-connection-creation", "undefined", trigger)]);
    world.file(
        "salesforce/actions/act.ts",
        "import { createAction } from 'nango';\nimport * as z from 'zod';\n\
         export default createAction({ description: 'test', input: z.any(), output: z.any(),\n\
         exec: async (nango: any, input: any) => {\n\
         await nango.get({ endpoint: '/services/oauth2/userinfo' });\n\
         if (input.again) await nango.triggerAction('salesforce', nango.connectionId, 'act', {});\n\
         return { ok: true };\n} });\n",
    );
    world.file("index.ts", "import './salesforce/on-events/setup';\nimport './salesforce/actions/act';\n");
    world
}

#[test]
fn the_run_of_a_triggered_action_is_kept_and_names_its_caller() {
    let world = world_with_action();
    let created = world.create("acme", "first").exits(0);
    let setup = created.report("setup");
    assert_eq!(setup["caller_run_id"], Value::Null);
    let logged = setup["logs"][0]["meta"]["run_id"].as_str().unwrap().to_owned();
    let outer = world.run(&["runs", "show", &logged]).exits(0).document;
    assert_eq!((&outer["function"], &outer["mode"]), (&json!("act"), &json!("live")));
    assert_eq!(outer["caller_run_id"], setup["run_id"]);
    assert!(outer["http"][0]["url"].as_str().unwrap().ends_with("/userinfo"));
    let inner = outer["logs"][0]["meta"]["run_id"].as_str().unwrap();
    assert_eq!(world.run(&["runs", "show", inner]).exits(0).document["caller_run_id"], outer["run_id"]);

    let list = world.run(&["runs", "list"]).exits(0).document;
    let callers: Vec<_> = list["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (&run["function"], &run["caller_run_id"]))
        .collect();
    assert_eq!(callers.len(), 3);
    assert!(callers.contains(&(&json!("setup"), &Value::Null)), "{callers:?}");
    assert!(callers.contains(&(&json!("act"), &setup["run_id"])), "{callers:?}");

    // What a dry run triggers is dry, and kept as little as the dry run.
    let dry = world.run(&["dryrun", "setup", "acme"]).exits(0).document;
    let dry_action = dry["logs"][0]["meta"]["run_id"].as_str().unwrap();
    assert_eq!(world.run(&["runs", "show", dry_action]).exits(1).error_code(), "unknown_run");
}

#[test]
fn an_action_that_is_stopped_with_its_caller_is_kept() {
    let world = world_with_action();
    world.file(
        "salesforce/actions/act.ts",
        "import { createAction } from 'nango';\nimport * as z from 'zod';\n\
         export default createAction({ description: 'test', input: z.any(), output: z.any(),\n\
         exec: async () => { await new Promise((r) => setTimeout(r, 120000)); return {}; } });\n",
    );
    let created = world.create_with("acme", "first", &["--set", "limits.wall=2s"]).exits(0);
    assert_eq!(created.report("setup")["outcome"], "stopped");
    let list = world.run(&["runs", "list", "--function", "act"]).exits(0).document;
    assert_eq!(list["runs"][0]["outcome"], "stopped", "{list:#}");
    assert_eq!(list["runs"][0]["caller_run_id"], created.report("setup")["run_id"]);
}

#[test]
fn work_that_was_done_is_not_said_to_be_undone_where_its_answer_cannot_be_written() {
    let world = locked_world();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let created = world.creation("acme", "first", &[]).stdout(full()).output().unwrap();
    let said = String::from_utf8(created.stderr).unwrap();
    assert_eq!(created.status.code(), Some(13), "{said}");
    assert!(said.contains("the work was done"), "{said}");
    assert!(world.connection("acme").is_some());
    // What the code says beside that stays.
    let refused = world.reconnection("acme", "other").stdout(full()).output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    let unknown = world.command(&["connection", "get", "salesforce", "nobody"]).stdout(full()).output();
    assert_eq!(unknown.unwrap().status.code(), Some(1));
    let deleted = world.command(&["connection", "delete", "salesforce", "acme"]).stdout(full()).output();
    assert_eq!(deleted.unwrap().status.code(), Some(13));
    assert_eq!(world.connection("acme"), None);
}

#[test]
fn credentials_of_another_type_and_dates_that_are_none_are_refused() {
    let world = locked_world();
    let refused = [
        (json!({"type": "API_KEY", "apiKey": "hunter2"}), "API_KEY"),
        (json!({"type": "BASIC", "username": "u", "password": "hunter2"}), "BASIC"),
        (json!({"type": "OAUTH2_CC", "token": "hunter2"}), "OAUTH2_CC"),
        (json!({"type": "NONE"}), "NONE"),
        (json!({"type": "OAUTH2", "access_token": "hunter2", "expires_at": "yesterday"}), "expires_at"),
        (json!({"access_token": "hunter2", "expires_at": "2030-02-30T00:00:00Z"}), "expires_at"),
        (json!({"access_token": "hunter2", "expires_at": true}), "expires_at"),
    ];
    world.create("acme", "first").exits(0);
    for (credentials, named) in refused {
        world.file("wrong.json", &credentials.to_string());
        world.file("given.json", &json!({ "credentials": credentials }).to_string());
        let dry = world.run(&["dryrun", "check", "acme", "--connection", "@given.json"]);
        for answer in [world.create("new", "wrong"), world.reconnect("acme", "wrong"), dry] {
            let answer = answer.exits(2);
            assert_eq!(answer.error_code(), "invalid_credentials");
            let message = answer.document["error"]["message"].as_str().unwrap();
            assert!(message.contains(named) && !message.contains("hunter2"), "{message}");
        }
    }
    assert!(world.connection("new").is_none());
    assert!(!world.has_auth_error("acme"));

    let expired = json!({"access_token": TOKEN, "expires_at": "2020-01-01T00:00:00Z"});
    world.file("expired.json", &expired.to_string());
    let created = world.create("late", "expired").exits(0);
    assert_eq!(created.document["warnings"][0]["code"], "credentials_expired");
}

#[test]
fn what_nothing_checked_is_said_to_be_unchecked() {
    let world = World::with_functions(&[]);
    for answer in [world.create("acme", "first"), world.reconnect("acme", "unknown")] {
        let answer = answer.exits(0);
        assert_eq!(answer.document["warnings"][0]["code"], "nothing_checked");
        let message = answer.document["warnings"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("nothing was checked"), "{message}");
    }
    let checked = locked_world().create("acme", "first").exits(0);
    assert_eq!(checked.document["warnings"], json!([]));
}

#[test]
fn a_database_that_somebody_names_must_be_there_to_be_read() {
    let world = locked_world();
    let there = world.path().join("elsewhere/onevent.sqlite3");
    let url = format!("sqlite:{}", there.display());
    let reading: [&[&str]; 6] = [
        &["connection", "list"],
        &["connection", "get", "salesforce", "acme"],
        &["connection", "metadata", "get", "salesforce", "acme"],
        &["runs", "list"],
        &["runs", "show", "0198"],
        &["dryrun", "check", "acme"],
    ];
    for command in reading {
        let named = world.run(&[command, &["--database", &url]].concat()).exits(2);
        assert_eq!(named.error_code(), "database_missing", "{command:?}");
        let named = world.run_with(command, &[("ONEVENT_DATABASE_URL", &url)]).exits(2);
        assert_eq!(named.error_code(), "database_missing", "{command:?}");
    }
    assert!(!there.exists());
    // A project that has stored nothing yet has an empty list.
    let list = world.run(&["connection", "list"]).exits(0);
    assert_eq!(list.document["connections"], json!([]));
    world.create_with("acme", "first", &["--database", &url]).exits(0);
    world.run(&["connection", "get", "salesforce", "acme", "--database", &url]).exits(0);
}

#[test]
fn strict_is_about_calls_that_nobody_waited_for_too() {
    let careless = "nango.get({ endpoint: '/services/oauth2/userinfo' }).catch(() => {});";
    let world = World::validating(careless);
    let created = world.create("acme", "first").exits(0);
    assert_eq!(created.report("check")["warnings"][0]["code"], "calls_not_awaited");
    let strict = |mut command: std::process::Command| {
        let output = command.arg("--strict").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, document) = strict(world.reconnection("acme", "other"));
    assert_eq!(code, Some(1), "{document}");
    assert_eq!(serde_json::from_str::<Value>(&document).unwrap()["accepted"], json!(true));
    let careful = World::validating("await nango.get({ endpoint: '/services/oauth2/userinfo' });");
    careful.create("acme", "first").exits(0);
    assert_eq!(strict(careful.reconnection("acme", "other")).0, Some(0));
}

#[test]
fn no_form_of_a_wrong_encryption_key_is_printed() {
    const KEY: &str = "RnmHDT2HkJPJ0YsbBQomuVCuGK7OEqPCujeruQObbQ";
    let world = locked_world();
    let silent = |what: &str, answer: &crate::world::CommandOutput| {
        let all = format!("{:#}{}", answer.document, answer.stderr);
        assert!(!all.contains(KEY), "{what}: {all}");
        assert_ne!(answer.code, 0, "{what}");
    };
    let list = ["connection", "list"];
    for wrong in [KEY.to_owned(), format!("{KEY}{KEY}="), format!("\"{KEY}=\""), format!("base64:{KEY}=")] {
        let variable = [("ONEVENT_ENCRYPTION_KEY", wrong.as_str())];
        let arguments = ["connection", "create", "salesforce", "new", "--credentials", "@first.json"];
        silent(&wrong, &world.run_with(&arguments, &variable));
        silent(&wrong, &world.run(&[&list[..], &["--set", &format!("encryption_key={wrong}")]].concat()));
    }
    let settings = std::fs::read_to_string(world.path().join("onevent.toml")).unwrap();
    for line in [
        format!("encryption_key = \"{KEY}=\""),
        format!("encryption_key = {KEY}="),
        format!("encryption_key: {KEY}="),
        format!("encryption_key = \"\"\"\n{KEY}=\n"),
        format!("{KEY}="),
    ] {
        world.file("onevent.toml", &format!("{line}\n{settings}"));
        silent(&line, &world.run(&list));
        // People see the line itself.
        let mut command = world.command(&list);
        let arguments: Vec<_> = command.get_args().take(list.len()).map(ToOwned::to_owned).collect();
        command = std::process::Command::new(command.get_program());
        let output = command.args(arguments).current_dir(world.path()).env_clear().output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains(KEY) && said.contains("onevent.toml"), "{said}");
    }
    world.file("onevent.toml", &settings);
    world.create("acme", "first").exits(0);
    let file = world.path().join(".onevent/onevent.sqlite3.key");
    for wrong in [format!("{KEY}="), format!("{KEY}\n{KEY}"), format!("key={KEY}=")] {
        std::fs::write(&file, &wrong).unwrap();
        silent(&wrong, &world.run(&list));
    }
}

#[test]
fn git_takes_neither_the_database_nor_its_key() {
    let world = locked_world();
    world.create("acme", "first").exits(0);
    let ignored = std::fs::read_to_string(world.path().join(".onevent/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}
