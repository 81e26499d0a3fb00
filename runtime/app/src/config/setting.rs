//! What a setting is: its key, its variable, and the field that its value is kept in.

use std::path::Path;

use onevent_contract::{EnvironmentName, IntegrationId, NameError, Secret};

use super::environment_settings::EnvironmentSettings;
use super::field::{Field, Form};
use super::key::Key;
use super::origin::Sourced;
use super::settings::{FunctionSettings, IntegrationSettings, Settings};
use super::value::Secrecy;
use crate::surroundings::{NANGO_HOSTPORT, PREFIX};

/// One setting, or one for every name at a `<placeholder>` of its key.
#[derive(Debug)]
pub struct Setting {
    /// The dotted key; a segment in `<>` stands for any name.
    pub key: &'static str,
    /// The flag of its own that sets it, beside `--set`.
    pub flag: Option<&'static str>,
    /// What it is for, in one sentence.
    pub help: &'static str,
    /// Where it may be written.
    pub(super) secrecy: Secrecy,
    /// Where its value is kept.
    pub(super) slot: Slot,
}

/// Where a setting's value is kept.
#[derive(Debug)]
pub(super) enum Slot {
    /// In one field.
    One(fn(&mut Settings) -> &mut dyn Field),
    /// In a field of every environment.
    Environment(fn(&mut EnvironmentSettings) -> &mut dyn Field),
    /// In a field of every integration.
    Integration(fn(&mut IntegrationSettings) -> &mut dyn Field),
    /// In a field of every function.
    Function(fn(&mut FunctionSettings) -> &mut dyn Field),
    /// Under every variable's name.
    Variable,
}

/// Settings whose variable is Nango's, so that one value serves both programs.
const NANGO_VARIABLES: &[(&str, &str)] = &[
    ("nango.hostport", NANGO_HOSTPORT),
    ("nango.secret_key", "NANGO_SECRET_KEY_<ENVIRONMENT>"),
    ("nango.webhook_signing_key", "NANGO_WEBHOOK_SIGNING_KEY_<ENVIRONMENT>"),
];

impl Setting {
    /// The field that its value is kept in, for `name` at its placeholder; an entry for the name is made.
    ///
    /// # Errors
    /// When no environment or integration can have such a name.
    pub(super) fn field<'a>(
        &self,
        settings: &'a mut Settings,
        name: &str,
    ) -> Result<&'a mut dyn Field, NameError> {
        Ok(match self.slot {
            Slot::One(field) => field(settings),
            Slot::Environment(field) => {
                field(settings.environments.entry(EnvironmentName::new(name)?).or_default())
            }
            Slot::Integration(field) => {
                field(settings.integrations.entry(IntegrationId::new(name)?).or_default())
            }
            Slot::Function(field) => field(settings.functions.entry(name.to_owned()).or_default()),
            Slot::Variable => settings.variables.entry(name.to_owned()).or_default(),
        })
    }

    /// How its values are written; `None` only if a default were no value.
    pub(super) fn form(&self) -> Option<Form> {
        Some(match self.slot {
            Slot::One(field) => field(&mut Settings::default_of(Path::new(""))?).form(),
            Slot::Environment(field) => field(&mut EnvironmentSettings::default()).form(),
            Slot::Integration(field) => field(&mut IntegrationSettings::default()).form(),
            Slot::Function(field) => field(&mut FunctionSettings::default()).form(),
            Slot::Variable => None::<Sourced<Secret>>.form(),
        })
    }

    /// The names that stand at its placeholder in these settings; one empty name where it has none.
    pub(super) fn names(&self, settings: &Settings) -> Vec<String> {
        match self.slot {
            Slot::One(_) => vec![String::new()],
            Slot::Environment(_) => settings.environments.keys().map(ToString::to_string).collect(),
            Slot::Integration(_) => settings.integrations.keys().map(ToString::to_string).collect(),
            Slot::Function(_) => settings.functions.keys().cloned().collect(),
            Slot::Variable => settings.variables.keys().cloned().collect(),
        }
    }

    /// What stands at its placeholder in a key.
    pub(super) fn name_in<'a>(&self, key: &'a Key) -> &'a str {
        let at = self.pattern().position(is_placeholder);
        at.and_then(|at| key.segments().get(at)).map_or("", String::as_str)
    }

    pub(super) fn pattern(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.key.split('.')
    }

    /// Whether `segments` are the first segments of this setting's key.
    pub(super) fn starts_with(&self, segments: &[String]) -> bool {
        let mut pattern = self.pattern();
        segments.iter().all(|segment| pattern.next().is_some_and(|p| is_placeholder(p) || p == segment))
    }

    /// The environment variable of this setting, with `name` (already in upper case) for its placeholder.
    pub(super) fn variable(&self, name: &str) -> String {
        if let Some((_, variable)) = NANGO_VARIABLES.iter().find(|(key, _)| *key == self.key) {
            return (*variable).to_owned();
        }
        let segments: Vec<String> =
            self.pattern().map(|p| if is_placeholder(p) { name.to_owned() } else { upper(p) }).collect();
        format!("{PREFIX}{}", segments.join("_"))
    }

    /// What stands for the placeholder, without its brackets: `integration`, `function`, or nothing.
    pub(super) fn placeholder(&self) -> Option<&'static str> {
        self.pattern().find_map(|p| p.strip_prefix('<')?.strip_suffix('>'))
    }

    /// The full key with `name` for the placeholder.
    pub(super) fn key_for(&self, name: &str) -> Key {
        Key::new(self.pattern().map(|p| if is_placeholder(p) { name } else { p }))
    }
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('<')
}

/// The form that a name takes in an environment variable: upper case, `_` for whatever is no letter or digit.
pub(super) fn upper(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
