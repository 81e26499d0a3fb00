//! Finding the function that is meant.

use std::sync::Arc;

use onevent_contract::{Function, IntegrationId};
use onevent_engine::{BrokenFunction, Project, Selection};

use crate::exit::ExitCode;
use crate::failure::Failure;
use onevent_app::suggest;

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

/// The functions to load for a name.
pub(crate) fn selection(name: &str, integration: Option<&IntegrationId>) -> Selection {
    let (name, integration) = (name.to_owned(), integration.cloned());
    Selection::Fitting(Arc::new(move |listed| {
        let wanted = Wanted { name: &name, integration: integration.as_ref() };
        wanted.is(listed.key.integration.as_str(), Some(listed.folder.as_str()), listed.key.name.as_str())
    }))
}

/// The functions to load for several names, each of a function or of an integration; all of them for none.
pub(crate) fn selection_of(names: &[String]) -> Selection {
    if names.is_empty() {
        return Selection::All;
    }
    let names = names.to_vec();
    Selection::Fitting(Arc::new(move |listed| {
        let key = &listed.key;
        names.iter().any(|name| {
            is_or_is_in(name, key.integration.as_str(), Some(listed.folder.as_str()), key.name.as_str())
        })
    }))
}

/// Makes sure that each of these names is one of a function or of an integration of the loaded project.
///
/// # Errors
/// There is none of this name (exit 1).
pub(crate) fn all_are_known(project: &Project, names: &[String]) -> Result<(), Failure> {
    let loaded = project.functions.iter().map(|function| (Some(&function.key), Some(function.kind.folder())));
    let broken = project.broken.iter().map(|broken| (broken.key.as_ref(), broken.folder()));
    let known: Vec<_> = loaded.chain(broken).collect();
    let is_known = |name: &str| {
        known.iter().any(|(key, folder)| {
            key.is_some_and(|key| is_or_is_in(name, key.integration.as_str(), *folder, key.name.as_str()))
        })
    };
    match names.iter().find(|name| !is_known(name)) {
        Some(name) => Err(unknown(project, name, None)),
        None => Ok(()),
    }
}

fn is_or_is_in(name: &str, integration: &str, folder: Option<&str>, function: &str) -> bool {
    name == integration || Wanted { name, integration: None }.is(integration, folder, function)
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
        return Err(Failure::from(&broken.error));
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
        .chain(project.not_loaded.iter().map(|listed| listed.key.clone()))
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
