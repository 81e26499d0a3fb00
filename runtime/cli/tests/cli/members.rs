//! What a function gets of its environment, and what it leaves for its next run.

use serde_json::json;

use crate::stage::Stage;

const REMEMBER: &str = "
import { createOnEvent } from 'nango';
export default createOnEvent({
  description: 'counts its runs',
  event: 'validate-connection',
  exec: async (nango) => {
    const taken = await nango.tryAcquireLock({ key: 'setup', ttlMs: 60_000 });
    const before = await nango.getCheckpoint<{ runs: number }>();
    const runs = (before?.runs ?? 0) + 1;
    await nango.saveCheckpoint({ runs });
    await nango.setMetadata({ taken, runs, variables: await nango.getEnvironmentVariables() });
  },
});
";

fn stage() -> Stage {
    let stage = Stage::new();
    stage.function("github/on-events/remember", REMEMBER);
    let settings = std::fs::read_to_string(stage.project.path().join("onevent.toml")).unwrap();
    stage.write("onevent.toml", &format!("{settings}[variables]\nREGION = \"eu\"\nPLAN = \"pro\"\n"));
    stage
}

#[test]
fn variables_come_from_the_settings_checkpoints_from_the_run_before_and_locks_are_free_again() {
    let stage = stage();
    let metadata = |verb: &str| {
        let arguments = ["connection", verb, "github", "acme", "--credentials", "@acme.json"];
        let (code, document) = stage.json("operation", &arguments);
        assert_eq!((code, &document["runs"][0]["outcome"]), (0, &json!("succeeded")), "{document}");
        document["runs"][0]["metadata"]["after"].clone()
    };
    let variables = json!([{"name": "REGION", "value": "eu"}, {"name": "PLAN", "value": "pro"}]);
    let sorted = |mut value: serde_json::Value| {
        let list = value["variables"].as_array_mut().unwrap();
        list.sort_by_key(|variable| std::cmp::Reverse(variable["name"].to_string()));
        value
    };
    assert_eq!(sorted(metadata("create")), json!({"taken": true, "runs": 1, "variables": variables}));
    assert_eq!(sorted(metadata("reconnect")), json!({"taken": true, "runs": 2, "variables": variables}));

    let dry = ["dryrun", "github/remember", "acme"];
    let (code, report) = stage.json("run-report", &dry);
    assert_eq!((code, &report["metadata"]["after"]["runs"]), (0, &json!(1)), "a dry run has its own");

    let mut command = stage.command(&[&dry[..], &["--json"]].concat());
    command.env("ONEVENT_VARIABLES_REGION", "us").env("ONEVENT_VARIABLES_EXTRA", "x");
    let report: serde_json::Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let expected = json!([{"name": "REGION", "value": "us"}, {"name": "PLAN", "value": "pro"}, {"name": "EXTRA", "value": "x"}]);
    assert_eq!(sorted(report["metadata"]["after"].clone())["variables"], expected);
}

#[test]
fn variables_are_secrets_where_settings_are_shown() {
    let stage = stage();
    let answer = stage.run(&["config"]);
    answer.says(&["variables.", "[redacted]"]);
    assert!(!answer.stdout.contains("\"eu\"") && !answer.stdout.contains("pro\n"), "{answer:?}");
    let refused = stage.run(&["config", "--set", "variables.REGION=us"]);
    assert_ne!(refused.code, 0);
}
