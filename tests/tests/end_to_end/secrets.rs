//! Secrets: hidden in every spelling, everywhere, and nothing else with them.

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::world::{CommandOutput, World};

const TOKEN: &str = "tok-111-SuperSecret/+= é";
/// A piece that no encoder of URLs, JSON or HTML changes.
const PIECE: &str = "SuperSecret";

/// Spells `t` in the ways that programs spell.
const SPELLINGS: &str = r#"
const escaped = (text: string) => JSON.stringify(text).replaceAll('/', '\\/').replace(/[^\x00-\x7f]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('/', '&#x2F;').replaceAll('=', '&#61;');
const spellings = (t: string) => ({
    raw: t, component: encodeURIComponent(t), lower: encodeURIComponent(t).replace(/%../g, (c) => c.toLowerCase()),
    form: String(new URLSearchParams({ t })), json: JSON.stringify(t), twice: JSON.stringify(JSON.stringify(t)),
    ascii: escaped(t), html: html(t), base64: Buffer.from(t).toString('base64'), url: Buffer.from(t).toString('base64url'),
    basic: Buffer.from('ada:' + t).toString('base64'), hex: Buffer.from(t).toString('hex'), upper: t.toUpperCase(),
    within: Buffer.from(JSON.stringify({ a: 1, t: 'x' + t })).toString('base64'),
});
"#;

fn functions(body: &str) -> World {
    let world = World::with_functions(&[("check", "validate-connection", "undefined", body)]);
    world.file("first.json", &json!({"type": "OAUTH2", "access_token": TOKEN}).to_string());
    world
}

/// Everything that a reader of the project finds: fixtures, and what the database and the commands say.
fn find(text: &str, of: &str) {
    use std::fmt::Write as _;
    let hexadecimal = TOKEN.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let lower = text.to_lowercase();
    for trace in [
        PIECE.to_lowercase(),
        hexadecimal,
        "dg9rltexms1tdxblcln".into(),
        "u3vwzxjtzwnyzxq".into(),
        "n1cgvyu2vjcmv0".into(),
    ] {
        assert!(!lower.contains(&trace), "{trace} is in {of}:\n{text}");
    }
}

fn run_of(world: &World, answer: &CommandOutput) -> CommandOutput {
    let run = answer.report("check")["run_id"].as_str().unwrap().to_owned();
    world.run(&["runs", "show", &run])
}

#[test]
fn no_spelling_of_a_token_is_in_a_report_or_in_the_database() {
    let world = functions(&format!(
        "{SPELLINGS}
        const t = await nango.getToken();
        const all = spellings(t);
        console.log(Object.values(all).join(' | '));
        await nango.log('meta', {{ all, keys: Object.fromEntries(Object.values(all).map((s) => [s, 1])) }});
        // A fragment is not sent: what would be cut off there is no spelling in a URL.
        for (const [name, s] of Object.entries(all).filter(([name]) => name !== 'html')) await nango.get({{ endpoint: `/x/${{name}}/${{s}}`, params: {{ [s]: s }} }}).catch(() => {{}});
        class Leak extends Error {{}}
        Object.defineProperty(Leak, 'name', {{ value: t }});
        const error = new ActionError({{ message: Object.values(all).join(' '), all }});
        (error as any).code = all.base64;
        throw error;"
    ));
    let answer = world.create("acme", "first").exits(3);
    let report = answer.report("check");
    assert_eq!(report["http"].as_array().unwrap().len(), 13, "{report:#}");
    assert!(report["logs"][1]["meta"]["keys"]["[redacted]"].is_number(), "{report:#}");
    find(&answer.document.to_string(), "the answer");
    find(&answer.stderr, "stderr");
    find(&run_of(&world, &answer).document.to_string(), "the stored run");
    for entry in std::fs::read_dir(world.path().join(".onevent")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        find(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()), &path.display().to_string());
    }
}

#[test]
fn a_fixture_holds_no_spelling_and_is_found_again() {
    let body = format!(
        "{SPELLINGS}
        const connection = await nango.getConnection();
        const t = connection.credentials.access_token;
        const all = spellings(t);
        for (const s of [all.component, all.base64, all.basic]) await nango.get({{ endpoint: `/x/${{encodeURIComponent(s)}}` }}).catch(() => {{}});
        await nango.post({{ endpoint: '/webhooks', data: {{ url: 'https://h.example/' + all.component, all: [all.raw, all.base64] }} }}).catch(() => {{}});
        await nango.post({{ endpoint: '/form', data: 't=' + encodeURIComponent(t), headers: {{ 'X-Key': all.base64 }} }}).catch(() => {{}});
        await nango.post({{ endpoint: '/long', data: {{ t, long: 'x'.repeat(2000) }} }}).catch(() => {{}});
        await nango.updateMetadata({{ url: 'https://h.example/?t=' + all.component, scopes: connection.credentials.raw.scopes }});
        throw new ActionError({{ message: `${{connection.credentials.raw.hub_domain}} is not ${{all.base64}}` }});"
    );
    let world = World::with_functions(&[("check", "validate-connection", "undefined", &body)]);
    let raw = json!({"access_token": TOKEN, "token_type": "bearer", "hub_domain": "acme.example", "scopes": ["oauth", "read"]});
    let credentials = json!({"type": "OAUTH2", "access_token": TOKEN, "raw": raw});
    world.file("connection.json", &json!({"credentials": credentials}).to_string());
    let given = [
        "dryrun",
        "check",
        "acme",
        "--integration-id",
        "salesforce",
        "--connection",
        "@connection.json",
        "--save",
    ];
    let live = world.run(&given).exits(3);
    let report = live.report("check");
    assert_eq!(report["verdict"]["message"], "acme.example is not [redacted]");
    assert_eq!(report["metadata"]["after"]["url"], "https://h.example/?t=[redacted]");
    let file = world.path().join("salesforce/tests/check.test.json");
    let text = std::fs::read_to_string(file).unwrap();
    find(&text, "the fixture");
    let fixture: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(fixture["nango"]["getConnection"]["credentials"]["raw"]["scopes"], json!(["oauth", "read"]));
    std::fs::create_dir_all(world.path().join(".onevent")).unwrap();
    let world = world.without_provider();
    let test = world.run(&["test"]);
    assert_eq!(test.code, 0, "{:#}", test.document);
    assert_eq!(test.document["tests"][0]["message"], Value::Null, "every request is as it was recorded");
}

#[test]
fn what_is_handed_to_a_function_later_is_hidden_as_well() {
    let world = functions(
        "console.log('before: hunter2-hunter2 client-secret-1');
        const variables = await nango.getEnvironmentVariables();
        const { credentials } = await nango.getIntegration({ include: ['credentials'] });
        const value = (name: string) => variables.find((v: any) => v.name === name).value;
        await nango.log('variables', variables);
        throw new ActionError({ message: `${value('DBPASS')} ${value('REGION')} ${value('APP_URL')} ${credentials.client_secret} ${credentials.client_id}` });",
    );
    let settings = std::fs::read_to_string(world.path().join("onevent.toml")).unwrap();
    let integration =
        "provider = \"salesforce\"\nclient_id = \"client-id-1\"\nclient_secret = \"client-secret-1\"";
    let settings = settings.replace("provider = \"salesforce\"", integration);
    let variables = "[variables]\nDBPASS = \"hunter2-hunter2\"\nREGION = \"eu-west-1\"\nAPP_URL = \"https://app.example.com\"\n";
    world.file("onevent.toml", &format!("{settings}{variables}"));
    world.file(
        "connection.json",
        &json!({"credentials": {"type": "OAUTH2", "access_token": TOKEN}}).to_string(),
    );
    let given =
        ["dryrun", "check", "acme", "--integration-id", "salesforce", "--connection", "@connection.json"];
    for answer in [world.create("acme", "first").exits(3), world.run(&given).exits(3)] {
        let report = answer.report("check");
        let shown = "[redacted] eu-west-1 https://app.example.com [redacted] client-id-1";
        assert_eq!(report["verdict"]["message"], shown);
        assert_eq!(report["logs"][0]["message"], "before: [redacted] [redacted]");
        let text = answer.document.to_string();
        assert!(!text.contains("hunter2") && !text.contains("client-secret-1"), "{text}");
    }
}

#[test]
fn what_a_template_calls_secret_is_hidden_and_what_it_does_not_is_shown() {
    let world = functions(
        "const { connection_config, credentials } = await nango.getConnection();
        throw new ActionError({ message: `${connection_config.tenant} ${connection_config.vault} ${credentials.username} ${credentials.password}` });",
    );
    world.file(
        "providers.yaml",
        "vault:\n  display_name: Vault\n  auth_mode: BASIC\n  proxy:\n    base_url: http://127.0.0.1:9\n  credentials:\n    username:\n      type: string\n    password:\n      type: string\n      secret: true\n  connection_config:\n    tenant:\n      type: string\n    vault:\n      type: string\n      secret: true\n",
    );
    world.file(
        "onevent.toml",
        "providers = \"providers.yaml\"\n[integrations.salesforce]\nprovider = \"vault\"\n",
    );
    world.file(
        "basic.json",
        &json!({"type": "BASIC", "username": "ada@example.test", "password": "open sesame"}).to_string(),
    );
    let settings = ["--connection-config", "tenant=acme-europe", "--connection-config", "vault=the-vault"];
    let answer = world.create_with("acme", "basic", &settings).exits(3);
    let shown = "acme-europe [redacted] ada@example.test [redacted]";
    assert_eq!(answer.report("check")["verdict"]["message"], shown);
    let text = answer.document.to_string();
    assert!(!text.contains("the-vault") && !text.contains("sesame"), "{text}");
}

/// Everything in a folder, by name.
fn content(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut found: Vec<_> = entries
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn nothing_is_written_outside_of_the_project() {
    for link in ["file", "dangling", "folder"] {
        let outside = tempfile::tempdir().unwrap();
        let recorded = "{\"output\": \"before\", \"error\": {\"type\": \"x\"}}";
        std::fs::write(outside.path().join("check.test.json"), recorded).unwrap();
        let world = World::validating("");
        world.create("acme", "first").exits(0);
        let tests = world.path().join("salesforce/tests");
        match link {
            "folder" => symlink(outside.path(), &tests).unwrap(),
            _ => {
                let target = if link == "file" { "check.test.json" } else { "new.json" };
                std::fs::create_dir_all(&tests).unwrap();
                symlink(outside.path().join(target), tests.join("check.test.json")).unwrap();
                symlink(outside.path().join(target), world.path().join("results.xml")).unwrap();
            }
        }
        let before = content(outside.path());
        let saved = world.run(&["dryrun", "check", "acme", "--save", "--force"]);
        assert_eq!(saved.error_code(), "fixture_not_written", "{link}");
        world.run(&["test", "--update"]);
        world.run(&["test", "--junit", "results.xml"]);
        world.run(&["test", "--junit", "salesforce/tests/results.xml"]);
        assert_eq!(content(outside.path()), before, "{link}");
        // It is the link: without it, the same command writes.
        if link == "folder" {
            std::fs::remove_file(&tests).unwrap()
        } else {
            std::fs::remove_file(tests.join("check.test.json")).unwrap()
        }
        world.run(&["dryrun", "check", "acme", "--save"]).exits(0);
        assert!(tests.join("check.test.json").is_file());
    }
}

/// An action that returns what it was given and what it is called with, in every spelling, and logs its input.
fn with_action(world: &World) {
    let action = format!(
        "import {{ createAction }} from 'nango';\nimport * as z from 'zod';\n{SPELLINGS}\
        export default createAction({{ description: 'test', version: '1.0.0', input: z.any(), output: z.any(),\n\
        exec: async (nango: any, input: any) => {{\n\
            await nango.log('input', input);\n\
            const t = await nango.getToken();\n\
            return {{ domain: 'acme.example', [t]: 1, all: spellings(t), same: input?.t === t, input }};\n\
        }} }});\n"
    );
    world.file("salesforce/actions/act.ts", &action);
    let index = std::fs::read_to_string(world.path().join("index.ts")).unwrap();
    world.file("index.ts", &format!("{index}import './salesforce/actions/act';\n"));
}

#[test]
fn what_an_action_returns_is_shown_without_secrets_and_given_with_them() {
    // The caller does not have the credentials before the action gives them to it.
    let body = format!(
        "const given = await nango.triggerAction('salesforce', nango.connectionId, 'act', null);\n\
        if (given.all.raw !== {TOKEN:?}) throw new ActionError('it is not as the action returned it');\n\
        await nango.log('given', given);\n\
        const again = await nango.triggerAction('salesforce', nango.connectionId, 'act', {{ t: given.all.raw }});\n\
        if (again.same !== true) throw new ActionError('the action got something else');"
    );
    let world = functions(&body);
    with_action(&world);
    let created = world.create("acme", "first").exits(0);
    find(&created.document.to_string(), "the caller's report");
    let runs = world.run(&["runs", "list", "--function", "act"]).exits(0).document;
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2, "{runs:#}");
    for run in runs["runs"].as_array().unwrap() {
        let stored = world.run(&["runs", "show", run["run_id"].as_str().unwrap()]).exits(0).document;
        find(&stored.to_string(), "the action's stored run");
        assert_eq!(stored["output"]["domain"], "acme.example", "{stored:#}");
        assert_eq!(stored["output"]["all"]["raw"], "[redacted]");
        assert_eq!(stored["output"]["[redacted]"], 1);
    }
    let dry = world.run(&["dryrun", "act", "acme", "--save"]).exits(0);
    assert_eq!(dry.document["output"]["all"]["base64"], "[redacted]", "{:#}", dry.document);
    find(&dry.document.to_string(), "the dry run's answer");
    let fixture = std::fs::read_to_string(world.path().join("salesforce/tests/act.test.json")).unwrap();
    find(&fixture, "the fixture");
    let tested = world.run(&["test", "--filter", "act"]);
    assert_eq!(tested.code, 0, "{:#}", tested.document);
    let command = world.command(&["dryrun", "act", "acme"]);
    let arguments = command.get_args().filter(|argument| *argument != "--json");
    let mut plain = std::process::Command::new(command.get_program());
    let people = plain.args(arguments).current_dir(world.path()).env_clear().output().unwrap();
    let people = String::from_utf8(people.stdout).unwrap();
    assert!(people.contains("acme.example"), "{people}");
    find(&people, "what people see");
}
