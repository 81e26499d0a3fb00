//! The fixtures of a project, and the file of the function that each is of.

use std::path::{Path, PathBuf};

use onevent_contract::IntegrationId;
use onevent_source::{FIXTURE_ENDING as ENDING, TESTS};
use thiserror::Error;

use super::sibling::{self, Sibling};

/// Which fixtures are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixtureFilter {
    /// Only those of this integration.
    pub integration: Option<IntegrationId>,
    /// Only those of functions whose `<integration>/<name>` contains this.
    pub function: Option<String>,
}

/// The project's folder cannot be read.
#[derive(Debug, Error)]
#[error("the project's folder {} cannot be read: {error}", folder.display())]
pub struct UnreadableProject {
    folder: PathBuf,
    error: std::io::Error,
}

/// A fixture of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFixture {
    /// Where it is.
    pub path: PathBuf,
    /// Its path in the project.
    pub file: String,
    /// The integration, by the name of its folder.
    pub integration: String,
    /// The function's name.
    pub function: String,
    /// The file of the function.
    pub source: FunctionSource,
    /// Where the test is that its author wrote for Vitest.
    pub test: Option<PathBuf>,
}

impl FoundFixture {
    /// The test that its author wrote for Vitest.
    pub(super) fn sibling(&self) -> Option<Sibling> {
        Sibling::read(self.test.as_deref()?, &self.integration, stem(&self.file))
    }

    /// What tells several fixtures of one function apart: `second` of `setup.second.test.json`.
    #[must_use]
    pub fn case(integration: &str, function: &str, file: &str) -> Option<String> {
        let stem = stem(file);
        let of_function =
            |stem: &str| Some(stem.strip_prefix(function)?.trim_start_matches(['.', '-']).to_owned());
        let short = stem.strip_prefix(integration).and_then(|rest| rest.strip_prefix('-'));
        let case = of_function(stem).or_else(|| of_function(short?)).unwrap_or_else(|| stem.to_owned());
        (!case.is_empty()).then_some(case)
    }
}

/// The name of a fixture, from its path in the project.
fn stem(file: &str) -> &str {
    let name = file.rsplit_once('/').map_or(file, |(_, name)| name);
    name.strip_suffix(ENDING).unwrap_or(name)
}

/// The file of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionSource {
    /// A function that can run, by its path in the project.
    File(String),
    /// A sync, which cannot.
    Sync,
    /// There is none.
    Missing,
}

/// Where the fixture of this name is.
#[must_use]
pub fn fixture_path(project: &Path, integration: &str, stem: &str) -> PathBuf {
    project.join(integration).join(TESTS).join(format!("{stem}{ENDING}"))
}

/// The fixtures that are meant, by integration and name.
///
/// # Errors
/// When the project's folder cannot be read.
pub fn fixtures(project: &Path, filter: &FixtureFilter) -> Result<Vec<FoundFixture>, UnreadableProject> {
    let mut found = Vec::new();
    let integrations = std::fs::read_dir(project)
        .map_err(|error| UnreadableProject { folder: project.to_owned(), error })?;
    for entry in integrations.flatten() {
        let Ok(integration) = entry.file_name().into_string() else { continue };
        if filter.integration.as_ref().is_some_and(|only| only.as_str() != integration) {
            continue;
        }
        found.extend(of_integration(project, &integration));
    }
    if let Some(part) = &filter.function {
        found.retain(|found| format!("{}/{}", found.integration, found.function).contains(part.as_str()));
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

fn of_integration(project: &Path, integration: &str) -> Vec<FoundFixture> {
    let folder = project.join(integration).join(TESTS);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let functions = Functions { project, integration };
    names
        .filter_map(|name| {
            let stem = name.strip_suffix(ENDING)?;
            let (function, source, test) = functions.of_fixture(&folder, stem);
            Some(FoundFixture {
                path: folder.join(&name),
                file: format!("{integration}/{TESTS}/{name}"),
                integration: integration.to_owned(),
                function,
                source,
                test,
            })
        })
        .collect()
}

/// The functions of an integration, by their files.
struct Functions<'a> {
    project: &'a Path,
    integration: &'a str,
}

impl Functions<'_> {
    /// The function of a fixture, and the test beside it. The test says it exactly, in what it imports; else the
    /// fixture's name does.
    fn of_fixture(&self, folder: &Path, stem: &str) -> (String, FunctionSource, Option<PathBuf>) {
        let test = sibling::path(folder, self.integration, stem);
        let (function, source) = self.tested(test.as_deref(), stem).unwrap_or_else(|| self.named(stem));
        if test.is_some() || source != FunctionSource::Missing {
            return (function, source, test);
        }
        let test = sibling::path_by_content(folder, stem);
        let (function, source) = self.tested(test.as_deref(), stem).unwrap_or((function, source));
        (function, source, test)
    }

    /// The function that a test imports.
    fn tested(&self, test: Option<&Path>, stem: &str) -> Option<(String, FunctionSource)> {
        let sibling = Sibling::read(test?, self.integration, stem)?;
        let (folder, name) = sibling.function()?;
        let source = self.source_in(folder, name);
        (source != FunctionSource::Missing).then(|| (name.to_owned(), source))
    }

    /// The function of `setup.test.json`, `setup.<case>.test.json` and `setup-<case>.test.json`; with the
    /// integration's name before it or without.
    fn named(&self, stem: &str) -> (String, FunctionSource) {
        let name = stem.split('.').next().unwrap_or(stem);
        let short = name.strip_prefix(self.integration).and_then(|rest| rest.strip_prefix('-'));
        let names = || [Some(name), short].into_iter().flatten();
        // The longest name that ends at a dash is the likeliest.
        let shorter =
            |name| std::iter::successors(Some(name), |name: &&str| Some(name.rsplit_once('-')?.0)).skip(1);
        for name in names().chain(names().flat_map(shorter)) {
            match self.source(name) {
                FunctionSource::Missing => {}
                source => return (name.to_owned(), source),
            }
        }
        (name.to_owned(), FunctionSource::Missing)
    }

    fn source(&self, name: &str) -> FunctionSource {
        let folders = ["actions", "on-events", "syncs"];
        let found = folders.iter().map(|folder| self.source_in(folder, name));
        found.into_iter().find(|source| *source != FunctionSource::Missing).unwrap_or(FunctionSource::Missing)
    }

    fn source_in(&self, folder: &str, name: &str) -> FunctionSource {
        let files = ["ts", "js"].map(|ending| format!("{}/{folder}/{name}.{ending}", self.integration));
        match files.into_iter().find(|file| self.project.join(file).is_file()) {
            Some(_) if folder == "syncs" => FunctionSource::Sync,
            Some(file) => FunctionSource::File(file),
            None => FunctionSource::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_names_its_function_in_each_of_many_ways() {
        let project = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = project.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        file("crm/on-events/setup.ts");
        file("crm/actions/create.ts");
        file("crm/syncs/contacts.ts");
        file("crm/actions/create-all.ts");
        let names = [
            "setup",
            "setup.second",
            "crm-create",
            "contacts",
            "gone",
            "create-all-of-it",
            "crm-create-empty",
            "creates",
        ]
        .map(|name| format!("crm/tests/{name}.test.json"));
        names.iter().for_each(|name| file(name));
        file("crm/tests/crm-create.test.ts");
        let found = fixtures(project.path(), &FixtureFilter::default()).unwrap();
        let shown: Vec<_> =
            found.iter().map(|found| (found.function.as_str(), found.source.clone())).collect();
        let source = |path: &str| FunctionSource::File(path.to_owned());
        assert_eq!(
            shown,
            [
                ("contacts", FunctionSource::Sync),
                ("create-all", source("crm/actions/create-all.ts")),
                ("creates", FunctionSource::Missing),
                ("create", source("crm/actions/create.ts")),
                ("create", source("crm/actions/create.ts")),
                ("gone", FunctionSource::Missing),
                ("setup", source("crm/on-events/setup.ts")),
                ("setup", source("crm/on-events/setup.ts")),
            ]
        );
        let cases = |file: &str, function: &str| FoundFixture::case("crm", function, file);
        assert_eq!(cases("crm/tests/setup.second.test.json", "setup").as_deref(), Some("second"));
        assert_eq!(cases("crm/tests/crm-create-empty.test.json", "create").as_deref(), Some("empty"));
        assert_eq!(cases("crm/tests/crm-create.test.json", "create"), None);
        let filter = FixtureFilter { function: Some("crm/con".into()), ..FixtureFilter::default() };
        assert_eq!(fixtures(project.path(), &filter).unwrap().len(), 1);
        let other = FixtureFilter { integration: Some("other".parse().unwrap()), ..FixtureFilter::default() };
        assert!(fixtures(project.path(), &other).unwrap().is_empty());
    }

    #[test]
    fn the_test_beside_a_fixture_says_which_function_it_is_of() {
        let project = tempfile::tempdir().unwrap();
        let file = |path: &str, text: &str| {
            let path = project.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for function in ["actions/create.ts", "actions/list.ts", "syncs/list.ts"] {
            file(&format!("crm/{function}"), "");
        }
        for fixture in ["create-and-list", "list", "elsewhere", "lost"] {
            file(&format!("crm/tests/{fixture}.test.json"), "{}");
        }
        let import = |function: &str| format!("import f from '../{function}.js';");
        file("crm/tests/crm-create-and-list.test.ts", &import("actions/list"));
        file("crm/tests/list.test.ts", &import("syncs/list"));
        let named = "new global.vitest.NangoActionMock({ dirname: __dirname, name: 'elsewhere' });";
        file("crm/tests/other.test.ts", &format!("{}\nconst mock = {named}", import("actions/create")));
        file("crm/tests/crm-lost.test.ts", &import("actions/gone"));
        let found = fixtures(project.path(), &FixtureFilter::default()).unwrap();
        let shown: Vec<_> =
            found.iter().map(|found| (found.function.as_str(), found.source.clone())).collect();
        let source = |path: &str| FunctionSource::File(path.to_owned());
        assert_eq!(
            shown,
            [
                ("list", source("crm/actions/list.ts")),
                ("create", source("crm/actions/create.ts")),
                ("list", FunctionSource::Sync),
                ("lost", FunctionSource::Missing),
            ]
        );
    }
}
