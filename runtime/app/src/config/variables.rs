//! Settings from environment variables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::assignment::{Assignment, Text};
use super::key::Key;
use super::origin::Origin;
use super::setting::{Setting, upper};
use super::table::{OTHER_VARIABLES, SETTINGS};
use crate::error::ConfigError;
use crate::suggest;

/// The names that a variable can be about: `SALESFORCE` in `ONEVENT_INTEGRATIONS_SALESFORCE_BASE_URL` is the
/// upper-case form of one of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) environments: BTreeSet<String>,
    pub(super) integrations: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
    pub(super) variables: BTreeSet<String>,
}

impl Names {
    fn of(&self, setting: &Setting) -> impl Iterator<Item = &str> {
        let names = match setting.placeholder() {
            Some("environment") => Some(&self.environments),
            Some("integration") => Some(&self.integrations),
            Some("function") => Some(&self.functions),
            Some("variable") => Some(&self.variables),
            _ => None,
        };
        names.into_iter().flatten().map(String::as_str)
    }
}

/// Reads every variable. `directory` is where relative paths start from.
///
/// # Errors
/// A variable that nothing reads, one that two names fit, or a value of the wrong kind.
pub(super) fn read<'a>(
    variables: &BTreeMap<String, String>,
    names: &Names,
    directory: &'a Path,
) -> Result<Vec<Assignment<'a>>, ConfigError> {
    let known = known(names);
    let mut assignments = Vec::new();
    for (variable, text) in variables {
        if OTHER_VARIABLES.iter().any(|(other, _)| other == variable) {
            continue;
        }
        let (setting, key) = match known.get(variable).map(Vec::as_slice) {
            Some([(setting, key)]) => (*setting, key.clone()),
            Some([(_, one), (_, other), ..]) => {
                let (one, other) = (one.clone(), other.clone());
                return Err(ConfigError::AmbiguousVariable { variable: variable.clone(), one, other });
            }
            Some([]) | None => match new_name(variable) {
                Some(named) => named,
                None => return Err(unknown(variable, &known)),
            },
        };
        assignments.push(Assignment {
            key,
            setting,
            texts: Text::elsewhere(text),
            subject: variable.clone(),
            origin: Origin::Variable(variable.clone()),
            base: directory,
        });
    }
    Ok(assignments)
}

/// A variable for functions, or an environment, that nothing has named before: both can have any name. That of an environment
/// is taken in lower case.
fn new_name(variable: &str) -> Option<(&'static Setting, Key)> {
    SETTINGS.iter().find_map(|setting| {
        let name = name_in(setting, variable).filter(|name| !name.is_empty())?;
        match setting.placeholder() {
            Some("variable") => Some((setting, setting.key_for(name))),
            Some("environment") => Some((setting, setting.key_for(&name.to_ascii_lowercase()))),
            _ => None,
        }
    })
}

/// What stands at the placeholder of a setting in a variable, if it is that setting's.
fn name_in<'a>(setting: &Setting, variable: &'a str) -> Option<&'a str> {
    // The parts around the name, found by a name that no variable can hold.
    let pattern = setting.variable("\0");
    let (before, after) = pattern.split_once('\0')?;
    variable.strip_prefix(before)?.strip_suffix(after)
}

/// Every variable that would be read here, with what it sets.
fn known(names: &Names) -> BTreeMap<String, Vec<(&'static Setting, Key)>> {
    let mut known: BTreeMap<String, Vec<(&'static Setting, Key)>> = BTreeMap::new();
    for setting in SETTINGS {
        if setting.placeholder().is_none() {
            known.entry(setting.variable("")).or_default().push((setting, setting.key_for("")));
        }
        for name in names.of(setting) {
            known.entry(setting.variable(&upper(name))).or_default().push((setting, setting.key_for(name)));
        }
    }
    known
}

fn unknown(variable: &str, known: &BTreeMap<String, Vec<(&'static Setting, Key)>>) -> ConfigError {
    let unknown = |hint: String| ConfigError::UnknownVariable { variable: variable.to_owned(), hint };
    for setting in SETTINGS {
        let article = match setting.placeholder() {
            Some("integration") => "an integration",
            Some("function") => "a function",
            _ => continue,
        };
        if let Some(name) = name_in(setting, variable) {
            let names = known.keys().filter_map(|known| name_in(setting, known));
            return unknown(match suggest::nearest(name, names) {
                Some(found) => format!("did you mean {}?", setting.variable(found)),
                None => format!("neither the project nor onevent.toml has {article} of this name"),
            });
        }
    }
    unknown(match suggest::nearest(variable, known.keys().map(String::as_str)) {
        Some(found) => format!("did you mean {found}?"),
        None => "docs/configuration.md lists every variable; `onevent config` shows what is set".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;

    fn read_one(name: &str, value: &str) -> Result<(String, String), ConfigError> {
        let names = Names {
            integrations: ["salesforce", "sales-force", "sales_force"].map(str::to_owned).into(),
            functions: ["salesforce/setup".to_owned()].into(),
            variables: ["appRegion".to_owned()].into(),
            environments: ["eu-west".to_owned()].into(),
        };
        let variables = [(name.to_owned(), value.to_owned())].into();
        let assignments = read(&variables, &names, Path::new("/here"))?;
        let Some(first) = assignments.into_iter().next() else { return Ok(Default::default()) };
        let (key, setting) = (first.key.clone(), first.setting);
        let mut settings = Settings::default_of(Path::new("/here")).unwrap();
        first.apply(&mut settings)?;
        let shown = setting.field(&mut settings, setting.name_in(&key)).unwrap().shown().unwrap();
        Ok((key.to_string(), shown.text))
    }

    #[test]
    fn names_are_recognised_in_their_upper_case_form() {
        let (key, value) = read_one("ONEVENT_FUNCTIONS_SALESFORCE_SETUP_LIMITS_WALL", "10s").unwrap();
        assert_eq!((key.as_str(), value.as_str()), ("functions.\"salesforce/setup\".limits.wall", "10s"));
        let (key, _) = read_one("ONEVENT_INTEGRATIONS_SALESFORCE_CLIENT_SECRET", "x").unwrap();
        assert_eq!(key, "integrations.salesforce.client_secret");
        let error = read_one("ONEVENT_INTEGRATIONS_SALES_FORCE_CLIENT_ID", "x").unwrap_err();
        assert_eq!(error.code(), "ambiguous_variable");
    }

    #[test]
    fn variables_for_functions_can_have_any_name() {
        let (key, value) = read_one("ONEVENT_VARIABLES_APP_URL", "https://a.test").unwrap();
        assert_eq!((key.as_str(), value.as_str()), ("variables.APP_URL", "[redacted]"));
        assert_eq!(read_one("ONEVENT_VARIABLES_APPREGION", "x").unwrap().0, "variables.appRegion");
        assert_eq!(read_one("ONEVENT_VARIABLES_", "x").unwrap_err().code(), "unknown_variable");
    }

    #[test]
    fn an_environment_can_have_any_name() {
        let url = "postgres://u@h/d";
        let key = |name: &str| read_one(name, url).unwrap().0;
        assert_eq!(key("ONEVENT_ENVIRONMENTS_PROD_DATABASE_URL"), "environments.prod.database.url");
        assert_eq!(key("ONEVENT_ENVIRONMENTS_EU_WEST_DATABASE_URL"), "environments.eu-west.database.url");
        let listen = "ONEVENT_ENVIRONMENTS_US_EAST_DATABASE_LISTEN_URL";
        assert_eq!(key(listen), "environments.us_east.database.listen_url");
        for wrong in ["ONEVENT_ENVIRONMENTS__DATABASE_URL", "ONEVENT_ENVIRONMENTS_PROD_DATABASE_ULR"] {
            assert_eq!(read_one(wrong, url).unwrap_err().code(), "unknown_variable");
        }
    }

    #[test]
    fn a_variable_that_nothing_reads_is_an_error_with_advice() {
        let hint = |name| read_one(name, "x").unwrap_err().hint().unwrap();
        assert_eq!(hint("ONEVENT_LIMIT_WALL"), "did you mean ONEVENT_LIMITS_WALL?");
        assert!(
            hint("ONEVENT_INTEGRATIONS_COMPLETELY_ELSE_BASE_URL").contains("an integration of this name")
        );
        let meant = "did you mean ONEVENT_INTEGRATIONS_SALESFORCE_BASE_URL?";
        assert_eq!(hint("ONEVENT_INTEGRATIONS_SALESFROCE_BASE_URL"), meant);
        assert_eq!(read_one("ONEVENT_V8_MIRROR", "x").unwrap(), Default::default());
    }

    #[test]
    fn the_message_of_a_wrong_value_names_the_variable() {
        let error = read_one("ONEVENT_LIMITS_WALL", "soon").unwrap_err();
        assert!(error.to_string().starts_with("ONEVENT_LIMITS_WALL is \"soon\""));
    }
}
