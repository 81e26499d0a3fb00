//! How much is said: `-v` and `-q`.

use onevent_tests::{Fault, Target, Times};

use crate::stage::{OTHER_TOKEN, Stage, TOKEN};

const CREATE: [&str; 6] = ["connection", "create", "salesforce", "acme", "--credentials", "@acme.json"];

#[test]
fn requests_and_answers_are_shown_without_secrets() {
    let stage = Stage::new();
    let answer = stage.run(&[&CREATE[..], &["-v"]].concat());
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.complains(&[
        "> GET http://127.0.0.1:",
        "/services/oauth2/userinfo",
        "> authorization: [redacted]",
        "< 200",
        "< content-type: application/json",
        "<\n< {",
        "00D000000000001",
        "> POST http://127.0.0.1:",
        "/webhooks",
        "> content-type: application/json",
        ">\n> {\"url\"",
        "< 201",
        "{\"id\":\"wh_1\"}",
    ]);
    let quiet = stage.run(&["dryrun", "validate-connection", "acme"]);
    assert_eq!(quiet.stderr, "", "a control");
    let dry = stage.run(&["dryrun", "validate-connection", "acme", "--verbose"]);
    dry.complains(&["> GET", "userinfo", "< 200"]);
    let (code, _) = stage.json("run-report", &["dryrun", "validate-connection", "acme", "-v"]);
    assert_eq!(code, 0, "with --json nothing is said elsewhere");
}

/// Hands its token on in places of its own, also where nobody but the run knows that it is one.
const SPREAD: &str = "
import { createOnEvent } from 'nango';
export default createOnEvent({
  description: 'spreads its token',
  event: 'validate-connection',
  exec: async (nango) => {
    const token = await nango.getToken();
    const { instance_url } = (await nango.getConnection()).connection_config;
    const body = JSON.stringify({ note: `it is ${token}`, client_secret: 'by-its-name' });
    await fetch(`${instance_url}/nowhere?q=${token}`, { method: 'POST', body, headers: { 'x-note': token } });
    await nango.post({ endpoint: '/nowhere', data: { inner: [{ note: btoa(token) }] } });
  },
});
";

#[test]
fn whatever_a_function_makes_of_its_token_is_hidden() {
    let stage = Stage::new();
    stage.function("salesforce/on-events/spread", SPREAD);
    let url = format!("instance_url={}", stage.salesforce.base_url());
    let create = [&CREATE[..], &["--connection-config", &url]].concat();
    assert_eq!(stage.run(&create).code, 1, "the provider has no such path");
    let created = ["connection", "create", "salesforce", "other", "--credentials", "@other.json"];
    let answer = stage.run(&[&created[..], &["--connection-config", &url, "-v"]].concat());
    // Whether a credential is on standard error is looked at for every command.
    answer.complains(&[
        "> POST",
        "/nowhere?q=",
        "> x-note: [redacted]",
        "it is [redacted]",
        "\"client_secret\":\"[redacted]\"",
    ]);
    answer.complains(&["> POST", "\"inner\":[{\"note\":\"[redacted]\"}]", "< 404"]);
    for token in [TOKEN, OTHER_TOKEN] {
        assert!(!answer.stderr.contains(token) && !answer.stdout.contains(token));
    }
    assert!(!answer.stderr.contains("by-its-name"));
}

#[test]
fn each_attempt_is_shown() {
    let stage = Stage::new();
    stage.function(
        "salesforce/on-events/again",
        "import { createOnEvent } from 'nango';
        export default createOnEvent({ description: 'tries again', event: 'validate-connection',
            exec: async (nango) => { await nango.get({ endpoint: '/webhooks', retries: 2 }); } });",
    );
    assert_eq!(stage.run(&CREATE).code, 0);
    stage.salesforce.plan_fault(Target::path("/webhooks"), Fault::status(503, "busy"), Times::Next(1));
    let answer = stage.run(&["dryrun", "again", "acme", "-v"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.complains(&["> GET", "/webhooks\n", "< 503", "busy", "> GET", "/webhooks  attempt 2", "< 200"]);
}

#[test]
fn quiet_commands_say_results_and_errors() {
    let stage = Stage::new();
    assert_eq!(stage.run(&CREATE).code, 0);
    let get = ["connection", "get", "salesforce", "acme"];
    let said = stage.run(&get);
    said.complains(&["credentials are hidden"]);
    let quiet = stage.run(&[&get[..], &["-q"]].concat());
    assert_eq!((quiet.stderr.as_str(), quiet.stdout), ("", said.stdout));

    stage.function("salesforce/on-events/broken", "export default 1 +;");
    let broken = stage.run(&["functions", "--quiet"]);
    assert_eq!(broken.code, 10);
    broken.complains(&["error", "salesforce/on-events/broken.ts"]);
    let both = stage.run(&["functions", "-q", "-v"]);
    assert_eq!(both.code, 2);
    both.complains(&["cannot be used with"]);
}
