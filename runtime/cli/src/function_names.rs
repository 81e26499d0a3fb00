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
