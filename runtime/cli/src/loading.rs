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

/// The functions that a name can mean: `<integration>/<name>`, or a name in any integration.
///
/// # Errors
/// The one that is meant is broken (exit 10), or there is none of this name (exit 1).
pub(crate) fn candidates(
    project: &Project,
    name: &str,
    integration: Option<&IntegrationId>,
) -> Result<Vec<Arc<Function>>, Failure> {
    let wanted = |of: &str, function: &str| {
        let named = match name.rsplit_once('/') {
            Some((folder, bare)) => folder == of && bare == function,
            None => name == function,
        };
        named && integration.is_none_or(|integration| integration.as_str() == of)
    };
    let found: Vec<Arc<Function>> = project
        .functions
        .iter()
        .filter(|function| wanted(function.key.integration.as_str(), function.key.name.as_str()))
        .cloned()
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let is_wanted = |broken: &&BrokenFunction| {
        broken.key.as_ref().is_some_and(|key| wanted(key.integration.as_str(), key.name.as_str()))
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
