//! Loading the project's functions, and finding the one that is meant.

use std::path::Path;
use std::sync::Arc;

use onevent_contract::{Function, IntegrationId};
use onevent_engine::{BrokenFunction, Engine, LoadError, LoadErrorCode, Project, ProjectSource};

use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::place::Place;
use crate::suggest;

/// Starts the engine.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn engine() -> Result<Engine, Failure> {
    Engine::builder().build().map_err(|error| Failure::internal(error.to_string()))
}

/// Loads every function of the project; a broken one is listed in it.
///
/// # Errors
/// When `index.ts` itself is wrong.
pub(crate) async fn project(engine: &Engine, folder: &Path) -> Result<Project, Failure> {
    engine.load(ProjectSource::directory(folder)).await.map_err(|error| failure(&error))
}

/// A load error with its code frame.
pub(crate) fn failure(error: &LoadError) -> Failure {
    let exit = match error.code {
        LoadErrorCode::Engine => ExitCode::Internal,
        _ => ExitCode::Project,
    };
    let failure = Failure::new(exit, error.code.as_str(), error.message.clone()).hint_if(error.hint.clone());
    let Some(position) = error.position.as_deref() else { return failure };
    failure.at(match &position.source {
        Some(text) => Place::of_position(&position.file, text, position.line, position.column),
        None => Place::without_text(&position.file, position.line as usize, position.column as usize),
    })
}

/// A function's name as a person writes it: `[<integration>/][on-events|actions/]<name>`.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    name: &'a str,
    integration: Option<&'a IntegrationId>,
}

impl Wanted<'_> {
    /// Whether it means the function `name` in this folder of an integration.
    fn is(self, integration: &str, folder: Option<&str>, name: &str) -> bool {
        let before = match self.name.strip_suffix(name) {
            Some("") => return self.of(integration),
            Some(before) => before.strip_suffix('/'),
            None => None,
        };
        let Some(before) = before else { return false };
        let named = before == integration
            || folder.is_some_and(|folder| {
                before == folder || before.split_once('/') == Some((integration, folder))
            });
        named && self.of(integration)
    }

    fn of(self, integration: &str) -> bool {
        self.integration.is_none_or(|wanted| wanted.as_str() == integration)
    }
}

/// The functions that a name can mean: a name in any integration, or one with its integration, its folder
/// (`actions/<name>`) or both in front of it.
///
/// # Errors
/// The one that is meant is broken (exit 10), or there is none of this name (exit 1).
pub(crate) fn candidates(
    project: &Project,
    name: &str,
    integration: Option<&IntegrationId>,
) -> Result<Vec<Arc<Function>>, Failure> {
    let wanted = Wanted { name, integration };
    let is_wanted = |function: &Function| {
        let key = &function.key;
        wanted.is(key.integration.as_str(), Some(function.kind.folder()), key.name.as_str())
    };
    let found: Vec<Arc<Function>> =
        project.functions.iter().filter(|function| is_wanted(function)).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let is_wanted = |broken: &&BrokenFunction| {
        let key = broken.key.as_ref();
        key.is_some_and(|key| wanted.is(key.integration.as_str(), broken.folder(), key.name.as_str()))
    };
    if let Some(broken) = project.broken.iter().find(is_wanted) {
        return Err(failure(&broken.error));
    }
    Err(unknown(project, name, integration))
}

fn unknown(project: &Project, name: &str, integration: Option<&IntegrationId>) -> Failure {
    let of = integration.map(|integration| format!(" in `{integration}`")).unwrap_or_default();
    let broken = project.broken.iter().filter_map(|broken| broken.key.clone());
    let names: Vec<String> = project
        .functions
        .iter()
        .map(|function| function.key.clone())
        .chain(broken)
        .map(|key| if name.contains('/') { key.to_string() } else { key.name.into() })
        .collect();
    Failure::new(ExitCode::Failed, "unknown_function", format!("index.ts imports no function `{name}`{of}"))
        .hint_if(suggest::hint(name, names.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_as_much_of_its_path_as_is_needed() {
        let own = IntegrationId::new("salesforce").unwrap();
        let other = IntegrationId::new("hubspot").unwrap();
        let is = |name, integration| {
            Wanted { name, integration }.is("salesforce", Some("actions"), "create-contact")
        };
        for name in [
            "create-contact",
            "actions/create-contact",
            "salesforce/create-contact",
            "salesforce/actions/create-contact",
        ] {
            assert!(is(name, None), "{name}");
            assert!(is(name, Some(&own)), "{name}");
            assert!(!is(name, Some(&other)), "{name}");
        }
        for name in [
            "contact",
            "on-events/create-contact",
            "hubspot/create-contact",
            "salesforce/on-events/create-contact",
            "actions/salesforce/create-contact",
            "x/salesforce/actions/create-contact",
            "/create-contact",
            "xcreate-contact",
        ] {
            assert!(!is(name, None), "{name}");
        }
    }
}
