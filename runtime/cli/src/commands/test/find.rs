//! The fixtures of a project, and the file of the function that each is of.

use std::path::{Path, PathBuf};

use crate::args::TestArgs;
use crate::failure::Failure;

/// The folder of an integration that holds its fixtures, as in Nango.
const TESTS: &str = "tests";
/// How a fixture's name ends, as in Nango.
const ENDING: &str = ".test.json";

/// A fixture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path in the project.
    pub(super) file: String,
    pub(super) integration: String,
    pub(super) function: String,
    pub(super) source: Source,
}

/// The file of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A function that can run, by its path in the project.
    File(String),
    /// A sync, which cannot.
    Sync,
    /// There is none.
    Missing,
}

/// Where a function's fixture is written.
pub(crate) fn fixture_path(project: &Path, integration: &str, function: &str) -> PathBuf {
    project.join(integration).join(TESTS).join(format!("{function}{ENDING}"))
}

/// The fixtures that the command line means, by integration and name.
///
/// # Errors
/// When the project's folder cannot be read.
pub(super) fn fixtures(project: &Path, args: &TestArgs) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    let integrations = std::fs::read_dir(project).map_err(|error| {
        let message = format!("the project's folder {} cannot be read: {error}", project.display());
        Failure::project("project_unreadable", message)
    })?;
    for entry in integrations.flatten() {
        let Ok(integration) = entry.file_name().into_string() else { continue };
        if args.integration.as_ref().is_some_and(|only| only.as_str() != integration) {
            continue;
        }
        found.extend(of_integration(project, &integration));
    }
    if let Some(part) = &args.filter {
        found.retain(|found| format!("{}/{}", found.integration, found.function).contains(part.as_str()));
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

fn of_integration(project: &Path, integration: &str) -> Vec<Found> {
    let folder = project.join(integration).join(TESTS);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    names
        .filter_map(|name| {
            let stem = name.strip_suffix(ENDING)?;
            let (function, source) = function_of(project, integration, stem);
            Some(Found {
                path: folder.join(&name),
                file: format!("{integration}/{TESTS}/{name}"),
                integration: integration.to_owned(),
                function,
                source,
            })
        })
        .collect()
}

/// The function of `setup.test.json`, of `setup.<case>.test.json`, and of `<integration>-setup.test.json`.
fn function_of(project: &Path, integration: &str, stem: &str) -> (String, Source) {
    let name = stem.split('.').next().unwrap_or(stem);
    let short = name.strip_prefix(integration).and_then(|rest| rest.strip_prefix('-'));
    for name in [Some(name), short].into_iter().flatten() {
        match source(project, integration, name) {
            Source::Missing => {}
            source => return (name.to_owned(), source),
        }
    }
    (name.to_owned(), Source::Missing)
}

fn source(project: &Path, integration: &str, name: &str) -> Source {
    for folder in ["actions", "on-events"] {
        for ending in ["ts", "js"] {
            let file = format!("{integration}/{folder}/{name}.{ending}");
            if project.join(&file).is_file() {
                return Source::File(file);
            }
        }
    }
    if project.join(format!("{integration}/syncs/{name}.ts")).is_file() {
        Source::Sync
    } else {
        Source::Missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_names_its_function_in_each_of_three_ways() {
        let project = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = project.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        };
        file("crm/on-events/setup.ts");
        file("crm/actions/create.ts");
        file("crm/syncs/contacts.ts");
        let names = ["setup", "setup.second", "crm-create", "contacts", "gone"]
            .map(|name| format!("crm/tests/{name}.test.json"));
        names.iter().for_each(|name| file(name));
        file("crm/tests/crm-create.test.ts");
        let args = TestArgs::default();
        let found = fixtures(project.path(), &args).unwrap();
        let shown: Vec<_> =
            found.iter().map(|found| (found.function.as_str(), found.source.clone())).collect();
        let source = |path: &str| Source::File(path.to_owned());
        assert_eq!(
            shown,
            [
                ("contacts", Source::Sync),
                ("create", source("crm/actions/create.ts")),
                ("gone", Source::Missing),
                ("setup", source("crm/on-events/setup.ts")),
                ("setup", source("crm/on-events/setup.ts")),
            ]
        );
        let filter = TestArgs { filter: Some("crm/con".into()), ..TestArgs::default() };
        assert_eq!(fixtures(project.path(), &filter).unwrap().len(), 1);
        let other = TestArgs { integration: Some("other".parse().unwrap()), ..TestArgs::default() };
        assert!(fixtures(project.path(), &other).unwrap().is_empty());
    }
}
