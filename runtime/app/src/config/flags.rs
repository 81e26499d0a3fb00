//! Settings from the command line: `--set key=value`, and the flags that have a setting.

use std::path::Path;

use super::assignment::{Assignment, Text};
use super::key::Key;
use super::lookup::{self, Found};
use super::origin::Origin;
use super::setting::upper;
use super::table::SETTINGS;
use super::value::Secrecy;
use crate::error::ConfigError;

/// The flag that sets any setting.
const SET: &str = "--set";

/// What the command line says about settings, as text.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The values of `--set`, in order.
    pub set: Vec<String>,
    /// A flag's name, as in the table of settings, and its value.
    pub own: Vec<(&'static str, String)>,
}

/// Reads the flags; a flag of its own wins over `--set`, a later `--set` over an earlier one.
///
/// # Errors
/// Not of the form `key=value`, an unknown key, or a secret.
pub(super) fn read<'a>(flags: &Flags, directory: &'a Path) -> Result<Vec<Assignment<'a>>, ConfigError> {
    let mut assignments = Vec::new();
    for text in &flags.set {
        assignments.push(set(text, directory)?);
    }
    for (flag, text) in &flags.own {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.flag == Some(flag)) else { continue };
        assignments.push(Assignment {
            key: setting.key_for(""),
            setting,
            texts: Text::elsewhere(text),
            subject: (*flag).to_owned(),
            origin: Origin::Flag(flag),
            base: directory,
        });
    }
    Ok(assignments)
}

fn set<'a>(text: &str, directory: &'a Path) -> Result<Assignment<'a>, ConfigError> {
    let parts = text.split_once('=').and_then(|(key, value)| Some((Key::parse(key)?, value)));
    let (key, value) = parts.ok_or(ConfigError::NoKeyValue)?;
    let origin = Origin::Flag(SET);
    let setting = match lookup::find(&key) {
        Found::Unknown { hint } => return Err(ConfigError::UnknownSetting { key, origin, hint }),
        Found::Table => {
            let settings = lookup::below(&key);
            return Err(ConfigError::Table { key, origin, settings });
        }
        Found::Setting(setting) => setting,
    };
    match setting.secrecy {
        Secrecy::Open => Ok(Assignment {
            setting,
            texts: Text::elsewhere(value),
            subject: format!("{SET}: `{key}`"),
            key,
            origin,
            base: directory,
        }),
        Secrecy::Secret | Secrecy::VariableOnly => {
            let variable = setting.variable(&upper(setting.name_in(&key)));
            Err(ConfigError::SecretOnCommandLine { key, variable })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> ConfigError {
        match set(text, Path::new("/here")) {
            Err(error) => error,
            Ok(assignment) => panic!("{} was taken", assignment.key),
        }
    }

    #[test]
    fn a_setting_is_taken_from_the_flag() {
        let taken = |text: &str| match set(text, Path::new("/here")) {
            Ok(assignment) => {
                let text = assignment.texts.iter().map(|text| text.text.clone()).collect::<String>();
                (assignment.key.to_string(), text)
            }
            Err(error) => panic!("{error}"),
        };
        let (key, _) = taken("functions.salesforce/setup.limits.wall=10s");
        assert_eq!(key, "functions.\"salesforce/setup\".limits.wall");
        let (_, text) = taken("integrations.x.base_url=http://h/?a=b");
        assert_eq!(text, "http://h/?a=b");
    }

    #[test]
    fn what_cannot_be_set_is_told() {
        assert_eq!(failure("limits.wal=1s").hint().as_deref(), Some("did you mean `limits.wall`?"));
        assert_eq!(failure("limits=1s").code(), "invalid_setting");
        let secret = failure("integrations.sales-force.client_secret=hunter2");
        assert_eq!(secret.code(), "secret_on_command_line");
        assert!(secret.hint().unwrap().contains("ONEVENT_INTEGRATIONS_SALES_FORCE_CLIENT_SECRET"));
        assert!(!failure("hunter2").to_string().contains("hunter2"));
    }
}
