//! Finding the project, and the names that its folders give to integrations and functions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use onevent_engine::{FIXTURE_ENDING, TESTS};

use crate::error::ConfigError;

/// The file that makes a folder a project, as in Nango.
const INDEX: &str = "index.ts";
/// What describes a project of Nango's older form.
const OLD_MANIFEST: &str = "nango.yaml";
/// The folders of an integration in such a project.
const OLD_FOLDERS: [&str; 5] =
    ["actions", "syncs", "on-events", "post-connection-scripts", "pre-connection-deletion-scripts"];
/// The folders of an integration that hold its functions, as in Nango.
const FOLDERS: [&str; 2] = ["on-events", "actions"];

/// Whether a folder is a project.
pub(crate) fn is_project(folder: &Path) -> bool {
    folder.join(INDEX).is_file()
}

/// The folder that holds `index.ts`.
///
/// # Errors
/// `project_not_found` when `given` has no `index.ts`, or neither `current` nor a parent of it has one.
pub fn find(given: Option<&Path>, current: &Path) -> Result<PathBuf, ConfigError> {
    match given {
        Some(directory) => {
            let folder = current.join(directory);
            if folder.join(INDEX).is_file() {
                return Ok(folder);
            }
            Err(old_project(&folder).unwrap_or(ConfigError::NoProject { folder }))
        }
        None => {
            let found = current.ancestors().find(|directory| directory.join(INDEX).is_file());
            found.map(Path::to_owned).ok_or_else(|| {
                let old = current.ancestors().find_map(old_project);
                old.unwrap_or_else(|| ConfigError::NoProjectAround { folder: current.to_owned() })
            })
        }
    }
}

/// What is wrong with a folder that holds a project of the form that Nango had until 2025: a `nango.yaml`, and functions
/// that are exported as such. `None` of any other folder.
fn old_project(directory: &Path) -> Option<ConfigError> {
    if !directory.join(OLD_MANIFEST).is_file() {
        return None;
    }
    Some(ConfigError::OldProject { folder: directory.to_owned(), functions: old_functions(directory) })
}

/// The files of functions, as such a project has them: `<integration>/actions/x.ts`, `<integration>/syncs/y.ts`.
fn old_functions(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for integration in entries(directory) {
        for folder in OLD_FOLDERS {
            let files = entries(&directory.join(&integration).join(folder));
            let functions = files.iter().filter_map(|file| file.strip_suffix(".ts"));
            let functions = functions.filter(|name| !name.contains('.'));
            found.extend(functions.map(|name| format!("{integration}/{folder}/{name}")));
        }
    }
    found.sort();
    found
}

/// The folder whose fixtures are tested: the project's, or one that has no `index.ts` and holds fixtures. Functions that
/// have fixtures are found by their paths.
///
/// # Errors
/// As [`find`], where there are no fixtures either.
pub fn find_for_tests(given: Option<&Path>, current: &Path) -> Result<PathBuf, ConfigError> {
    find(given, current).or_else(|failure| {
        let directory = given.map_or_else(|| current.to_owned(), |given| current.join(given));
        if holds_fixtures(&directory) { Ok(directory) } else { Err(failure) }
    })
}

/// Whether a folder has fixtures, so that it can be tested.
pub(crate) fn holds_fixtures(project: &Path) -> bool {
    let is_fixture = |name: &String| name.ends_with(FIXTURE_ENDING);
    entries(project).iter().any(|name| entries(&project.join(name).join(TESTS)).iter().any(is_fixture))
}

/// The names in a project's folders: what settings and environment variables may be about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectNames {
    /// Every folder: whatever it holds, an integration can have its name.
    pub folders: BTreeSet<String>,
    /// Folders that hold `on-events` or `actions`.
    pub integrations: BTreeSet<String>,
    /// `<integration>/<function>` for every file in them.
    pub functions: BTreeSet<String>,
}

impl ProjectNames {
    /// Reads the names from the folders. What cannot be read has no names.
    pub fn scan(project: &Path) -> Self {
        let mut names = Self::default();
        for integration in entries(project) {
            if project.join(&integration).is_dir() {
                names.folders.insert(integration.clone());
            }
            for folder in FOLDERS.map(|folder| project.join(&integration).join(folder)) {
                if !folder.is_dir() {
                    continue;
                }
                for file in entries(&folder) {
                    if let Some(name) = file.strip_suffix(".ts").filter(|name| !name.ends_with(".d")) {
                        names.functions.insert(format!("{integration}/{name}"));
                    }
                }
                names.integrations.insert(integration.clone());
            }
        }
        names
    }
}

fn entries(directory: &Path) -> Vec<String> {
    let Ok(found) = std::fs::read_dir(directory) else { return Vec::new() };
    found.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_parent_with_an_index_is_the_project() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("salesforce/on-events");
        std::fs::create_dir_all(&inner).unwrap();
        assert_eq!(find(Some(&inner), root.path()).unwrap_err().code(), "project_not_found");
        std::fs::write(root.path().join(INDEX), "").unwrap();
        assert_eq!(find(None, &inner).unwrap(), root.path());
        assert_eq!(find(Some(&inner), root.path()).unwrap_err().code(), "project_not_found");
        std::fs::write(inner.join("validate-connection.ts"), "").unwrap();
        std::fs::write(inner.join("types.d.ts"), "").unwrap();
        let names = ProjectNames::scan(root.path());
        assert_eq!(names.integrations, ["salesforce".to_owned()].into());
        assert_eq!(names.functions, ["salesforce/validate-connection".to_owned()].into());
    }

    #[test]
    fn a_project_of_the_older_form_is_named_with_what_it_holds() {
        let root = tempfile::tempdir().unwrap();
        let actions = root.path().join("github/actions");
        std::fs::create_dir_all(&actions).unwrap();
        std::fs::write(actions.join("create-issue.ts"), "").unwrap();
        std::fs::write(root.path().join("nango.yaml"), "integrations: {}").unwrap();
        for error in [find(Some(root.path()), root.path()), find(None, &actions)].map(Result::unwrap_err) {
            assert_eq!(error.code(), "old_project");
            assert!(error.to_string().contains("nango.yaml with one function (github/actions/create-issue)"));
            assert!(error.hint().is_some_and(|hint| hint.contains("migrate-to-zero-yaml")));
        }
        // The index is what counts.
        std::fs::write(root.path().join(INDEX), "").unwrap();
        assert_eq!(find(None, &actions).unwrap(), root.path());
    }

    #[test]
    fn fixtures_make_a_folder_one_that_can_be_tested() {
        let root = tempfile::tempdir().unwrap();
        let tests = root.path().join("salesforce/tests");
        std::fs::create_dir_all(&tests).unwrap();
        assert_eq!(find_for_tests(None, root.path()).unwrap_err().code(), "project_not_found");
        std::fs::write(tests.join("setup.test.json"), "{}").unwrap();
        assert_eq!(find_for_tests(None, root.path()).unwrap(), root.path());
        assert_eq!(find_for_tests(Some(root.path()), &tests).unwrap(), root.path());
        assert_eq!(find(None, root.path()).unwrap_err().code(), "project_not_found");
    }
}
