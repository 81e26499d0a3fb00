//! Configuration: flag > environment > `onevent.toml` > default, each value with its origin. Nango's variables come from
//! the project's `.env` as well, which stands between the environment and `onevent.toml`.
//!
//! Every value has a type of its own, in [`Settings`]; the table of settings says which field a key means. The file is
//! read by `toml`, which keeps the place of each name and value.

mod assignment;
mod check;
mod databases;
mod durable_settings;
mod environment_settings;
mod field;
mod file;
mod flags;
pub(crate) mod key;
mod lookup;
mod masked;
mod nango;
pub(crate) mod origin;
mod server_settings;
mod setting;
mod settings;
mod table;
pub(crate) mod value;
mod variables;

use std::path::{Path, PathBuf};

use self::assignment::Assignment;
pub use self::databases::{DatabaseName, DatabaseSettings};
pub use self::durable_settings::{
    FailurePolicy, FailureSettings, OwnFailureSettings, OwnRetrySettings, RetrySettings,
};
pub use self::environment_settings::EnvironmentSettings;
pub use self::field::Shown;
pub use self::flags::Flags;
pub use self::key::Key;
pub use self::nango::NangoEnvironment;
pub use self::origin::{Origin, Sourced};
pub use self::server_settings::{ServerSettings, ShareSettings, WebhookSettings};
pub use self::setting::Setting;
pub use self::settings::{FunctionSettings, IntegrationSettings, LimitSettings, NangoSettings, Settings};
use self::table::SETTINGS;
pub use self::value::{
    ApiUrl, BaseUrl, BodyLimit, CpuLimit, Destinations, DrainTime, HeapLimit, Hosts, Invalid, KeptFor,
    PrewarmedMemory, QueueLength, QueueWait, RequestRate, RetryCount, RetryWait, RunPlaces, Share, WallLimit,
    WebUrl,
};
use crate::error::ConfigError;
use crate::project_folder::ProjectNames;
use crate::surroundings::Surroundings;

/// Names the environment whose connections are used: a name that other variables may be about.
const ENVIRONMENT: &str = "ONEVENT_ENVIRONMENT";

/// The secret key of an environment of Nango's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NangoKey {
    /// The key.
    pub secret: onevent_contract::Secret,
    /// Where it was found: `NANGO_SECRET_KEY_DEV`, with the file where that is one.
    pub name: String,
}

/// One row of `onevent config`.
#[derive(Debug, Clone)]
pub struct ResolvedSetting {
    /// The setting's full name.
    pub key: Key,
    /// The row of the table that it belongs to.
    pub setting: &'static Setting,
    /// Its value, secrets replaced; `None` where it has none.
    pub shown: Option<Shown>,
}

/// The settings of one project, resolved and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's folder.
    pub project: PathBuf,
    /// The values.
    pub settings: Settings,
    /// The databases, the main one first.
    pub databases: Vec<DatabaseSettings>,
    /// The names of all variables that hold a secret key of Nango's.
    nango_keys: Vec<String>,
    /// The environments of Nango's that have one.
    nango_environments: Vec<NangoEnvironment>,
}

impl Config {
    /// Reads every source.
    ///
    /// # Errors
    /// The first mistake, with its place, variable or flag.
    pub fn load(
        project: PathBuf,
        names: &ProjectNames,
        flags: &Flags,
        surroundings: &Surroundings,
    ) -> Result<Self, ConfigError> {
        let from_file = file::read(&project)?;
        let from_flags = flags::read(flags, &surroundings.directory)?;
        let mut known = known_names(names, from_file.iter().chain(&from_flags));
        known.environments.extend(surroundings.variables.get(ENVIRONMENT).cloned());
        let from_variables = variables::read(&surroundings.variables, &known, &surroundings.directory)?;
        let nango = nango::Variables::read(&project, &surroundings.nango)?;
        let from_nango = nango.hostport(Path::new(""));

        let mut settings = Settings::default_of(&project)
            .ok_or_else(|| ConfigError::Internal("a default is no value".into()))?;
        for assignment in from_file.into_iter().chain(from_nango).chain(from_variables).chain(from_flags) {
            assignment.apply(&mut settings)?;
        }
        settings.nango.secret_key = nango.secret_key(&settings.environment.value);
        check::names(&settings, names)?;
        check::seals(&settings)?;
        let databases = settings.databases()?;
        settings.nango.webhook_signing_key = nango.signing_key(&settings.environment.value);
        let nango_keys = nango.key_names();
        let nango_environments = nango.environments(&settings.environment.value);
        Ok(Self { project, settings, databases, nango_keys, nango_environments })
    }

    /// The same project with other values.
    pub(crate) fn with(&self, settings: Settings) -> Self {
        Self { settings, ..self.clone() }
    }

    /// Every setting, in the order of the table; one with a name in its key for each name that something is said
    /// about.
    #[must_use]
    pub fn resolved(&self) -> Vec<ResolvedSetting> {
        // Fields are reached for writing, so a copy is looked through.
        let mut settings = self.settings.clone();
        let mut resolved = Vec::new();
        for setting in SETTINGS {
            for name in setting.names(&settings) {
                let Ok(field) = setting.field(&mut settings, &name) else { continue };
                resolved.push(ResolvedSetting { key: setting.key_for(&name), setting, shown: field.shown() });
            }
        }
        resolved
    }

    /// The secret key for Nango's API, if this environment has one.
    #[must_use]
    pub fn nango_key(&self) -> Option<NangoKey> {
        let Sourced { value, origin } = self.settings.nango.secret_key.as_ref()?;
        let name = match origin {
            Origin::Variable(name) => name.clone(),
            origin => format!("{} ({origin})", self.nango_key_variables().0),
        };
        Some(NangoKey { secret: value.clone(), name })
    }

    /// The secret key for the running server that the settings name: the one that is said to be for it, else that of the
    /// environment.
    #[must_use]
    pub fn server_key(&self) -> Option<NangoKey> {
        let own = self
            .settings
            .secret_key
            .as_ref()
            .map(|Sourced { value, origin }| NangoKey { secret: value.clone(), name: origin.to_string() });
        own.or_else(|| self.nango_key())
    }

    /// Every environment of Nango's that has a secret key.
    #[must_use]
    pub fn nango_environments(&self) -> &[NangoEnvironment] {
        &self.nango_environments
    }

    /// The variable that holds this environment's key, and those that hold others.
    #[must_use]
    pub fn nango_key_variables(&self) -> (String, &[String]) {
        (nango::key_variable(&self.settings.environment.value), &self.nango_keys)
    }
}

/// The project's names, and those that only settings mention.
fn known_names<'a>(
    project: &ProjectNames,
    assignments: impl IntoIterator<Item = &'a Assignment<'a>>,
) -> variables::Names {
    let mut names = variables::Names {
        integrations: project.integrations.clone(),
        functions: project.functions.clone(),
        ..variables::Names::default()
    };
    for assignment in assignments {
        if assignment.setting.key == "environment" {
            names.environments.extend(assignment.texts.iter().map(|text| text.text.clone()));
        }
        let name = assignment.setting.name_in(&assignment.key).to_owned();
        match assignment.setting.placeholder() {
            Some("environment") => names.environments.insert(name),
            Some("integration") => names.integrations.insert(name),
            Some("variable") => names.variables.insert(name),
            _ => false,
        };
    }
    names
}

#[cfg(test)]
mod tests;
