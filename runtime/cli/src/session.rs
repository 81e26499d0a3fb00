//! What every command works with: the project, its settings, and where paths start from.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use onevent_contract::IntegrationId;
use onevent_store::{ConnectionKey, Store, StoredConnection, Visibility};

use crate::args::{Cli, Command, Target};
use crate::config::Config;
use crate::database;
use crate::failure::Failure;
use crate::project::{self, ProjectNames};
use crate::surroundings::Surroundings;

/// One command's project and settings.
#[derive(Debug)]
pub(crate) struct Session {
    /// The settings.
    pub(crate) config: Config,
    /// The names in the project's folders.
    pub(crate) names: ProjectNames,
    /// The current folder: where `@FILE` starts from.
    pub(crate) directory: PathBuf,
    store: OnceLock<Store>,
}

impl Session {
    /// Finds the project and reads its settings.
    ///
    /// # Errors
    /// No project, or a mistake in the settings.
    pub(crate) fn start(cli: &Cli, surroundings: &Surroundings) -> Result<Self, Failure> {
        let global = &cli.global;
        let find = match cli.command {
            Command::Test(_) => project::find_for_tests,
            _ => project::find,
        };
        let folder = find(global.project.as_deref(), &surroundings.directory)?;
        let names = ProjectNames::scan(&folder);
        let config = Config::load(folder, &names, &global.flags(), surroundings)?;
        Ok(Self { config, names, directory: surroundings.directory.clone(), store: OnceLock::new() })
    }

    /// Remembers the store that the command opened.
    pub(crate) fn opened(&self, store: &Store) {
        // A command opens one database; a second opening is of the same one.
        let _ = self.store.set(store.clone());
    }

    /// The store that the command opened, if it did.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.store.get()
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.config.project
    }

    /// The integrations that the project's folders name.
    pub(crate) fn integrations(&self) -> Vec<IntegrationId> {
        self.names.integrations.iter().filter_map(|name| IntegrationId::new(name.as_str()).ok()).collect()
    }

    /// The connection that a command names, in the session's environment.
    pub(crate) fn key(&self, target: &Target) -> ConnectionKey {
        ConnectionKey::new(
            self.config.environment.clone(),
            target.integration.clone(),
            target.connection_id.clone(),
        )
    }
}

/// An established connection with its credentials.
///
/// # Errors
/// `unknown_connection`, and all of the store.
pub(crate) async fn connection(
    store: Option<&Store>,
    key: &ConnectionKey,
) -> Result<StoredConnection, Failure> {
    let found = match store {
        Some(store) => {
            let found = store.connection(key, Visibility::Established).await;
            found.map_err(|error| database::failure(&error))?
        }
        None => None,
    };
    found.ok_or_else(|| database::unknown_connection(key))
}
