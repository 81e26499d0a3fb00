//! Which databases an installation has, and whose they are.

use std::fmt;

use onevent_contract::EnvironmentName;
use onevent_store::{DatabaseUrl, SchemaName};

use super::origin::Sourced;
use super::settings::Settings;
use crate::error::ConfigError;

/// Which of an installation's databases one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseName {
    /// Whether it is the main one: of secret keys, and of every environment that has none of its own.
    pub is_main: bool,
    /// The environments that name it.
    pub environments: Vec<EnvironmentName>,
}

/// One of an installation's databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Which one it is.
    pub name: DatabaseName,
    /// Where it is.
    pub url: Sourced<DatabaseUrl>,
    /// Its schema, where it is PostgreSQL's.
    pub schema: SchemaName,
    /// The same database without a pooler before it.
    pub listen_url: Option<DatabaseUrl>,
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_main {
            return f.write_str("the main database");
        }
        let environments: Vec<&str> = self.environments.iter().map(EnvironmentName::as_str).collect();
        write!(f, "the database of {}", environments.join(", "))
    }
}

impl DatabaseSettings {
    fn is_at(&self, url: &DatabaseUrl, schema: &SchemaName) -> bool {
        self.url.value == *url && (url.file().is_some() || self.schema == *schema)
    }
}

impl Settings {
    /// The databases, each once, the main one first. Environments that name the same one share it.
    ///
    /// # Errors
    /// Two ways to listen to the same database.
    pub fn databases(&self) -> Result<Vec<DatabaseSettings>, ConfigError> {
        let main = DatabaseSettings {
            name: DatabaseName { is_main: true, environments: Vec::new() },
            url: self.database.clone(),
            schema: self.database_schema.value.clone(),
            listen_url: self.database_listen_url.as_ref().map(|set| set.value.clone()),
        };
        let mut all = vec![main];
        for (environment, set) in &self.environments {
            let url = set.database.as_ref().unwrap_or(&self.database);
            let schema = set.database_schema.as_ref().map_or(&self.database_schema.value, |set| &set.value);
            let mut listen_url = set.database_listen_url.as_ref();
            let same = all.iter_mut().find(|one| one.is_at(&url.value, schema));
            if let Some(same) = same {
                let known = listen_url.map(|set| same.listen_url.get_or_insert_with(|| set.value.clone()));
                if let (Some(known), Some(Sourced { value, origin })) = (known, listen_url)
                    && *known != *value
                {
                    let environment = environment.to_string();
                    return Err(ConfigError::TwoListenUrls { environment, origin: origin.clone() });
                }
                same.name.environments.push(environment.clone());
                continue;
            }
            if set.database.is_none() {
                // Another schema of the main database.
                listen_url = listen_url.or(self.database_listen_url.as_ref());
            }
            all.push(DatabaseSettings {
                name: DatabaseName { is_main: false, environments: vec![environment.clone()] },
                url: url.clone(),
                schema: schema.clone(),
                listen_url: listen_url.map(|set| set.value.clone()),
            });
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::environment_settings::EnvironmentSettings;
    use super::super::origin::Origin;
    use super::*;

    const MAIN: &str = "postgres://u@main:5432/onevent";
    const DIRECT: &str = "postgres://u@direct:5432/onevent";

    fn set<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Option<Sourced<T>> {
        let origin = Origin::Flag("--set");
        (!text.is_empty()).then(|| Sourced { value: text.parse().unwrap(), origin })
    }

    /// Of environments with their URL, schema and URL to listen at.
    fn databases(of: &[[&str; 4]]) -> Result<Vec<String>, ConfigError> {
        let mut settings = Settings::default_of(Path::new("/p")).unwrap();
        (settings.database, settings.database_listen_url) = (set(MAIN).unwrap(), set(DIRECT));
        for [environment, url, schema, listen_url] in of {
            let own = EnvironmentSettings {
                database: set(url),
                database_schema: set(schema),
                database_listen_url: set(listen_url),
            };
            settings.environments.insert(environment.parse().unwrap(), own);
        }
        let shown = |one: DatabaseSettings| {
            let listen = one.listen_url.map(|url| url.to_string()).unwrap_or_default();
            format!("{}: {} {} {listen}", one.name, one.url.value, one.schema)
        };
        Ok(settings.databases()?.into_iter().map(shown).collect())
    }

    #[test]
    fn each_database_is_there_once_and_what_is_not_said_is_as_in_the_main_one() {
        let main = format!("the main database: {MAIN} onevent {DIRECT}");
        assert_eq!(databases(&[]).unwrap(), std::slice::from_ref(&main));
        let prod = "postgres://u@prod:5432/onevent";
        let found = databases(&[
            ["dev", MAIN, "", ""],
            ["prod", prod, "", ""],
            ["qa", "", "other", ""],
            ["stage", prod, "onevent", ""],
            ["test", "sqlite:/t.db", "", ""],
            ["unit", "sqlite:/t.db", "other", ""],
        ]);
        let expected = [
            main,
            format!("the database of prod, stage: {prod} onevent "),
            format!("the database of qa: {MAIN} other {DIRECT}"),
            "the database of test, unit: sqlite:/t.db onevent ".to_owned(),
        ];
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn one_database_is_listened_to_in_one_way() {
        let prod = "postgres://u@prod:5432/onevent";
        let same = databases(&[["prod", prod, "", DIRECT], ["stage", prod, "", DIRECT]]).unwrap();
        assert_eq!(same[1], format!("the database of prod, stage: {prod} onevent {DIRECT}"));
        let error = databases(&[["prod", prod, "", DIRECT], ["stage", prod, "", MAIN]]).unwrap_err();
        assert!(error.to_string().contains("environments.stage.database.listen_url"), "{error}");
        assert!(databases(&[["dev", "", "", MAIN]]).is_err(), "the main one has another");
    }
}
