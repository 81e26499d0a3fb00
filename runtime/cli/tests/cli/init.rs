//! `onevent init`: from an empty folder and the program alone.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::mock_provider::MockProvider;
use crate::schemas;
use crate::stage::{CommandOutput, command};

fn run(folder: &Path, arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(command(folder, arguments).output().unwrap())
}

fn json(schema: &str, folder: &Path, arguments: &[&str]) -> Value {
    let answer = run(folder, &[arguments, &["--json"]].concat());
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{answer:?}");
    let document = serde_json::from_str(&answer.stdout).unwrap();
    schemas::check(schema, &document);
    document
}

/// A command as it was printed, in a shell that knows the program.
fn typed(folder: &Path, line: &str) -> CommandOutput {
    let program = assert_cmd::cargo::cargo_bin!("onevent");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", line]).current_dir(folder).env_clear().env("PATH", path).stdin(Stdio::null());
    CommandOutput::of(shell.output().unwrap())
}

/// The commands that were printed, those of a person's own account aside.
fn printed(answer: &CommandOutput) -> Vec<String> {
    let lines = answer.stdout.lines().filter_map(|line| line.strip_prefix("  "));
    lines.filter(|line| !line.contains('…')).map(str::to_owned).collect()
}

fn empty() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn what_init_says_next_works_as_it_is_printed() {
    let folder = empty();
    let mock = MockProvider::start(&["--listen", "127.0.0.1:0"]);
    let address = mock.url.strip_prefix("http://").unwrap();
    let answer = run(folder.path(), &["init", "acme", "--mock-provider", address]);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{answer:?}");
    answer.says(&["created   index.ts", "created   acme/on-events/validate-connection.ts", "nango.d.ts"]);
    let commands = printed(&answer);
    let calls: Vec<&str> = commands.iter().map(String::as_str).collect();
    let listen = format!("onevent mock-provider --listen {address}");
    let [functions, test, mock_provider, create, dryrun, runs, delete] = calls[..] else {
        panic!("{answer:?}");
    };
    // It runs already: a port that is taken is said.
    assert_eq!(mock_provider, listen);
    let taken = typed(folder.path(), mock_provider);
    assert_eq!(taken.code, 2);
    taken.complains(&["cannot_listen", "another one may be running there"]);

    let expect = |line: &str, said: &[&str]| {
        let answer = typed(folder.path(), line);
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""), "{line}: {answer:?}");
        answer.says(said);
    };
    expect(functions, &["acme/validate-connection", "acme/register-webhook", "acme/remove-webhook"]);
    expect(test, &["4 passed"]);
    expect(create, &["connection accepted", "+ accountId", "+ webhookId", "acme/first-customer created"]);
    expect(dryrun, &["acme/validate-connection succeeded", "dry run", "the account is Demo"]);
    expect(runs, &["acme/register-webhook", "acme/validate-connection"]);
    expect(delete, &["acme/remove-webhook succeeded", "acme/first-customer deleted"]);
    mock.said(&["200 GET /account", "201 POST /webhooks", "200 GET /account", "204 DELETE /webhooks/wh_1"]);
}

#[test]
fn a_folder_of_its_own_is_made_and_gone_to() {
    let folder = empty();
    let document = json(
        "init",
        folder.path(),
        &["init", "acme", "--folder", "it's mine", "--mock-provider", "127.0.0.1:9"],
    );
    let next: Vec<&str> =
        document["next"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let [cd, functions, test, ..] = next[..] else { panic!("{document}") };
    let answer = typed(folder.path(), &[cd, functions, test].join(" && "));
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.says(&["acme/validate-connection", "4 passed"]);
}

#[test]
fn only_the_integration_of_the_mock_provider_reaches_this_machine() {
    let folder = empty();
    let mock = MockProvider::start(&["--listen", "127.0.0.1:0"]);
    let address = mock.url.strip_prefix("http://").unwrap();
    run(folder.path(), &["init", "acme", "--mock-provider", address]);
    let function = fs::read_to_string(folder.path().join("acme/on-events/validate-connection.ts")).unwrap();
    fs::create_dir_all(folder.path().join("other/on-events")).unwrap();
    fs::write(folder.path().join("other/on-events/ask.ts"), &function).unwrap();
    fs::write(folder.path().join("other/metadata.ts"), "export { Metadata } from '../acme/metadata.js';\n")
        .unwrap();
    let add = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::write(&path, fs::read_to_string(&path).unwrap() + text).unwrap();
    };
    add("index.ts", "import './other/on-events/ask.js';\n");
    add("onevent.toml", "\n[integrations.other]\nprovider = \"acme\"\n");
    let create = |integration: &str| {
        run(folder.path(), &["connection", "create", integration, "x", "--credentials", "@credentials.json"])
    };
    let refused = create("other");
    assert_eq!(refused.code, 1, "{refused:?}");
    refused.says(&["denied_ip"]);
    assert_eq!(create("acme").code, 0, "a control");
}

#[test]
fn a_provider_that_onevent_knows_is_the_integrations() {
    for (name, endpoint, guessed) in [
        ("salesforce", "/services/oauth2/userinfo", false),
        ("openai", "/v1/models", false),
        ("linear", "/me", true),
    ] {
        let folder = empty();
        let answer = run(folder.path(), &["init", name]);
        assert_eq!(answer.code, 0, "{answer:?}");
        assert_eq!(answer.stderr.contains("is a guess"), guessed, "{answer:?}");
        assert!(!folder.path().join("providers.yaml").exists());
        let settings = fs::read_to_string(folder.path().join("onevent.toml")).unwrap();
        assert!(settings.contains(&format!("provider = \"{name}\"")) && !settings.contains("egress"));
        let commands = printed(&answer);
        assert_eq!(commands[..2], ["onevent functions", "onevent test"]);
        commands[..2]
            .iter()
            .for_each(|line| assert_eq!(typed(folder.path(), line).code, 0, "{name}: {line}"));
        let function = folder.path().join(format!("{name}/on-events/validate-connection.ts"));
        assert!(fs::read_to_string(function).unwrap().contains(&format!("'{endpoint}'")));
    }
    let folder = empty();
    let answer = run(folder.path(), &["init", "salesforce"]);
    answer.says(&["With an account at Salesforce", "\"OAUTH2\"", "--connection-config instance_url=…"]);
}

#[test]
fn without_a_name_there_is_one_and_it_is_said() {
    let folder = empty();
    let answer = run(folder.path(), &["init"]);
    answer.says(&["No integration was named, so it is `example`", "example/on-events"]);
    assert_eq!(typed(folder.path(), "onevent test").code, 0);
}

#[test]
fn a_name_that_is_no_folder_is_refused() {
    let folder = empty();
    for name in ["../x", "a/b", ".", "node_modules"] {
        let answer = run(folder.path(), &["init", name]);
        assert_eq!(answer.code, 2, "{name}");
        answer.complains(&["it becomes a folder's name"]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn states(document: &Value, state: &str) -> Vec<String> {
    let files = document["files"].as_array().unwrap().iter();
    let of = files.filter(|file| file["state"] == state);
    of.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn files_that_are_there_are_left_alone() {
    let folder = empty();
    let path = |file: &str| folder.path().join(file);
    fs::write(path("index.ts"), "// mine\n").unwrap();
    fs::write(path("onevent.toml"), "").unwrap();
    // Also one that leads to nothing.
    symlink(path("nowhere"), path("package.json")).unwrap();
    let answer = run(folder.path(), &["init", "acme"]);
    assert_eq!(answer.code, 0);
    answer.says(&["kept      index.ts  it was there", "kept      package.json"]);
    answer.complains(&["import './acme/on-events/validate-connection.js';", "onevent.toml was there"]);
    assert_eq!(fs::read_to_string(path("index.ts")).unwrap(), "// mine\n");
    assert_eq!(fs::read_to_string(path("onevent.toml")).unwrap(), "");
    assert!(!path("nowhere").exists());

    let again = json("init", folder.path(), &["init", "acme"]);
    assert_eq!(states(&again, "kept"), ["index.ts", "onevent.toml", "package.json"]);
    assert_eq!(states(&again, "created"), [""; 0]);
    fs::remove_file(path("package.json")).unwrap();
    let forced = json("init", folder.path(), &["init", "acme", "--force"]);
    assert_eq!(states(&forced, "replaced"), ["index.ts", "onevent.toml"]);
    assert_eq!(states(&forced, "created"), ["package.json"]);
    assert_eq!(typed(folder.path(), "onevent test").code, 0);
}

#[test]
fn nothing_is_written_through_a_link_that_leads_elsewhere() {
    let (folder, outside) = (empty(), empty());
    fs::write(outside.path().join("victim"), "before").unwrap();
    symlink(outside.path(), folder.path().join("acme")).unwrap();
    let answer = run(folder.path(), &["init", "acme"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    answer.complains(&["project_not_written", "leads out of the project"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else was written either");
    fs::remove_file(folder.path().join("acme")).unwrap();

    symlink(outside.path().join("victim"), folder.path().join("tsconfig.json")).unwrap();
    let answer = run(folder.path(), &["init", "acme", "--force"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    answer.complains(&["is no file but a link"]);
    assert_eq!(fs::read_to_string(outside.path().join("victim")).unwrap(), "before");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    fs::remove_file(folder.path().join("tsconfig.json")).unwrap();
    assert_eq!(run(folder.path(), &["init", "acme"]).code, 0, "a control");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Runs one of the compilers that js-sdk pins, in a project of which they are no part.
fn compile(compiler: &str, folder: &Path) -> (i32, String) {
    let program = root().join("js-sdk/node_modules").join(compiler).join("bin/tsc");
    let mut node = Command::new("node");
    node.arg(program).args(["-p", ".", "--pretty", "false"]).current_dir(folder);
    let output = node.output().expect("this test needs Node 20 or newer, and `cargo xtask sdk`");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn typescript_takes_what_init_makes() {
    // The older compiler takes seconds.
    for (name, compilers) in [("acme", &["typescript", "typescript-5.8"][..]), ("github", &["typescript"])] {
        let folder = empty();
        run(folder.path(), &["init", name]);
        fs::create_dir_all(folder.path().join("node_modules/@types")).unwrap();
        for package in ["zod", "@types/node"] {
            let installed = root().join("js-sdk/node_modules").join(package);
            symlink(installed, folder.path().join("node_modules").join(package)).unwrap();
        }
        for compiler in compilers {
            assert_eq!(compile(compiler, folder.path()), (0, String::new()), "{compiler}");
        }
        let file = folder.path().join(name).join("on-events/validate-connection.ts");
        let wrong = fs::read_to_string(&file).unwrap().replace("'validate-connection'", "'never'");
        fs::write(&file, wrong).unwrap();
        let (code, said) = compile("typescript", folder.path());
        assert!(code != 0 && said.contains("validate-connection.ts"), "a control: {said}");
    }
}

#[test]
fn the_pages_show_the_configurations_that_init_writes() {
    let folder = empty();
    run(folder.path(), &["init", "acme"]);
    for (file, page) in [("tsconfig.json", "docs/types.md"), (".vscode/launch.json", "docs/debugging.md")] {
        let configuration = fs::read_to_string(folder.path().join(file)).unwrap();
        let page = fs::read_to_string(root().join(page)).unwrap();
        assert!(page.contains(&format!("```json\n{configuration}```\n")), "{file}");
    }
}

#[test]
fn types_are_written_into_the_project_and_replace_only_their_own() {
    let folder = empty();
    let declarations = fs::read_to_string(root().join("js-sdk/types/nango.d.ts")).unwrap();
    let no_project = run(folder.path(), &["types"]);
    assert_eq!(no_project.code, 10);
    no_project.complains(&["project_not_found"]);
    assert_eq!(run(folder.path(), &["types", "--out", "-"]).stdout, declarations);
    fs::write(folder.path().join("index.ts"), "").unwrap();
    fs::create_dir(folder.path().join("acme")).unwrap();
    json("types", &folder.path().join("acme"), &["types"]);
    let file = folder.path().join("nango.d.ts");
    assert_eq!(fs::read_to_string(&file).unwrap(), declarations);
    // Of another version.
    fs::write(&file, declarations.replace("createOnEvent", "createOnEvents")).unwrap();
    json("types", folder.path(), &["types"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), declarations);
    fs::write(&file, "declare module 'nango';\n").unwrap();
    let refused = run(folder.path(), &["types"]);
    assert_eq!(refused.code, 1);
    refused.complains(&["file_exists"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "declare module 'nango';\n");
    json("types", folder.path(), &["types", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), declarations);
    let printed = json("types", folder.path(), &["types", "--out", "-"]);
    assert_eq!(printed["declarations"], declarations);
}
