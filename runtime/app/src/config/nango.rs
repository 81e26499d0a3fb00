//! Nango's own variables, from the environment and from the project's `.env`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use onevent_contract::{EnvironmentName, Secret};
use onevent_engine::{ReadError, read_text};

use super::assignment::{Assignment, Text};
use super::key::Key;
use super::lookup::{self, Found};
use super::origin::{Origin, Sourced};
use super::setting::{Setting, upper};
use crate::error::{ConfigError, ConfigFile};
use crate::location::Location;
use crate::surroundings::{NANGO_HOSTPORT, NANGO_SECRET_KEY, NANGO_WEBHOOK_SIGNING_KEY, is_nangos};

/// The file's name, in the project's folder.
const NAME: &str = ".env";

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// An environment of a Nango, with its keys.
#[derive(Debug, Clone)]
pub struct NangoEnvironment {
    /// Its name.
    pub name: EnvironmentName,
    /// Its secret key.
    pub secret_key: Secret,
    /// What its webhooks are signed with; `None`: with the secret key.
    pub signing_key: Option<Secret>,
}

/// What both sources say. The environment wins.
pub(super) struct Variables<'a> {
    environment: &'a BTreeMap<String, Secret>,
    /// Values with their lines.
    file: BTreeMap<String, (Secret, usize)>,
}

impl<'a> Variables<'a> {
    /// Reads the project's `.env`, if there is one. Of its variables only Nango's are looked at.
    ///
    /// # Errors
    /// It cannot be read, or the line of one of these variables cannot. No message holds a value.
    pub(super) fn read(
        project: &Path,
        environment: &'a BTreeMap<String, Secret>,
    ) -> Result<Self, ConfigError> {
        let path = project.join(NAME);
        let text = match read_text(&path, MAX_BYTES) {
            Ok(text) => text,
            Err(error) if error.is_missing() => String::new(),
            // Some keep a virtual environment of Python's there.
            Err(ReadError::Folder) => String::new(),
            Err(error) => return Err(ConfigError::Unreadable { file: ConfigFile::DotEnv, path, error }),
        };
        Ok(Self { environment, file: parse(&text)? })
    }

    /// Where Nango's API is.
    pub(super) fn hostport<'b>(&self, base: &'b Path) -> Option<Assignment<'b>> {
        let (secret, origin) = self.find(&[NANGO_HOSTPORT.to_owned()])?;
        let (setting, key) = named("nango.hostport")?;
        let location = match &origin {
            Origin::File(location) => Some(location.clone()),
            Origin::Default | Origin::Variable(_) | Origin::Flag(_) => None,
        };
        Some(Assignment {
            key,
            setting,
            texts: vec![Text { text: secret.reveal().to_owned(), location }],
            subject: NANGO_HOSTPORT.to_owned(),
            origin,
            base,
        })
    }

    /// The secret key of an environment.
    pub(super) fn secret_key(&self, environment: &EnvironmentName) -> Option<Sourced<Secret>> {
        self.of_environment(NANGO_SECRET_KEY, environment)
    }

    /// What the webhooks of an environment are signed with.
    pub(super) fn signing_key(&self, environment: &EnvironmentName) -> Option<Sourced<Secret>> {
        self.of_environment(NANGO_WEBHOOK_SIGNING_KEY, environment)
    }

    /// Every environment that has a secret key. A variable's name says less than an environment's: `EU_WEST` is
    /// `eu_west`, unless `own` is an environment with such a variable.
    pub(super) fn environments(&self, own: &EnvironmentName) -> Vec<NangoEnvironment> {
        let prefix = format!("{NANGO_SECRET_KEY}_");
        let variables = self.environment.keys().chain(self.file.keys());
        let is_own = |variable: &str| spellings(NANGO_SECRET_KEY, own).iter().any(|own| own == variable);
        let name = |variable: &String| {
            let suffix = variable.strip_prefix(&prefix)?;
            if is_own(variable) {
                Some(own.clone())
            } else {
                EnvironmentName::new(suffix.to_lowercase()).ok()
            }
        };
        let names: BTreeSet<EnvironmentName> = variables.filter_map(name).collect();
        let known = |name: EnvironmentName| {
            let secret_key = self.secret_key(&name)?.value;
            let signing_key = self.signing_key(&name).map(|key| key.value);
            Some(NangoEnvironment { name, secret_key, signing_key })
        };
        names.into_iter().filter_map(known).collect()
    }

    fn of_environment(&self, variable: &str, environment: &EnvironmentName) -> Option<Sourced<Secret>> {
        let (value, origin) = self.find(&spellings(variable, environment))?;
        Some(Sourced { value, origin })
    }

    /// Every variable that is there and holds a key of some environment.
    pub(super) fn key_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.environment.keys().chain(self.file.keys()).cloned().collect();
        names.retain(|name| name.starts_with(NANGO_SECRET_KEY));
        names.sort();
        names.dedup();
        names
    }

    fn find(&self, names: &[String]) -> Option<(Secret, Origin)> {
        let in_environment = names.iter().find_map(|name| {
            let secret = self.environment.get(name)?;
            Some((secret.clone(), Origin::Variable(name.clone())))
        });
        in_environment.or_else(|| {
            names.iter().find_map(|name| {
                let (secret, line) = self.file.get(name)?;
                Some((secret.clone(), Origin::File(Box::new(Location::without_text(NAME, *line, 1)))))
            })
        })
    }
}

/// The variable that an environment's key is looked for in, as a shell can set it.
pub(super) fn key_variable(environment: &EnvironmentName) -> String {
    format!("{NANGO_SECRET_KEY}_{}", upper(environment.as_str()))
}

/// Nango's spelling, which only turns the name into upper case, and the one that a shell can set.
fn spellings(variable: &str, environment: &EnvironmentName) -> [String; 2] {
    let name = environment.as_str();
    [format!("{variable}_{}", name.to_ascii_uppercase()), format!("{variable}_{}", upper(name))]
}

fn named(key: &str) -> Option<(&'static Setting, Key)> {
    let key = Key::parse(key)?;
    match lookup::find(&key) {
        Found::Setting(setting) => Some((setting, key)),
        Found::Table | Found::Unknown { .. } => None,
    }
}

/// Nango's variables in the text of a `.env`; of several with one name the last counts.
fn parse(text: &str) -> Result<BTreeMap<String, (Secret, usize)>, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = BTreeMap::new();
    let (mut read, mut wrong) = (BTreeSet::new(), false);
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok((name, value)) if is_nangos(&name) => {
                read.insert(name.clone());
                if !value.is_empty() {
                    let line = line_of(text, &name);
                    found.insert(name, (Secret::new(value), line));
                }
            }
            Ok(_) => {}
            // Its text is a part of the value.
            Err(_) => wrong = true,
        }
    }
    // Other variables are other programs' affair, and they may read more forms.
    let unread = text.lines().filter_map(name_in).find(|name| is_nangos(name) && !read.contains(*name));
    match unread.filter(|_| wrong) {
        None => Ok(found),
        Some(name) => {
            let location = Box::new(Location::without_text(NAME, line_of(text, name), 1));
            Err(ConfigError::DotEnvValue { variable: name.to_owned(), location })
        }
    }
}

/// The name that a line sets.
fn name_in(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    Some(name.strip_prefix("export ").unwrap_or(name).trim())
}

/// The last line that sets a variable, from 1.
fn line_of(text: &str, name: &str) -> usize {
    let at = text.lines().collect::<Vec<_>>().iter().rposition(|line| name_in(line) == Some(name));
    at.map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, Secret> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
    }

    /// The key of an environment, and where it is from.
    fn key(set: &[(&str, &str)], file: &str, name: &str) -> Option<(String, String)> {
        let set = environment(set);
        let variables = Variables { environment: &set, file: parse(file).unwrap() };
        let key = variables.secret_key(&EnvironmentName::new(name).unwrap())?;
        Some((key.value.reveal().to_owned(), key.origin.to_string()))
    }

    fn found(key: &str, origin: &str) -> Option<(String, String)> {
        Some((key.to_owned(), origin.to_owned()))
    }

    #[test]
    fn the_environment_wins_over_the_file_and_names_are_in_upper_case() {
        let file = "# keys\nNANGO_SECRET_KEY_DEV=\"one\"\nexport NANGO_SECRET_KEY_PROD='two' # prod\n\
                    NANGO_SECRET_KEY_DEV=three\nNANGO_SECRET_KEY_EU_WEST=four\nNANGO_SECRET_KEY_EMPTY=\n";
        assert_eq!(key(&[], file, "dev"), found("three", ".env:4"));
        assert_eq!(key(&[], file, "prod"), found("two", ".env:3"));
        assert_eq!(key(&[], file, "eu-west"), found("four", ".env:5"));
        assert_eq!(key(&[], file, "empty"), None);
        let set = [("NANGO_SECRET_KEY_DEV", "five"), ("NANGO_SECRET_KEY", "six")];
        assert_eq!(key(&set, file, "dev"), found("five", "NANGO_SECRET_KEY_DEV"));
        let both = [("NANGO_SECRET_KEY_EU-WEST", "a"), ("NANGO_SECRET_KEY_EU_WEST", "b")];
        assert_eq!(key(&both, file, "eu-west"), found("a", "NANGO_SECRET_KEY_EU-WEST"));
    }

    #[test]
    fn every_environment_with_a_secret_key_is_known_by_its_name() {
        let set = environment(&[
            ("NANGO_SECRET_KEY_DEV", "one"),
            ("NANGO_SECRET_KEY_EU_WEST", "two"),
            ("NANGO_SECRET_KEY", "none"),
            ("NANGO_WEBHOOK_SIGNING_KEY_DEV", "signs"),
            ("NANGO_WEBHOOK_SIGNING_KEY_STAGING", "of nobody"),
        ]);
        let variables =
            Variables { environment: &set, file: parse("NANGO_SECRET_KEY_PROD=three\n").unwrap() };
        let known = |own: &str| -> Vec<(String, String, Option<String>)> {
            let environments = variables.environments(&EnvironmentName::new(own).unwrap());
            let key = |key: &Secret| key.reveal().to_owned();
            let shown = |known: NangoEnvironment| {
                (known.name.to_string(), key(&known.secret_key), known.signing_key.as_ref().map(key))
            };
            environments.into_iter().map(shown).collect()
        };
        let row = |name: &str, key: &str, signs: Option<&str>| {
            (name.to_owned(), key.to_owned(), signs.map(str::to_owned))
        };
        let (dev, prod) = (row("dev", "one", Some("signs")), row("prod", "three", None));
        assert_eq!(known("dev"), [dev.clone(), row("eu_west", "two", None), prod.clone()]);
        assert_eq!(known("eu-west"), [dev, row("eu-west", "two", None), prod]);
        assert_eq!(variables.key_names().len(), 4);
    }

    #[test]
    fn a_key_without_an_environment_is_of_none() {
        assert_eq!(key(&[("NANGO_SECRET_KEY", "six")], "NANGO_SECRET_KEY=seven\n", "dev"), None);
    }

    #[test]
    fn only_nangos_lines_can_be_wrong_and_their_values_are_not_shown() {
        let failure = parse("OTHER=a b c\nNANGO_SECRET_KEY_DEV=hunter2 hunter2\n").unwrap_err();
        assert_eq!(failure.location().map(|location| location.line), Some(2));
        assert!(failure.to_string().contains("NANGO_SECRET_KEY_DEV"));
        assert!(!format!("{failure:?}").contains("hunter2"));
        assert!(parse("OTHER=a b c\nno line at all\n").unwrap().is_empty());
    }
}
