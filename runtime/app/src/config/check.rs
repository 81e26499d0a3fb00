//! What no single value can show: whether the project has what settings are about.

use onevent_contract::IntegrationId;

use super::origin::{Origin, Sourced};
use super::settings::{IntegrationSettings, Settings};
use crate::error::ConfigError;
use crate::project_folder::ProjectNames;
use crate::suggest;
use crate::templates;

/// Checks that functions and integrations exist that settings name: a slip would otherwise be a setting that nothing
/// reads, and a request to the provider's real address.
///
/// # Errors
/// The first that does not, with what was probably meant.
pub(super) fn names(settings: &Settings, project: &ProjectNames) -> Result<(), ConfigError> {
    for (name, limits) in &settings.functions {
        if !project.functions.contains(name) {
            let hint = suggest::hint(name, project.functions.iter().map(String::as_str));
            let origin = limits.origin().cloned().unwrap_or(Origin::Default);
            return Err(ConfigError::UnknownFunction { name: name.clone(), origin, hint });
        }
    }
    let without_folder = |name: &&IntegrationId| !project.folders.contains(name.as_str());
    if settings.integrations.keys().any(|name| without_folder(&name)) {
        let templates = templates::load(settings.providers.as_ref())?;
        for (name, integration) in &settings.integrations {
            if without_folder(&name) && templates.get(name.as_str()).is_none() {
                check_without_folder(name, integration, project)?;
            }
        }
    }
    Ok(())
}

/// Checks that hosts are named for credentials that are sealed only: else they go anywhere, and whoever named the hosts
/// would believe that they do not.
///
/// # Errors
/// The first integration that has hosts and no seal.
pub(super) fn seals(settings: &Settings) -> Result<(), ConfigError> {
    for (name, integration) in &settings.integrations {
        if let (Some(Sourced { origin, .. }), false) = (&integration.hosts, integration.is_sealed()) {
            return Err(ConfigError::HostsWithoutSeal {
                integration: name.to_string(),
                origin: origin.clone(),
            });
        }
    }
    Ok(())
}

/// An integration is a folder of the project. One that only connections use has none: it is called like its provider's
/// template, or its settings name one, under a name that nobody would take for a folder's.
fn check_without_folder(
    name: &IntegrationId,
    integration: &IntegrationSettings,
    project: &ProjectNames,
) -> Result<(), ConfigError> {
    let meant = suggest::nearest(name.as_str(), project.integrations.iter().map(String::as_str));
    let hint = match (&integration.provider, meant) {
        // Told apart on purpose: `salesforce` and `salesforce-eu`.
        (Some(_), Some(meant)) if is_extended(name.as_str(), meant) => return Ok(()),
        (Some(_), None) => return Ok(()),
        (_, Some(meant)) => format!("did you mean `{meant}`? A folder `{name}` would make it one"),
        (None, None) => format!(
            "an integration is a folder of the project; one that only connections use needs \
             integrations.{name}.provider"
        ),
    };
    let origin = integration.origin().cloned().unwrap_or(Origin::Default);
    Err(ConfigError::UnknownIntegration { name: name.to_string(), origin, hint })
}

/// Whether one name is the other with a part after a mark, or with a number.
fn is_extended(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let rest = long.strip_prefix(short).or_else(|| long.strip_suffix(short)).unwrap_or_default();
    rest.contains(['-', '_', '.']) || (!rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_behind_a_mark_and_a_number_are_no_slips() {
        for name in ["salesforce-eu", "salesforce_2", "salesforce2", "my-salesforce"] {
            assert!(is_extended(name, "salesforce"), "{name}");
        }
        for name in ["salesforcee", "salesforc", "salesfroce", "salesforce"] {
            assert!(!is_extended(name, "salesforce"), "{name}");
        }
    }
}
