//! Commands that need a database and no project.

use crate::stage::{CommandOutput, Stage, command};

const COMMANDS: [&[&str]; 6] = [
    &["connection", "get", "salesforce", "acme"],
    &["connection", "list"],
    &["connection", "metadata", "update", "salesforce", "acme", "{\"plan\": \"pro\"}"],
    &["runs", "list"],
    &["webhooks", "list"],
    &["keys", "list"],
];

/// A database with a connection, in a folder that is no project any more.
fn stage() -> Stage {
    let stage = Stage::new();
    let create = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
    assert_eq!(stage.run(&create).code, 0);
    std::fs::remove_file(stage.project.path().join("index.ts")).unwrap();
    stage
}

#[test]
fn the_database_is_enough_for_commands_that_run_no_function() {
    let stage = stage();
    let database = format!("sqlite:{}", stage.project.path().join(".onevent/onevent.sqlite3").display());
    let elsewhere = tempfile::tempdir().unwrap();
    for arguments in COMMANDS {
        assert_eq!(stage.run(arguments).code, 0, "{arguments:?}: beside the database");
        let by_flag = [arguments, &["--database", &database]].concat();
        let by_flag = CommandOutput::of(command(elsewhere.path(), &by_flag).output().unwrap());
        assert_eq!(by_flag.code, 0, "{by_flag:?}");
        let mut by_variable = command(elsewhere.path(), arguments);
        let by_variable = by_variable.env("ONEVENT_DATABASE_URL", &database).output().unwrap();
        assert!(by_variable.status.success(), "{arguments:?}: {by_variable:?}");
    }
    let got = stage.run(COMMANDS[0]);
    got.says(&["acme", "usable"]);
    assert!(
        !got.stdout.contains(crate::stage::TOKEN),
        "secrets are hidden without the project's settings, too"
    );
}

#[test]
fn what_runs_functions_needs_them_and_a_folder_without_a_database_is_the_wrong_one() {
    let stage = stage();
    let delete = ["connection", "delete", "salesforce", "acme"];
    let (code, error) = stage.json("error", &delete);
    assert_eq!(
        (code, &error["error"]["code"]),
        (10, &"project_not_found".into()),
        "its cleanup would not run"
    );
    let empty = tempfile::tempdir().unwrap();
    for arguments in &COMMANDS[..5] {
        let answer = CommandOutput::of(command(empty.path(), arguments).output().unwrap());
        assert_eq!(answer.code, 10, "{arguments:?}: {answer:?}");
        assert!(!empty.path().join(".onevent").exists());
    }
}
