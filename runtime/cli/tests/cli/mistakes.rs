//! Wrong command lines, settings and projects.

use crate::stage::{CommandOutput, Stage, command};

#[test]
fn a_wrong_command_line_is_exit_2_in_both_forms() {
    let stage = Stage::new();
    let answer = stage.run(&["connection", "creat"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    answer.complains(&["error: unrecognized subcommand 'creat'", "'create'"]);
    let (code, document) = stage.json("error", &["connection", "creat"]);
    assert_eq!(code, 2);
    assert_eq!(document["error"]["code"], "usage");
    assert_eq!(document["error"]["message"], "unrecognized subcommand 'creat'");
    assert_eq!(document["error"]["hint"], "a similar subcommand exists: 'create'");
    let (_, document) = stage.json("error", &["connection", "get", "salesforce"]);
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(hint.starts_with("usage: onevent connection get"), "{hint}");
    let (code, document) = stage.json("error", &["connection", "get", "salesforce", "what?"]);
    assert_eq!((code, &document["error"]["code"]), (2, &"usage".into()));
}

#[test]
fn standard_input_is_read_once() {
    let stage = Stage::new();
    let arguments = ["connection", "create", "salesforce", "acme", "--credentials", "@-", "--metadata", "@-"];
    let (code, document) = stage.json("error", &arguments);
    assert_eq!((code, &document["error"]["code"]), (2, &"standard_input_twice".into()));
    assert_eq!(document["error"]["message"], "only one of --credentials and --metadata can be @-");
    let arguments = ["dryrun", "validate-connection", "acme", "--connection", "@-", "--metadata", "@-"];
    assert_eq!(stage.json("error", &arguments).1["error"]["code"], "standard_input_twice");
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let stage = Stage::new();
    let answer = stage.run(&[
        "connection",
        "create",
        "salesforce",
        "acme",
        "--credentials",
        "{\"access_token\":\"hunter2\"}",
    ]);
    assert_eq!(answer.code, 2);
    answer.complains(&["secret_on_command_line", "--credentials @FILE"]);
    assert!(!answer.stderr.contains("hunter2"));
    let answer = stage.run(&["config", "--set", "integrations.salesforce.client_secret=hunter2"]);
    assert_eq!(answer.code, 2);
    answer.complains(&["ONEVENT_INTEGRATIONS_SALESFORCE_CLIENT_SECRET"]);
    assert!(!answer.stderr.contains("hunter2"));
}

#[test]
fn outside_of_a_project_nothing_can_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let answer = CommandOutput::of(command(folder.path(), &["functions"]).output().unwrap());
    assert_eq!(answer.code, 10);
    answer.complains(&["project_not_found", "index.ts", "--project DIR"]);
}

#[test]
fn a_mistake_in_the_file_is_shown_where_it_is() {
    let stage = Stage::new();
    stage.write("onevent.toml", "[limits]\nwal = \"3s\"\n");
    let answer = stage.run(&["config"]);
    assert_eq!(answer.code, 10);
    answer.complains(&[
        "error[unknown_setting]: unknown setting `limits.wal`",
        "onevent.toml:2:1",
        "wal = \"3s\"",
        "did you mean `limits.wall`?",
    ]);
    let (code, document) = stage.json("error", &["config"]);
    assert_eq!(code, 10);
    let error = &document["error"];
    assert_eq!(
        (&error["file"], &error["line"], &error["column"]),
        (&"onevent.toml".into(), &2.into(), &1.into())
    );
    assert_eq!(error["hint"], "did you mean `limits.wall`?");
}

#[test]
fn a_variable_that_nothing_reads_is_an_error() {
    let stage = Stage::new();
    let output = stage.command(&["config"]).env("ONEVENT_LIMIT_WALL", "3s").output().unwrap();
    let answer = CommandOutput::of(output);
    assert_eq!(answer.code, 2);
    answer.complains(&["ONEVENT_LIMIT_WALL", "did you mean ONEVENT_LIMITS_WALL?"]);
    let output =
        stage.command(&["connection", "list"]).env("ONEVENT_ENCRYPTION_KEY", "short").output().unwrap();
    assert_eq!(CommandOutput::of(output).code, 0, "a key is needed only where a database is opened");
}

#[test]
fn a_slip_in_an_integrations_name_is_told_before_a_request_is_made() {
    let stage = Stage::new();
    let toml = format!(
        "[integrations.salesfroce]\nbase_url = \"{}\"\n[egress]\nallow = [\"127.0.0.0/8\"]\n",
        stage.salesforce.base_url()
    );
    stage.write("onevent.toml", &toml);
    stage.write("connection.json", "{\"credentials\": {\"access_token\": \"t-0123\"}}");
    let dryrun = ["dryrun", "validate-connection", "acme", "--connection", "@connection.json"];
    let answer = stage.run(&dryrun);
    assert_eq!(answer.code, 10);
    answer.complains(&[
        "error[unknown_integration]: this project has no integration `salesfroce`",
        "onevent.toml:2:1",
        "did you mean `salesforce`?",
    ]);
    assert!(stage.salesforce.journal().is_empty());
    // The control: with the right name, the request reaches the server that the file names.
    stage.write("onevent.toml", &toml.replace("salesfroce", "salesforce"));
    stage.run(&dryrun);
    assert!(!stage.salesforce.journal().is_empty());
    let set = ["config", "--set", "integrations.salesfroce.base_url=http://127.0.0.1:1"];
    let (code, document) = stage.json("error", &set);
    assert_eq!((code, &document["error"]["code"]), (2, &"unknown_integration".into()));
    assert!(document["error"]["hint"].as_str().unwrap().starts_with("did you mean `salesforce`?"));
}

#[test]
fn limits_that_no_process_survives_are_refused_where_they_are_set() {
    let stage = Stage::new();
    for set in [
        "limits.wall=292277026596y",
        "limits.wall=18446744073709551615s",
        "limits.wall=25h",
        "limits.cpu=9999999999999s",
        "limits.heap=16EiB",
        "limits.heap=100TiB",
        "limits.heap=5GiB",
        "limits.heap=99999999999999999999GiB",
        "functions.salesforce/validate-connection.limits.wall=292277026596y",
    ] {
        let (code, document) = stage.json("error", &["config", "--set", set]);
        assert_eq!((code, &document["error"]["code"]), (2, &"invalid_setting".into()), "{set}");
    }
    let output = stage.command(&["config"]).env("ONEVENT_LIMITS_WALL", "292277026596y").output().unwrap();
    let answer = CommandOutput::of(output);
    assert_eq!(answer.code, 2);
    answer.complains(&["ONEVENT_LIMITS_WALL: limits.wall is longer than 24 hours"]);
}

#[test]
fn what_does_not_exist_is_exit_1() {
    let stage = Stage::new();
    for arguments in [
        &["connection", "get", "salesforce", "nobody"][..],
        &["connection", "delete", "salesforce", "nobody"],
        &["connection", "metadata", "get", "salesforce", "nobody"],
        &["connection", "reconnect", "salesforce", "nobody", "--credentials", "@acme.json"],
        &["dryrun", "validate-connection", "nobody"],
    ] {
        let (code, document) = stage.json("error", arguments);
        assert_eq!((code, &document["error"]["code"]), (1, &"unknown_connection".into()), "{arguments:?}");
    }
    let (code, document) = stage.json("error", &["dryrun", "validate-conection", "nobody"]);
    assert_eq!(code, 1);
    assert_eq!(document["error"]["hint"], "did you mean `validate-connection`?");
    let (code, document) = stage.json("error", &["runs", "show", "01a2075f-d8b6-732f-8655-8ff1a7841a3e"]);
    assert_eq!((code, &document["error"]["code"]), (1, &"unknown_run".into()));
    assert!(!stage.project.path().join(".onevent/onevent.sqlite3").exists(), "looking leaves nothing behind");
}

#[test]
fn an_integration_without_a_template_says_how_to_give_it_one() {
    let stage = Stage::new();
    let arguments = ["connection", "create", "crm", "acme", "--credentials", "@acme.json"];
    let (code, document) = stage.json("error", &arguments);
    assert_eq!((code, &document["error"]["code"]), (10, &"unknown_provider".into()));
    let (code, document) =
        stage.json("error", &[&arguments[..], &["--set", "integrations.crm.provider=salesfroce"]].concat());
    assert_eq!(code, 10);
    assert_eq!(document["error"]["hint"], "did you mean `salesforce`?");
    let (code, _) = stage
        .json("operation", &[&arguments[..], &["--set", "integrations.crm.provider=salesforce"]].concat());
    assert_eq!(code, 0);
}

#[test]
fn a_broken_function_is_listed_and_stops_only_who_needs_it() {
    let stage = Stage::new();
    stage.function("github/on-events/broken", "import fs from 'node:fs';\nexport default 1;\n");
    let (code, document) = stage.json("functions", &["functions"]);
    assert_eq!(code, 10);
    assert_eq!(document["functions"].as_array().unwrap().len(), 3);
    let broken = &document["broken"][0];
    assert_eq!(broken["function"], "broken");
    assert_eq!(broken["error"]["line"], 1);
    assert_eq!(stage.run(&["functions", "--lenient"]).code, 0);
    let answer = stage.run(&["dryrun", "broken", "acme"]);
    assert_eq!(answer.code, 10);
    answer.complains(&["github/on-events/broken.ts:1:", "import fs from 'node:fs';"]);
    stage.write("github.json", "{\"access_token\": \"t-0123\"}");
    let (code, document) =
        stage.json("error", &["connection", "create", "github", "acme", "--credentials", "@github.json"]);
    assert_eq!((code, &document["error"]["code"]), (10, &"function_broken".into()));
    let (code, _) = stage
        .json("operation", &["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"]);
    assert_eq!(code, 0, "another integration is not concerned");
}
