//! Globals and built-in modules answer in an isolate as they answer under Node 20, over generated inputs.
//!
//! What differs is listed in a table of `docs/globals.md`; a difference that is not listed fails the test, and so does
//! a listed one that is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use onevent_contract::Outcome;

use crate::support::{MemoryHost, engine, invocation, load};

/// How often each member is called.
const INPUTS: usize = 200;

type Answers = BTreeMap<String, Vec<String>>;

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js-sdk/test/conformance")
}

/// The same text for both worlds: `members` of one group, and what calls them.
fn program(group: &str) -> String {
    let read = |file: String| std::fs::read_to_string(programs().join(file)).unwrap();
    format!("{}\n{}", read("harness.js".to_owned()), read(format!("{group}.js")))
}

const IMPORTS: &str = "import bufferModule from 'node:buffer';\nimport cryptoModule from 'crypto';\nimport urlModule from 'node:url';\n";

async fn in_an_isolate(group: &str) -> Answers {
    run_in_an_isolate(&format!(
        "{}\nconst answers = await answersOf(members, {INPUTS});\n\
         for (const name in answers) console.log(JSON.stringify([name, answers[name]]));",
        program(group)
    ))
    .await
}

/// What a program logs in an isolate: pairs of a name and texts.
async fn run_in_an_isolate(program: &str) -> Answers {
    let code = format!(
        "import {{ createOnEvent }} from 'nango';\n{IMPORTS}\n\
         export default createOnEvent({{ description: 'd', event: 'validate-connection', exec: async (nango: any) => {{\n\
         void [bufferModule, cryptoModule, urlModule];\n{program}\n}} }});"
    );
    let project = load(&code).await;
    let mut invocation = invocation(&project);
    invocation.limits.cpu = std::time::Duration::from_secs(60);
    let report = engine().run(invocation, std::sync::Arc::new(MemoryHost::default())).await.unwrap();
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    report
        .logs
        .iter()
        .map(|line| serde_json::from_str::<(String, Vec<String>)>(&line.message).unwrap())
        .collect()
}

fn under_node(group: &str) -> Answers {
    run_under_node(&format!(
        "{}\n// Node does not wait for a signal's timeout.\nsetInterval(() => {{}}, 1000);\n\
         const answers = await answersOf(members, {INPUTS});",
        program(group)
    ))
}

/// What a program leaves in `answers` under Node.
fn run_under_node(program: &str) -> Answers {
    let code =
        format!("{IMPORTS}\n{program}\nprocess.stdout.write(JSON.stringify(answers), () => process.exit());");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.mjs");
    std::fs::write(&file, code).unwrap();
    let output = Command::new("node")
        .arg("--no-warnings")
        .arg(&file)
        .output()
        .expect("node runs: `cargo xtask setup` checks that it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The rows of a table of `docs/globals.md`, between its two marks: what is in backticks in the first column, and the
/// rest of the row.
fn rows(mark: &str) -> BTreeMap<String, String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/globals.md");
    let text = std::fs::read_to_string(docs).unwrap();
    let table = text.split(&format!("<!-- {mark} -->")).nth(1).expect("the page has this table");
    let row =
        |line: &str| line.strip_prefix("| `")?.split_once("` |").map(|(a, b)| (a.to_owned(), b.to_owned()));
    table.lines().filter_map(row).collect()
}

/// The members in the table of differences: `| `member` | what differs |`.
fn listed() -> BTreeSet<String> {
    rows("differences").into_keys().collect()
}

/// The members in the table of what is missing: `| `owner` | `member` `member` … |`.
fn missing_on_purpose() -> BTreeMap<String, BTreeSet<String>> {
    let members = |row: String| row.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows("missing").into_iter().map(|(owner, row)| (owner, members(row))).collect()
}

async fn compare(group: &str) {
    let (here, there) = (in_an_isolate(group).await, under_node(group));
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    let mut differ = BTreeMap::new();
    for (member, answers) in &here {
        assert_eq!(answers.len(), INPUTS, "{member}");
        assert!(answers.iter().any(|answer| !answer.starts_with('!')), "{member} always throws");
        let pairs = answers.iter().zip(&there[member]).enumerate();
        let different: Vec<_> = pairs.filter(|(_, (one, other))| one != other).collect();
        if let Some(first) = different.first() {
            differ.insert(member.clone(), format!("{} of {INPUTS}; {first:?}", different.len()));
        }
    }
    let listed = listed();
    let unlisted: Vec<_> = differ.iter().filter(|(member, _)| !listed.contains(*member)).collect();
    assert!(unlisted.is_empty(), "these differ and docs/globals.md does not say so: {unlisted:#?}");
    let gone: Vec<_> =
        listed.iter().filter(|member| here.contains_key(*member) && !differ.contains_key(*member)).collect();
    assert!(gone.is_empty(), "docs/globals.md lists differences that are none: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn buffer_answers_as_under_node() {
    compare("buffer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn crypto_answers_as_under_node() {
    compare("crypto").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_answer_as_under_node() {
    compare("keys").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn url_answers_as_under_node() {
    compare("url").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_classes_answer_as_under_node() {
    compare("web").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn globals_answers_as_under_node() {
    compare("globals").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_have_the_members_that_they_have_in_node() {
    let read = std::fs::read_to_string(programs().join("classes.js")).unwrap();
    let here = run_in_an_isolate(&format!(
        "{read}\nconst found = allMembers();\nfor (const owner in found) console.log(JSON.stringify([owner, found[owner]]));"
    ))
    .await;
    let there = run_under_node(&format!("{read}\nconst answers = allMembers();"));
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    let missing: BTreeMap<String, BTreeSet<String>> = there
        .into_iter()
        .map(|(owner, members)| {
            let missing = members.into_iter().filter(|member| !here[&owner].contains(member)).collect();
            (owner, missing)
        })
        .filter(|(_, missing): &(_, BTreeSet<String>)| !missing.is_empty())
        .collect();
    assert_eq!(missing, missing_on_purpose(), "left: missing; right: what docs/globals.md says is missing");
}
