//! Dry runs for a connection that a running server keeps.

use serde_json::{Value, json};

use crate::running_server::Server;
use crate::stage::{ACCOUNT, Stage, TOKEN};

const CREATE: [&str; 6] = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];
const DRYRUN: [&str; 3] = ["dryrun", "validate-connection", "acme"];

/// A server that keeps the connection acme, and a project on another machine: without settings, without a database.
fn world() -> (Stage, Server, tempfile::TempDir) {
    let far = Stage::new();
    let server = Server::start(&far);
    assert_eq!(server.run(&far, &CREATE).code, 0);
    let near = tempfile::tempdir().unwrap();
    crate::stage::copy(&crate::stage::examples(), near.path());
    (far, server, near)
}

#[test]
fn the_function_is_of_this_project_and_the_connection_of_the_server() {
    let (far, server, near) = world();
    let (code, report) = server.json_in("run-report", near.path(), &DRYRUN);
    assert_eq!((code, &report["outcome"]), (0, &json!("succeeded")), "{report:#}");
    assert_eq!((&report["mode"], &report["remote"]), (&json!("dry"), &json!(server.url)));
    assert_eq!(report["metadata"]["after"]["organizationId"], ACCOUNT);
    let asked = report["http"][0]["url"].as_str().unwrap();
    assert!(asked.starts_with(&format!("{}/proxy/", server.url)), "{asked}");
    assert!(!report.to_string().contains(TOKEN) && !report.to_string().contains(&server.key));

    // A change here counts here, and what it writes is kept to the run.
    let file = near.path().join("salesforce/on-events/probe.ts");
    std::fs::write(
        file,
        "import { createOnEvent } from 'nango';\n\
         export default createOnEvent({ event: 'post-connection-creation', description: '', exec: async (nango) => {\n\
         await nango.updateMetadata({ plan: 'pro' });\n\
         await nango.log(String((await nango.getToken()).length));\n} });\n",
    )
    .unwrap();
    let index = near.path().join("index.ts");
    let text = std::fs::read_to_string(&index).unwrap();
    std::fs::write(&index, format!("{text}import './salesforce/on-events/probe';\n")).unwrap();
    let (code, report) = server.json_in("run-report", near.path(), &["dryrun", "probe", "acme"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["metadata"]["after"]["plan"], "pro");
    assert_eq!(report["logs"][0]["message"], TOKEN.len().to_string());
    let metadata = || {
        let get = ["connection", "metadata", "get", "salesforce", "acme"];
        server.json("metadata", &far, &get).1["metadata"].clone()
    };
    assert_eq!(metadata()["plan"], Value::Null);
    let (code, _) = server.json_in("run-report", near.path(), &["dryrun", "probe", "acme", "--allow-writes"]);
    assert_eq!((code, &metadata()["plan"]), (0, &json!("pro")));
    assert!(near.path().join(".onevent/cache").exists(), "the probe sees what is there");
    assert!(!near.path().join(".onevent/onevent.sqlite3").exists(), "no database is left here");
}

#[test]
fn timings_are_those_of_this_machine_also_for_a_connection_of_the_server() {
    let (_far, server, near) = world();
    let timed = [&DRYRUN[..], &["--timings"]].concat();
    let (code, report) = server.json_in("run-report", near.path(), &timed);
    assert_eq!(code, 0, "{report:#}");
    // The connection and every request come from the server.
    for phase in ["load_ms", "exec_ms", "host_ms"] {
        assert!(
            report["timings"][phase].as_f64().is_some_and(|ms| ms > 0.0),
            "{phase}: {}",
            report["timings"]
        );
    }
    let shown = server.run_in(near.path(), &timed);
    shown.says(&["load", "exec", "host"]);
    let (_, untimed) = server.json_in("run-report", near.path(), &DRYRUN);
    assert_eq!(untimed["timings"], Value::Null);
}

#[test]
fn what_the_server_has_not_or_does_not_allow_is_told_before_the_run() {
    let (_far, mut server, near) = world();
    let fails = |server: &Server, arguments: &[&str]| {
        let (code, document) = server.json_in("error", near.path(), arguments);
        (code, document["error"]["code"].as_str().unwrap().to_owned())
    };
    let unknown = ["dryrun", "validate-connection", "nobody"];
    assert_eq!(fails(&server, &unknown), (1, "unknown_connection".into()));
    assert_eq!(fails(&server, &[&DRYRUN[..], &["--remote"]].concat()), (2, "usage".into()));
    server.run_in(near.path(), &unknown).complains(&["the server at", "nobody", "--server"]);
    server.key = "00000000-0000-4000-8000-000000000000".into();
    assert_eq!(fails(&server, &DRYRUN), (2, "server_unauthorized".into()));
    server.key.clear();
    assert_eq!(fails(&server, &DRYRUN), (2, "no_secret_key".into()));
    server.key = "00000000-0000-4000-8000-000000000000".into();
    server.url = "http://127.0.0.1:1".into();
    assert_eq!(fails(&server, &DRYRUN), (12, "server_unreachable".into()));
    // What is given needs no server.
    let given = r#"{"provider_config_key": "salesforce", "credentials": {"access_token": "t"}}"#;
    std::fs::write(near.path().join("given.json"), given).unwrap();
    let answer = server.run_in(near.path(), &[&DRYRUN[..], &["--connection", "@given.json"]].concat());
    assert!(!answer.stderr.contains("server"), "{answer:?}");
}
