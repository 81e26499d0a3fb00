//! The test that the author of a fixture wrote for Vitest beside it. It is read, never run.

use std::path::{Path, PathBuf};

use onevent_source::{TESTS, read_text};
use serde_json::{Value, json};

use crate::fixture::Fixture;
use crate::vitest::{ReturnValue, Stub, TestFile};

/// How the name of a test ends, as in Nango.
const ENDING: &str = ".test.ts";
/// The largest test that is read: 1 MiB.
const MAX_TEST_BYTES: u64 = 1024 * 1024;

/// Members whose answers are taken from a test where the fixture has none.
const ANSWERED: [&str; 6] =
    ["getConnection", "getMetadata", "getToken", "getIntegration", "getEnvironmentVariables", FETCH];
const FETCH: &str = "uncontrolledFetch";
/// Members that a test may answer, and whose answers a fixture holds by their requests.
const REQUESTS: [&str; 8] = ["get", "post", "put", "patch", "delete", "proxy", "paginate", "triggerAction"];

/// A test beside a fixture.
#[derive(Debug)]
pub(super) struct Sibling {
    /// Its path in the project.
    file: String,
    /// The fixture's name.
    fixture: String,
    test: TestFile,
}

/// The test of the fixture `stem`: of the same name, or with the integration's before it.
pub(super) fn path(folder: &Path, integration: &str, stem: &str) -> Option<PathBuf> {
    let named = [format!("{stem}{ENDING}"), format!("{integration}-{stem}{ENDING}")];
    named.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// A test of another name whose mock names the fixture.
pub(super) fn path_by_content(folder: &Path, stem: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().find(|path| {
        let is_test = path.to_str().is_some_and(|path| path.ends_with(ENDING));
        let text = if is_test { text(path) } else { None };
        let text = text.filter(|text| text.contains(stem));
        text.and_then(|text| TestFile::read(&text))
            .is_some_and(|test| test.fixtures.iter().any(|name| name == stem))
    })
}

fn text(path: &Path) -> Option<String> {
    read_text(path, MAX_TEST_BYTES).ok()
}

/// A fixture with the answers that it lacks and the test beside it has.
#[must_use]
pub fn completed(project: &Path, integration: &str, stem: &str, fixture: Fixture) -> Fixture {
    let path = path(&project.join(integration).join(TESTS), integration, stem);
    let sibling = path.and_then(|path| Sibling::read(&path, integration, stem));
    sibling.map(|sibling| sibling.completed(&fixture)).unwrap_or(fixture)
}

impl Sibling {
    /// Reads the test at `path`; `None` where that cannot be done: it is no part of the fixture.
    pub(super) fn read(path: &Path, integration: &str, stem: &str) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let file = format!("{integration}/{TESTS}/{name}");
        Some(Self { file, fixture: stem.to_owned(), test: TestFile::read(&text(path)?)? })
    }

    /// Folder and name of the function that it imports: of several the one that the fixture's name begins with.
    pub(super) fn function(&self) -> Option<(&str, &str)> {
        let found: Vec<(&str, &str)> =
            self.test.imports.iter().filter_map(|import| function_of(import)).collect();
        let named = found.iter().find(|(_, name)| self.fixture.starts_with(name));
        named.or(found.first()).copied()
    }

    /// The fixture with the answers that it lacks and the test has.
    pub(super) fn completed(&self, fixture: &Fixture) -> Fixture {
        let mut completed = fixture.clone();
        for member in ANSWERED {
            if let Some(answer) = self.stub(member).and_then(|stub| value(&stub.returns, member, fixture)) {
                completed.supply(member, answer);
            }
        }
        completed
    }

    /// What the test alone knows and does not say in a literal, each in words.
    pub(super) fn unread(&self, fixture: &Fixture) -> Vec<String> {
        let lacking = ANSWERED.iter().filter(|member| fixture.lacks(member)).filter_map(|member| {
            let stub = self.stub(member)?;
            let unread = value(&stub.returns, member, fixture).is_none();
            unread.then(|| self.is_only_here(stub, &format!("write it into the fixture's `nango.{member}`")))
        });
        let requests = REQUESTS.iter().filter_map(|member| {
            Some(self.is_only_here(self.stub(member)?, "the fixture must hold it, by its request"))
        });
        lacking.chain(requests).collect()
    }

    fn is_only_here(&self, stub: &Stub, next: &str) -> String {
        let (file, line, member) = (&self.file, stub.line, &stub.member);
        format!(
            "note: what `nango.{member}` answers is in {file}:{line} only, and is not read from there: {next}"
        )
    }

    /// The test's path, where it expects that the function throws.
    pub(super) fn expects_error(&self) -> Option<&str> {
        self.test.expects_rejection.then_some(self.file.as_str())
    }

    fn stub(&self, member: &str) -> Option<&Stub> {
        self.test.stub(&self.fixture, member)
    }
}

/// Folder and name of the function that a specifier names: `../actions/create.js`.
fn function_of(specifier: &str) -> Option<(&str, &str)> {
    let (folder, name) = specifier.strip_prefix("../")?.split_once('/')?;
    let name = [".js", ".ts"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    (matches!(folder, "actions" | "on-events" | "syncs") && !name.contains('/')).then_some((folder, name))
}

/// What a stub answers, as a fixture has it; `None` of what cannot be read.
fn value(answer: &ReturnValue, member: &str, fixture: &Fixture) -> Option<Value> {
    match answer {
        ReturnValue::Response { body, status, headers } if member == FETCH => {
            let headers: serde_json::Map<String, Value> =
                headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
            let response = match value(body, "", fixture)? {
                // As a fixture records it: JSON where it is JSON.
                Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                other => other,
            };
            Some(json!({ "response": response, "status": status, "headers": headers }))
        }
        // A fetch is answered with a Response.
        _ if member == FETCH => None,
        ReturnValue::Value(value) => Some(value.clone()),
        ReturnValue::Output => fixture.output().cloned(),
        ReturnValue::Input => fixture.input().cloned(),
        _ => None,
    }
}
