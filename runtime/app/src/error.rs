//! Why the settings, the project's folder or an integration cannot be used.

use std::path::{Path, PathBuf};

use onevent_contract::NameError;
use onevent_engine::ReadError;
use onevent_proxy::ProvidersError;
use thiserror::Error;

use crate::config::key::Key;
use crate::config::origin::Origin;
use crate::config::value::Invalid;
use crate::location::Location;

/// Whose mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The command line's or the environment's.
    Caller,
    /// The project's, or one of its files'.
    Project,
    /// onevent's own.
    Internal,
}

/// A file that settings are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigFile {
    /// `onevent.toml`.
    Settings,
    /// The project's `.env`.
    DotEnv,
    /// The file of provider templates.
    Providers,
}

/// A mistake in what is configured. No message holds a secret.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is no project in this folder.
    #[error("{} has no index.ts", .folder.display())]
    NoProject {
        /// The folder that was named.
        folder: PathBuf,
    },
    /// There is no project around this folder.
    #[error("neither {} nor a parent folder has an index.ts", .folder.display())]
    NoProjectAround {
        /// The current folder.
        folder: PathBuf,
    },
    /// There is a project of the form that Nango had until 2025: a `nango.yaml`, and functions that are exported as such.
    #[error("{}", old_project_message(.folder, .functions))]
    OldProject {
        /// The folder.
        folder: PathBuf,
        /// The functions that it holds.
        functions: Vec<String>,
    },
    /// A file cannot be read.
    #[error("{}{} cannot be read: {error}", if *.file == ConfigFile::Providers { "the providers file " } else { "" }, .path.display())]
    Unreadable {
        /// What it holds.
        file: ConfigFile,
        /// Where it is.
        path: PathBuf,
        /// Why.
        error: ReadError,
    },
    /// `onevent.toml` is no TOML.
    #[error("{}: {message}", .location.file)]
    Syntax {
        /// What is wrong with it.
        message: String,
        /// Where.
        location: Box<Location>,
    },
    /// There is no such setting.
    #[error("{}unknown setting `{key}`", if matches!(.origin, Origin::Flag(_)) { "--set: " } else { "" })]
    UnknownSetting {
        /// As it was written.
        key: Key,
        /// Where it was written.
        origin: Origin,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// A table stands where one of its settings is needed, or a value where a table is.
    #[error("{}`{key}` is a table", if matches!(.origin, Origin::Flag(_)) { "--set: " } else { "" })]
    Table {
        /// The table.
        key: Key,
        /// Where it was written.
        origin: Origin,
        /// Its settings.
        settings: Vec<&'static str>,
    },
    /// A value of `onevent.toml` is of another type of TOML than the setting's.
    #[error("`{key}` must be {expected}")]
    WrongType {
        /// The setting.
        key: Key,
        /// What it must be.
        expected: &'static str,
        /// Where its value is.
        location: Box<Location>,
    },
    /// A text is no value of its setting.
    #[error("{}", invalid_message(.subject, .origin, .invalid))]
    Invalid {
        /// The setting, as its source names it.
        subject: String,
        /// Where it was set.
        origin: Origin,
        /// The place of the value, where it is in a file.
        location: Option<Box<Location>>,
        /// What is wrong with it.
        invalid: Invalid,
    },
    /// A secret that only the environment may hold stands in `onevent.toml`.
    #[error("`{key}` does not belong into a file")]
    SecretInFile {
        /// The setting.
        key: Key,
        /// The variable that may hold it.
        variable: String,
        /// Where its value is.
        location: Box<Location>,
    },
    /// A secret stands on the command line.
    #[error("--set: `{key}` is a secret, and other users can read command lines")]
    SecretOnCommandLine {
        /// The setting.
        key: Key,
        /// The variable that may hold it.
        variable: String,
    },
    /// `--set` without a key and a value. The text is not repeated: it may be a secret in the wrong place.
    #[error("--set needs KEY=VALUE")]
    NoKeyValue,
    /// Nothing reads a variable of onevent's.
    #[error("nothing reads the environment variable {variable}")]
    UnknownVariable {
        /// Its name.
        variable: String,
        /// What was probably meant.
        hint: String,
    },
    /// A variable fits two names.
    #[error("{variable} could mean `{one}` and `{other}`")]
    AmbiguousVariable {
        /// Its name.
        variable: String,
        /// One setting.
        one: Key,
        /// Another.
        other: Key,
    },
    /// A variable's value is not UTF-8.
    #[error("the environment variable {variable} is not UTF-8")]
    VariableNotText {
        /// Its name.
        variable: String,
    },
    /// The value of one of Nango's variables in `.env` cannot be read.
    #[error("{}: the value of {variable} cannot be read", .location.file)]
    DotEnvValue {
        /// Its name.
        variable: String,
        /// Where it is; without its text.
        location: Box<Location>,
    },
    /// Limits are set for a function that is not there.
    #[error("{}this project has no function `{name}`", named(.origin))]
    UnknownFunction {
        /// As it was written.
        name: String,
        /// Where.
        origin: Origin,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// Something is set for an integration that is not there.
    #[error("{}this project has no integration `{name}`", named(.origin))]
    UnknownIntegration {
        /// As it was written.
        name: String,
        /// Where.
        origin: Origin,
        /// What was probably meant, and what makes it an integration.
        hint: String,
    },
    /// Hosts are named for credentials that are not sealed.
    #[error("{}`integrations.{integration}.hosts` has no effect: `integrations.{integration}.seal_credentials` is not true, and credentials go to any host", named(.origin))]
    HostsWithoutSeal {
        /// The integration.
        integration: String,
        /// Where the hosts were named.
        origin: Origin,
    },
    /// Two environments share a database, and name two ways to listen to it.
    #[error("{}`environments.{environment}.database.listen_url` is not how the same database is listened to for others", named(.origin))]
    TwoListenUrls {
        /// The environment that names the second one.
        environment: String,
        /// Where.
        origin: Origin,
    },
    /// No environment or integration can have this name.
    #[error("{}{error}", named(.origin))]
    InvalidName {
        /// What is wrong with it.
        error: NameError,
        /// Where it was written.
        origin: Origin,
    },
    /// The file of provider templates is wrong.
    #[error("{error}")]
    Providers {
        /// What is wrong with it.
        error: ProvidersError,
        /// Where, if a line is known.
        location: Option<Box<Location>>,
    },
    /// An integration's settings name a provider that has no template.
    #[error("integration `{integration}`: there is no provider `{provider}`")]
    UnknownProvider {
        /// The integration.
        integration: String,
        /// The provider that it names.
        provider: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// An integration names no provider, and no template has its name.
    #[error("integration `{integration}` names no provider, and there is none called `{integration}`")]
    NoProvider {
        /// The integration.
        integration: String,
        /// The integration that was probably meant.
        nearest: Option<String>,
    },
    /// onevent's own fault: a default is no value.
    #[error("{0}")]
    Internal(String),
}

impl ConfigError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoProject { .. } | Self::NoProjectAround { .. } => "project_not_found",
            Self::OldProject { .. } => "old_project",
            Self::Unreadable { file: ConfigFile::Settings, .. } => "config_unreadable",
            Self::Unreadable { file: ConfigFile::DotEnv, .. } => "dotenv_unreadable",
            Self::Unreadable { file: ConfigFile::Providers, .. } => "providers_unreadable",
            Self::Syntax { .. } => "invalid_config",
            Self::UnknownSetting { .. } => "unknown_setting",
            Self::Table { .. }
            | Self::WrongType { .. }
            | Self::Invalid { .. }
            | Self::SecretInFile { .. }
            | Self::NoKeyValue
            | Self::HostsWithoutSeal { .. }
            | Self::TwoListenUrls { .. }
            | Self::InvalidName { .. } => "invalid_setting",
            Self::SecretOnCommandLine { .. } => "secret_on_command_line",
            Self::UnknownVariable { .. } => "unknown_variable",
            Self::AmbiguousVariable { .. } => "ambiguous_variable",
            Self::VariableNotText { .. } => "invalid_variable",
            Self::DotEnvValue { .. } => "invalid_dotenv",
            Self::UnknownFunction { .. } => "unknown_function",
            Self::UnknownIntegration { .. } => "unknown_integration",
            Self::Providers { error, .. } => error.code(),
            Self::UnknownProvider { .. } | Self::NoProvider { .. } => "unknown_provider",
            Self::Internal(_) => "internal_error",
        }
    }

    /// What the reader can do, where there is something to be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoProject { .. } => Some(
                "a project is a folder whose index.ts imports its functions: \
                 import './salesforce/on-events/validate-connection';"
                    .into(),
            ),
            Self::NoProjectAround { .. } => {
                Some("go to the project's folder, or name it with --project DIR".into())
            }
            Self::OldProject { .. } => Some(
                "`npx nango migrate-to-zero-yaml` in that folder makes the index.ts and turns the functions into those \
                 of createAction() and createSync(); `onevent functions` then says what can run"
                    .into(),
            ),
            Self::UnknownSetting { hint, .. } | Self::UnknownFunction { hint, .. } => hint.clone(),
            Self::Table { settings, .. } => Some(format!("its settings: {}", settings.join(", "))),
            Self::Invalid { invalid, .. } => invalid.hint().map(str::to_owned),
            Self::SecretInFile { variable, .. } | Self::SecretOnCommandLine { variable, .. } => {
                Some(format!("set the environment variable {variable}"))
            }
            Self::HostsWithoutSeal { integration, .. } => Some(format!(
                "set integrations.{integration}.seal_credentials = true, or leave the hosts out"
            )),
            Self::TwoListenUrls { .. } => Some("leave it out: one process listens to a database once".into()),
            Self::NoKeyValue => Some("for example --set limits.wall=10s".into()),
            Self::UnknownVariable { hint, .. } | Self::UnknownIntegration { hint, .. } => Some(hint.clone()),
            Self::AmbiguousVariable { .. } => {
                Some("set it in onevent.toml or with --set, where names are written in full".into())
            }
            Self::DotEnvValue { .. } => Some("put it into double quotes".into()),
            Self::UnknownProvider { nearest: Some(found), .. }
            | Self::NoProvider { nearest: Some(found), .. } => Some(format!("did you mean `{found}`?")),
            Self::UnknownProvider { nearest: None, .. } => {
                Some("add it with a YAML file: --providers FILE".into())
            }
            Self::NoProvider { integration, nearest: None } => Some(format!(
                "say which one it is with --set integrations.{integration}.provider=NAME, or in onevent.toml"
            )),
            Self::Unreadable { .. }
            | Self::Syntax { .. }
            | Self::WrongType { .. }
            | Self::VariableNotText { .. }
            | Self::InvalidName { .. }
            | Self::Providers { .. }
            | Self::Internal(_) => None,
        }
    }

    /// Where it is, if it is in a file.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::Syntax { location, .. }
            | Self::WrongType { location, .. }
            | Self::SecretInFile { location, .. }
            | Self::DotEnvValue { location, .. } => Some(location),
            Self::Invalid { location, origin, .. } => location.as_deref().or(in_file(origin)),
            Self::Providers { location, .. } => location.as_deref(),
            Self::UnknownSetting { origin, .. }
            | Self::Table { origin, .. }
            | Self::UnknownFunction { origin, .. }
            | Self::UnknownIntegration { origin, .. }
            | Self::HostsWithoutSeal { origin, .. }
            | Self::TwoListenUrls { origin, .. }
            | Self::InvalidName { origin, .. } => in_file(origin),
            Self::NoProject { .. }
            | Self::NoProjectAround { .. }
            | Self::OldProject { .. }
            | Self::Unreadable { .. }
            | Self::SecretOnCommandLine { .. }
            | Self::NoKeyValue
            | Self::UnknownVariable { .. }
            | Self::AmbiguousVariable { .. }
            | Self::VariableNotText { .. }
            | Self::UnknownProvider { .. }
            | Self::NoProvider { .. }
            | Self::Internal(_) => None,
        }
    }

    /// Whose mistake it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::UnknownSetting { origin, .. }
            | Self::Table { origin, .. }
            | Self::Invalid { origin, .. }
            | Self::UnknownFunction { origin, .. }
            | Self::UnknownIntegration { origin, .. }
            | Self::HostsWithoutSeal { origin, .. }
            | Self::TwoListenUrls { origin, .. }
            | Self::InvalidName { origin, .. } => match origin {
                Origin::File(_) => Blame::Project,
                Origin::Variable(_) | Origin::Flag(_) => Blame::Caller,
                Origin::Default => Blame::Internal,
            },
            Self::SecretOnCommandLine { .. }
            | Self::NoKeyValue
            | Self::UnknownVariable { .. }
            | Self::AmbiguousVariable { .. }
            | Self::VariableNotText { .. } => Blame::Caller,
            Self::NoProject { .. }
            | Self::NoProjectAround { .. }
            | Self::OldProject { .. }
            | Self::Unreadable { .. }
            | Self::Syntax { .. }
            | Self::WrongType { .. }
            | Self::SecretInFile { .. }
            | Self::DotEnvValue { .. }
            | Self::Providers { .. }
            | Self::UnknownProvider { .. }
            | Self::NoProvider { .. } => Blame::Project,
            Self::Internal(_) => Blame::Internal,
        }
    }
}

fn old_project_message(folder: &Path, functions: &[String]) -> String {
    let shown = functions.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let holds = match functions.len() {
        0 => "no functions".to_owned(),
        1 => format!("one function ({shown})"),
        number if number <= 3 => format!("{number} functions ({shown})"),
        number => format!("{number} functions ({shown}, …)"),
    };
    format!(
        "{} has a nango.yaml with {holds}, and no index.ts: a project of Nango's older form, which onevent does not run",
        folder.display()
    )
}

/// The sentence about a value: of what cannot be read, the setting is the subject; bounds name their limit themselves.
fn invalid_message(subject: &str, origin: &Origin, invalid: &Invalid) -> String {
    match invalid {
        Invalid::Unreadable { message, .. } => format!("{subject} {message}"),
        Invalid::OutOfBounds(error) => format!("{}{error}", named(origin)),
    }
}

/// The beginning of a sentence about what was set outside of a file; in a file its place says it.
fn named(origin: &Origin) -> String {
    match origin {
        Origin::File(_) | Origin::Default => String::new(),
        Origin::Variable(name) => format!("{name}: "),
        Origin::Flag(flag) => format!("{flag}: "),
    }
}

fn in_file(origin: &Origin) -> Option<&Location> {
    match origin {
        Origin::File(location) => Some(location),
        Origin::Default | Origin::Variable(_) | Origin::Flag(_) => None,
    }
}
