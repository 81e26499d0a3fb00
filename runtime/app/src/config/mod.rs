//! Configuration: flag > environment > `onevent.toml` > default, each value with its origin. Nango's variables come from
//! the project's `.env` as well, which stands between the environment and `onevent.toml`.

mod file;
mod flags;
mod key;
mod masked;
mod nango;
mod setting;
mod value;
mod variables;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use indexmap::IndexMap;
use ipnet::IpNet;
use onevent_contract::{EnvironmentName, EnvironmentVariable, FunctionKey, IntegrationId, Limits, Secret};
use onevent_proxy::HostPattern;

pub use self::flags::Flags;
pub use self::key::Key;
pub use self::nango::NangoKey;
use self::setting::SETTINGS;
pub use self::setting::Setting;
pub use self::value::{Kind, Value};
use crate::error::ConfigError;
use crate::location::Location;
use crate::project_folder::ProjectNames;
use crate::suggest;
use crate::surroundings::Surroundings;

/// Where a value comes from; each kind wins over the ones above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nothing set it.
    Default,
    /// A line of `onevent.toml`.
    File(Location),
    /// The environment variable of this name.
    Variable(String),
    /// The flag of this name.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => write!(f, "{}:{}", place.file, place.line),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// One value with its key and its origin.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its full name.
    pub key: Key,
    /// The row of the table that it belongs to.
    pub setting: &'static Setting,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

impl Entry {
    /// An error about this value, at its place, with the exit code that its origin calls for.
    fn failure(&self, code: &'static str, message: String) -> ConfigError {
        match &self.origin {
            Origin::File(place) => ConfigError::project(code, message).at(place.clone()),
            Origin::Variable(name) => ConfigError::usage(code, format!("{name}: {message}")),
            Origin::Flag(flag) => ConfigError::usage(code, format!("{flag}: {message}")),
            Origin::Default => ConfigError::internal(message),
        }
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value && self.origin == other.origin
    }
}

/// What is said about one integration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrationSettings {
    /// The provider template; `None`: the one of the integration's own name.
    pub provider: Option<String>,
    /// Replaces the template's base URL.
    pub base_url: Option<String>,
    /// The OAuth client's id.
    pub client_id: Option<String>,
    /// The OAuth client's secret.
    pub client_secret: Option<Secret>,
    /// Networks that it may reach, beside everybody's.
    pub egress_allow: Vec<IpNet>,
    /// Whether its credentials are sealed.
    pub seal_credentials: bool,
    /// The hosts that sealed credentials go to; none: the origin of its base URL.
    pub hosts: Vec<HostPattern>,
}

/// The settings of one command, resolved and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's folder.
    pub project: PathBuf,
    /// The environment.
    pub environment: EnvironmentName,
    entries: IndexMap<Key, Entry>,
    /// The names of all variables that hold a secret key of Nango's.
    nango_keys: Vec<String>,
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
        let known = known_names(names, from_file.iter().chain(&from_flags));
        let from_variables = variables::read(&surroundings.variables, &known, &surroundings.directory)?;

        let mut entries = IndexMap::new();
        for setting in SETTINGS {
            if let Some(value) = (setting.default)(&project) {
                let key = setting.key_for("");
                entries.insert(key.clone(), Entry { key, setting, value, origin: Origin::Default });
            }
        }
        let nango = nango::Variables::read(&project, &surroundings.nango)?;
        let from_nango = nango.hostport()?;
        for entry in from_file.into_iter().chain(from_nango).chain(from_variables).chain(from_flags) {
            entries.insert(entry.key.clone(), entry);
        }
        let environment = environment(&entries)?;
        entries.extend(nango.secret_key(&environment).map(|entry| (entry.key.clone(), entry)));
        let order = |entry: &Entry| SETTINGS.iter().position(|setting| setting.key == entry.setting.key);
        entries.sort_by(|a, x, b, y| order(x).cmp(&order(y)).then_with(|| a.cmp(b)));

        let config = Self { project, environment, entries, nango_keys: nango.key_names() };
        config.check(names)?;
        Ok(config)
    }

    /// Every value, in the order of the table.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The database file.
    pub fn database(&self) -> Option<&Path> {
        match self.value("database.url")? {
            Value::Database(path) => Some(path),
            _ => None,
        }
    }

    /// Whether somebody said which database to use.
    pub fn names_database(&self) -> bool {
        let entry = Key::parse("database.url").and_then(|key| self.entries.get(&key));
        entry.is_some_and(|entry| !matches!(entry.origin, Origin::Default))
    }

    /// The file of more provider templates, if one was named.
    pub fn providers(&self) -> Option<&Path> {
        match self.value("providers")? {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The key for credentials, if one was given.
    pub fn encryption_key(&self) -> Option<Secret> {
        match self.value("encryption_key")? {
            Value::Secret(secret) => Some(secret.clone()),
            _ => None,
        }
    }

    /// The networks that functions may reach beside public addresses.
    pub fn egress_allow(&self) -> Vec<IpNet> {
        match self.value("egress.allow") {
            Some(Value::Networks(networks)) => networks.clone(),
            _ => Vec::new(),
        }
    }

    /// The variables that functions read with `nango.getEnvironmentVariables`.
    pub fn variables(&self) -> Vec<EnvironmentVariable> {
        let variable = |entry: &Entry| match (&parts(&entry.key)[..], &entry.value) {
            (["variables", name], Value::Secret(value)) => {
                Some(EnvironmentVariable { name: (*name).to_owned(), value: value.reveal().to_owned() })
            }
            _ => None,
        };
        self.entries.values().filter_map(variable).collect()
    }

    /// Every integration that something is said about.
    pub fn integrations(&self) -> IndexMap<IntegrationId, IntegrationSettings> {
        let mut found: IndexMap<IntegrationId, IntegrationSettings> = IndexMap::new();
        for entry in self.entries.values() {
            let ["integrations", name, field] = parts(&entry.key)[..] else { continue };
            let Ok(id) = IntegrationId::new(name) else { continue };
            let settings = found.entry(id).or_default();
            match (field, &entry.value) {
                ("provider", Value::Text(text)) => settings.provider = Some(text.clone()),
                ("base_url", Value::Text(text)) => settings.base_url = Some(text.clone()),
                ("client_id", Value::Text(text)) => settings.client_id = Some(text.clone()),
                ("egress_allow", Value::Networks(networks)) => settings.egress_allow = networks.clone(),
                ("seal_credentials", Value::Boolean(on)) => settings.seal_credentials = *on,
                ("hosts", Value::Hosts(hosts)) => settings.hosts = hosts.clone(),
                ("client_secret", Value::Secret(secret)) => settings.client_secret = Some(secret.clone()),
                _ => {}
            }
        }
        found
    }

    /// The limits of one function: its own where it has them, else the general ones.
    pub fn limits_for(&self, function: &FunctionKey) -> Limits {
        let function = function.to_string();
        let find = |name: &str| {
            let own = Key::new(["functions", &function, "limits", name]);
            self.entries.get(&own).or_else(|| self.entries.get(&Key::new(["limits", name])))
        };
        let time = |name: &str, default: Duration| match find(name).map(|entry| &entry.value) {
            Some(Value::Duration(duration)) => *duration,
            _ => default,
        };
        let heap_bytes = match find("heap").map(|entry| &entry.value) {
            Some(Value::Size(bytes)) => *bytes,
            _ => Limits::DEFAULT_HEAP_BYTES,
        };
        Limits { wall: time("wall", Limits::DEFAULT_WALL), cpu: time("cpu", Limits::DEFAULT_CPU), heap_bytes }
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.entries.get(&Key::parse(key)?).map(|entry| &entry.value)
    }

    /// Checks what no single value can show: names, and limits that a run cannot start under.
    fn check(&self, names: &ProjectNames) -> Result<(), ConfigError> {
        for entry in self.entries.values() {
            match parts(&entry.key)[..] {
                ["integrations", name, _] => {
                    if let Err(error) = IntegrationId::new(name) {
                        return Err(entry.failure("invalid_setting", error.to_string()));
                    }
                }
                ["functions", name, "limits", _] => check_function(entry, name, names)?,
                _ => {}
            }
            if let Value::Duration(_) | Value::Size(_) = entry.value {
                check_limit(entry)?;
            }
        }
        Ok(())
    }
}

/// Checks that a limit is set for a function that exists.
fn check_function(entry: &Entry, name: &str, names: &ProjectNames) -> Result<(), ConfigError> {
    if names.functions.contains(name) {
        return Ok(());
    }
    let failure = entry.failure("unknown_function", format!("this project has no function `{name}`"));
    Err(failure.hint_if(suggest::hint(name, names.functions.iter().map(String::as_str))))
}

/// Checks one limit alone, with the others at their defaults.
fn check_limit(entry: &Entry) -> Result<(), ConfigError> {
    let mut limits = Limits::default();
    match (parts(&entry.key).last(), &entry.value) {
        (Some(&"wall"), Value::Duration(time)) => limits.wall = *time,
        (Some(&"cpu"), Value::Duration(time)) => limits.cpu = *time,
        (Some(&"heap"), Value::Size(bytes)) => limits.heap_bytes = *bytes,
        _ => return Ok(()),
    }
    limits.check().map_err(|error| entry.failure("invalid_setting", error.to_string()))
}

fn parts(key: &Key) -> Vec<&str> {
    key.segments().iter().map(String::as_str).collect()
}

fn environment(entries: &IndexMap<Key, Entry>) -> Result<EnvironmentName, ConfigError> {
    let entry = entries.get(&Key::new(["environment"]));
    let name = entry.map(|entry| entry.value.to_string()).unwrap_or_default();
    EnvironmentName::from_str(&name).map_err(|error| ConfigError::internal(error.to_string()))
}

/// The project's names, and those that only settings mention.
fn known_names<'a>(project: &ProjectNames, entries: impl IntoIterator<Item = &'a Entry>) -> variables::Names {
    let mut names = variables::Names {
        integrations: project.integrations.clone(),
        functions: project.functions.clone(),
        variables: BTreeSet::new(),
    };
    for entry in entries {
        match parts(&entry.key)[..] {
            ["integrations", name, _] => names.integrations.insert(name.to_owned()),
            ["variables", name] => names.variables.insert(name.to_owned()),
            _ => false,
        };
    }
    names
}

#[cfg(test)]
mod tests;
